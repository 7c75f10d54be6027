"""What every part of the sandbox shares: the tenant, the time, the tokens and the faults."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from provision.clock import Clock
from provision.sandbox.directory import Directory

if TYPE_CHECKING:
    from provision.sandbox.faults.decisions import Faults
    from provision.sandbox.tokens import Tokens


class SandboxClock:
    """The machine's time plus an offset that the control URL moves."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the sandbox's present, aware, in UTC."""
        return (self._clock.now() + self._offset).astimezone(UTC)

    def timestamp(self) -> float:
        """Return the sandbox's present as seconds since the epoch."""
        return self.now().timestamp()

    @property
    def ahead(self) -> float:
        """Seconds by which it is ahead of the machine's clock."""
        return self._offset.total_seconds()

    def advance(self, seconds: float) -> None:
        """Move the sandbox's present; never backwards."""
        self._offset += timedelta(seconds=max(0.0, seconds))


class Letter(Protocol):
    """A message that lies in an inbox."""

    @property
    def uid(self) -> int:
        """Its IMAP number."""
        ...

    @property
    def content(self) -> bytes:
        """As sent, lines ended by CRLF."""
        ...

    @property
    def flags(self) -> AbstractSet[str]:
        """IMAP's names."""
        ...


class Inbox(Protocol):
    """Where mail for one address arrives."""

    @property
    def messages(self) -> Sequence[Letter]:
        """Oldest first."""
        ...


class Mailboxes(Protocol):
    """Every address's mail, as the other parts of the sandbox see it."""

    def inbox(self, address: str) -> Inbox:
        """Return the inbox of an address, new when nobody asked before."""
        ...

    def deliver(self, address: str, content: bytes) -> Letter:
        """Put a message into an inbox."""
        ...

    def keep_sent(self, address: str, content: bytes) -> Letter:
        """Put a message that was sent into its sender's Sent Items."""
        ...


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A person who has begun to sign in and is not done."""

    client_id: str
    user_principal_name: str | None
    """None until the password was right."""
    started_at: float
    """Seconds since the epoch."""


@dataclass(slots=True)
class Context:
    """One running sandbox."""

    directory: Directory
    clock: SandboxClock
    tokens: "Tokens"
    faults: "Faults"
    origin: str
    """`https://localhost:PORT`: both the authority and Graph."""
    mail: Mailboxes | None = None
    """None until `exchange.start`."""
    sign_ins: Callable[[], list[PendingSignIn]] = list
    """Who is on the sign-in pages now; nobody until Entra serves them."""
