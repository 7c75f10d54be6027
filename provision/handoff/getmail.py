"""Hand-off format `getmail`: a retriever of getmail 6 and a Maildir for what it brings."""

from typing import Final

from provision.errors import SinkFailed
from provision.handoff.mail_account import MailAccount
from provision.handoff.mail_settings import MailSettingsSink

_HEAD: Final = """\
# getmail makes no Maildir of its own, and delivers to none as root. Before the first run:
#   mkdir -p ~/Mail/{name}/cur ~/Mail/{name}/new ~/Mail/{name}/tmp
"""


class GetmailSink(MailSettingsSink):
    """IMAP alone: getmail's POP3 retriever knows passwords only."""

    name = "getmail"

    def _settings(self, account: MailAccount) -> str:
        served, name = account.host("imap"), account.name
        if served.tls != "implicit":
            raise SinkFailed(
                f"getmail: starts no TLS on a connection, as {served.host}:{served.port} wants it",
                hint="choose another mail program for this cloud",
            )
        lines = [
            "[retriever]",
            "type = SimpleIMAPSSLRetriever",
            f"server = {served.host}",
            f"port = {served.port}",
            f"username = {account.user('imap')}",
            "use_xoauth2 = True",
            # getmail evaluates it as a tuple of Python, which is what repr writes.
            f"password_command = {account.token_command('imap')!r}",
        ]
        if account.ca_file is not None:
            lines.append(f"ca_certs = {_unexpanded(account.ca_file)}")
        lines += ["", "[destination]", "type = Maildir", f"path = ~/Mail/{name}/", ""]
        return _HEAD.format(name=name) + "\n".join(lines)


def _unexpanded(path: str) -> str:
    """Return a path in which getmail finds nothing to expand, nor blanks to strip."""
    if "$" in path or path != path.strip():
        raise SinkFailed(
            f"getmail: would read another path in {path!r}",
            hint="put the CA where no name has $ or blanks at its end",
        )
    return path
