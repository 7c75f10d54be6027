"""The places of AEM Forms on JEE that keep their own copy of the values."""

from dataclasses import dataclass
from typing import Final, Literal

PlaceKind = Literal["email-service", "form-workflow", "endpoint"]
_CALLED: Final[dict[PlaceKind, str]] = {
    "email-service": "Email Service",
    "form-workflow": "Form Workflow",
    "endpoint": "e-mail endpoint",
}


@dataclass(frozen=True, slots=True)
class AemPlace:
    """A page of the administration console into which somebody types the values."""

    kind: PlaceKind
    name: str = ""
    """Of an endpoint, as its page shows it; the others are there once."""

    @property
    def called(self) -> str:
        """Return `Email Service`, `Form Workflow` or `e-mail endpoint NAME`."""
        return f"{_CALLED[self.kind]} {self.name}".rstrip()


USUAL_PLACES: Final = (AemPlace("email-service"), AemPlace("form-workflow"))
"""Those that only send: an endpoint has a name, and takes what arrives in the mailbox."""
