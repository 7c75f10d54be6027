"""What a hand-off gives, and what a place that receives it must be able to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from provision.cloud import Cloud
from provision.secret import Secret
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import ClientSecret, Registration


@dataclass(frozen=True, slots=True)
class Handover:
    """Everything a mail program needs in order to log in to one mailbox."""

    cloud: Cloud
    registration: Registration
    client_secret: ClientSecret | None
    """None when nobody here holds it."""
    mailbox: Mailbox | None
    """None when the manifest names no mailbox."""
    authority: str
    """URL of the login host with its tenant segment, `https://login.microsoftonline.com/common`."""
    refresh_token: Secret | None
    """None before the mailbox owner signed in."""
    refresh_token_issued_at: datetime | None
    generation: int | None
    """How many times this refresh token's line has been renewed; None without one."""


@runtime_checkable
class RenewedCopy(Protocol):
    """A sink whose reader refreshes by itself, and writes each successor back."""

    keeps_successors: bool
    """Always true; a sink without a reader like that does not have it."""


class Sink(Protocol):
    """A place that takes values and, perhaps, keeps secrets."""

    @property
    def name(self) -> str:
        """Return the format or service, as a manifest names it."""
        ...

    @property
    def holder(self) -> str:
        """Return what the ledger and messages call this place, `dotenv mail.env`."""
        ...

    @property
    def holds_secrets(self) -> bool:
        """Tell whether a secret given to this sink can be got back from it."""
        ...

    def prepare(self) -> None:
        """Prove that `keep` would work, before there is a secret; leave nothing behind.

        Raises:
            SinkFailed: It would not. A service may raise NotPermitted or TemporaryError, too.
        """
        ...

    def keep(self, handover: Handover) -> None:
        """Store the values, all of them or none.

        Raises:
            SinkFailed: They are not stored; what was there before still is. A service may raise
                NotPermitted or TemporaryError, too.
        """
        ...

    def clear(self, client_id: str) -> bool:
        """Remove the values of an application that is no more, and nobody else's.

        Returns:
            Whether there were any.

        Raises:
            SinkFailed: They are still there.
        """
        ...

    def held_key_id(self) -> str | None:
        """Return the key id stored beside the client secret, or None without one.

        Raises:
            SinkFailed: What is there cannot be read.
        """
        ...


@runtime_checkable
class GivesCopies(Protocol):
    """A sink from which the values go on to places that provision cannot look into."""

    @property
    def copies(self) -> tuple[str, ...]:
        """Return what the ledger calls those places."""
        ...

    @property
    def gives_secrets(self) -> bool:
        """Tell whether they get one in this run."""
        ...
