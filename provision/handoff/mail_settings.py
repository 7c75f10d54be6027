"""Hand-offs to mail programs that ask a command for their password: settings without a secret."""

import re
from abc import abstractmethod
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.destinations import Place
from provision.handoff.mail_account import MailAccount
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding
from provision.handoff.whole_file import WholeFileSink

_MARK: Final = re.compile(
    r"# provision handoff: (?P<name>\S+) for (?P<mailbox>\S+), application (?P<client>\S+) "
    r"in tenant (?P<tenant>\S+)"
)
_ABOUT: Final = """\
# No secret is in this file: `provision token` gives the password. Under another account than the
# one that ran `provision authorize`, it needs PROVISION_VAULT and PROVISION_VAULT_KEY in its
# environment. The next `provision handoff` replaces the file: keep your own settings elsewhere.
"""


class MailSettingsSink(WholeFileSink):
    """A file of settings that holds no copy of anything that opens the mailbox."""

    def __init__(self, place: Place, provision: tuple[str, ...]) -> None:
        """Take the place and how provision is run."""
        super().__init__(place)
        self._provision = provision

    @property
    def holds_secrets(self) -> bool:
        """Tell that it never does."""
        return False

    def keep(self, handover: Handover) -> None:
        """Replace the settings.

        Raises:
            SinkFailed: The file cannot be written, is not ours, or the program cannot be given a
                value.
        """
        self._stored()
        account = MailAccount.of(self.name, handover, self._provision)
        mark = (
            f"# provision handoff: {self.name} for {account.mailbox.address}, "
            f"application {account.client_id} in tenant {account.tenant_id}\n"
        )
        self._place.write(f"{mark}{_ABOUT}\n{self._settings(account)}")

    def _parsed(self, text: str) -> Holding:
        found = _MARK.fullmatch(text.partition("\n")[0])
        if found is None or found["name"] != self.name:
            raise SinkFailed(
                f"{self._place.label}: is no {self.name} file of provision, and would be replaced",
                hint="name another path, and let the file that is there include it",
            )
        return Holding(found["client"], found["tenant"], "", found["mailbox"], None, None)

    @abstractmethod
    def _settings(self, account: MailAccount) -> str:
        """Return the settings, quoted as the program reads them.

        Raises:
            SinkFailed: There is no way to give the program a value.
        """
