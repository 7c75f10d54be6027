"""Hand-off format `msmtp`: an account for a program that sends."""

import re
import shlex
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.mail_account import MailAccount
from provision.handoff.mail_settings import MailSettingsSink

_LONGEST_LINE: Final = 500
"""Bytes; msmtp refuses its whole file for a longer one. Observed with msmtp 1.8.23."""
_PATTERN: Final = re.compile("%[UHCM]")
"""What msmtp replaces in `from`, and nothing keeps it from doing so."""


class MsmtpSink(MailSettingsSink):
    """An account named after the mailbox."""

    name = "msmtp"

    def _settings(self, account: MailAccount) -> str:
        served = account.host("smtp")
        address = account.mailbox.address
        if _PATTERN.search(address):
            raise SinkFailed(f"msmtp: it would replace the pattern after % in the sender {address}")
        values = {
            "account": account.name,
            "host": served.host,
            "port": str(served.port),
            "tls": "on",
            "tls_starttls": "on" if served.tls == "starttls" else "off",
        }
        if account.ca_file is not None:
            values["tls_trust_file"] = account.ca_file
        values |= {
            "auth": "xoauth2",
            "user": account.user("smtp"),
            "from": address,
            "passwordeval": shlex.join(account.token_command("smtp")),
        }
        # The outermost quotes are taken away; within them every character stands for itself.
        lines = [f'{name} "{value}"' for name, value in values.items()]
        for line in lines:
            if len(line.encode()) > _LONGEST_LINE:
                raise SinkFailed(
                    f"msmtp: takes no line of more than {_LONGEST_LINE} bytes, and one would be "
                    f"longer: {line.partition(' ')[0]}",
                    hint="install provision, or put the cloud file, where the path is shorter",
                )
        return "\n".join([*lines, ""])
