"""Hand-off format `isync`: a channel with which mbsync brings a mailbox into a Maildir."""

import shlex
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.mail_account import MailAccount
from provision.handoff.mail_settings import MailSettingsSink

_LONGEST_LINE: Final = 1000
"""Bytes; mbsync reads its file through a buffer of 1024."""
_HEAD: Final = """\
# mbsync logs in through Cyrus SASL, which needs a plugin for XOAUTH2. Before the first run:
#   mkdir -p ~/Mail/{name}
# Since isync 1.5, SSLType is called TLSType; the old name still works.
"""


class IsyncSink(MailSettingsSink):
    """An account, its two stores and the channel between them, named after the mailbox."""

    name = "isync"

    def _settings(self, account: MailAccount) -> str:
        served, name = account.host("imap"), account.name
        trusted = []
        if account.ca_file is not None:
            trusted = [("SystemCertificates", "no"), ("CertificateFile", account.ca_file)]
        sections = (
            (
                ("IMAPAccount", name),
                ("Host", served.host),
                ("Port", str(served.port)),
                ("SSLType", "IMAPS" if served.tls == "implicit" else "STARTTLS"),
                *trusted,
                ("User", account.user("imap")),
                ("AuthMechs", "XOAUTH2"),
                ("PassCmd", shlex.join(account.token_command("imap"))),
            ),
            (("IMAPStore", f"{name}-remote"), ("Account", name)),
            (
                ("MaildirStore", f"{name}-local"),
                ("Path", f"~/Mail/{name}/"),
                ("Inbox", f"~/Mail/{name}/INBOX"),
                ("SubFolders", "Verbatim"),
            ),
            (
                ("Channel", name),
                ("Far", f":{name}-remote:"),
                ("Near", f":{name}-local:"),
                ("Patterns", "INBOX"),
                ("Create", "Near"),
            ),
        )
        written = ["".join(f"{_line(key, value)}\n" for key, value in s) for s in sections]
        return _HEAD.format(name=name) + "\n".join(written)


def _line(key: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    line = f'{key} "{quoted}"'
    if len(line.encode()) > _LONGEST_LINE:
        raise SinkFailed(
            f"isync: takes no line of more than {_LONGEST_LINE} bytes, and {key} would be longer",
            hint="install provision, or put the cloud file, where the path is shorter",
        )
    return line
