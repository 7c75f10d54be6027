"""Hand-offs to mail programs that refresh by themselves: files that they write back to."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.destinations import Place
from provision.handoff.mail_account import MailAccount
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, combined
from provision.handoff.whole_file import WholeFileSink
from provision.secret import Secret

TOKEN_PATH: Final = "/oauth2/v2.0/token"  # noqa: S105  (an address)


@dataclass(frozen=True, slots=True)
class Around:
    """What a program's copy needs of the machine."""

    host: str
    """The machine that the file is on."""
    password: Secret | None = None
    """With which Email OAuth 2.0 Proxy encrypts; None when nobody gave it."""
    iterations: int = 1_200_000
    """How often the proxy's key is derived from it; as many as the proxy does.

    https://github.com/simonrob/email-oauth2-proxy: emailproxy.py, Cryptographer.ITERATIONS.
    """


class MailCopySink(WholeFileSink):
    """A file with a copy of its own, in which the program keeps each successor."""

    keeps_successors = True

    def __init__(self, place: Place, around: Around) -> None:
        """Take the place and what belongs to the machine."""
        super().__init__(place)
        self._around = around

    @property
    def holder(self) -> str:
        """Return the program, the file and the machine: the copy lives where it is renewed."""
        return f"{self.name} {self._place.label} on host {self._around.host}"

    def keep(self, handover: Handover) -> None:
        """Replace the file; the program begins again with the newest token.

        Raises:
            SinkFailed: The file cannot be written, or is something else.
        """
        account = MailAccount.of(self.name, handover, ())
        self._place.write(self._document(account, self._holding(handover)))

    def _holding(self, handover: Handover) -> Holding:
        return combined(handover, self._stored())

    @abstractmethod
    def _document(self, account: MailAccount, holding: Holding) -> str:
        """Return the text of the file."""

    def _foreign(self) -> SinkFailed:
        return SinkFailed(
            f"{self._place.label}: is no {self.name} file of provision, and would be replaced",
            hint="name another path in the manifest's `handoff`, or move the file away",
        )


def identity(holding: Holding) -> dict[str, str]:
    """Return whose values they are, for a part of the file that the program leaves alone."""
    return {
        "mailbox": holding.mailbox or "",
        "clientId": holding.client_id,
        "tenantId": holding.tenant_id,
        "authority": holding.authority,
        "clientSecretKeyId": holding.key_id or "",
    }


def identified(values: Mapping[str, object]) -> Holding:
    """Return whose values they are, without the values.

    Raises:
        KeyError: One is missing.
    """
    return Holding(
        client_id=str(values["clientId"]),
        tenant_id=str(values["tenantId"]),
        authority=str(values["authority"]),
        mailbox=str(values["mailbox"]) or None,
        client_secret=None,
        token=None,
    )
