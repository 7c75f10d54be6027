"""Hand-off format `mutt`: settings for mutt and neomutt, to be sourced from a muttrc."""

import shlex
from typing import Final
from urllib.parse import quote

from provision.cloud import MailHost
from provision.errors import SinkFailed
from provision.handoff.mail_account import MailAccount
from provision.handoff.mail_settings import MailSettingsSink

_SCHEMES: Final = {
    ("imap", "implicit"): "imaps",
    ("imap", "starttls"): "imap",
    ("smtp", "implicit"): "smtps",
    ("smtp", "starttls"): "smtp",
}


class MuttSink(MailSettingsSink):
    """The variables that mutt needs to read and to send."""

    name = "mutt"

    def _settings(self, account: MailAccount) -> str:
        values = {"from": account.mailbox.address}
        if account.uses("imap"):
            values |= {
                "imap_user": account.user("imap"),
                "folder": f"{_url('imap', account.host('imap'))}/",
                "spoolfile": "+INBOX",
                "imap_authenticators": "xoauth2",
                "imap_oauth_refresh_command": shlex.join(account.token_command("imap")),
            }
        if account.uses("smtp"):
            user = quote(account.user("smtp"), safe="")
            values |= {
                "smtp_url": f"{_url('smtp', account.host('smtp'), user)}/",
                "smtp_authenticators": "xoauth2",
                "smtp_oauth_refresh_command": shlex.join(account.token_command("smtp")),
            }
        if len(values) == 1:
            raise SinkFailed(
                f"mutt: mailbox {account.mailbox.address} uses neither imap nor smtp",
                hint="add one of them to its `protocols`, then apply and authorize again",
            )
        if account.ca_file is not None:
            values["ssl_ca_certificates_file"] = account.ca_file
        lines = [f"set {name} = {_quoted(value)}" for name, value in values.items()]
        return "\n".join([*lines, "set ssl_starttls = yes", "set ssl_force_tls = yes", ""])


def _url(protocol: str, served: MailHost, user: str = "") -> str:
    at = f"{user}@" if user else ""
    return f"{_SCHEMES[protocol, served.tls]}://{at}{served.host}:{served.port}"


def _quoted(value: str) -> str:
    """Return a value as mutt reads it: in single quotes nothing is expanded or run.

    Source:
        mutt's manual, "Syntax of Initialization Files": in double quotes backticks still run.
    """
    return "'" + value.replace("'", r"'\''") + "'"
