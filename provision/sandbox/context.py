"""What every part of the sandbox shares: the tenant, the time, the tokens and the faults."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from provision.clock import Clock
from provision.sandbox.directory import Directory

if TYPE_CHECKING:
    from provision.sandbox.exchange.store import MailStore
    from provision.sandbox.faults import Faults
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

    def advance(self, seconds: float) -> None:
        """Move the sandbox's present; never backwards."""
        self._offset += timedelta(seconds=max(0.0, seconds))


@dataclass(slots=True)
class Context:
    """One running sandbox."""

    directory: Directory
    clock: SandboxClock
    tokens: "Tokens"
    faults: "Faults"
    origin: str
    """`https://localhost:PORT`: both the authority and Graph."""
    mail: "MailStore | None" = None
    """Every mailbox's messages; `exchange.start` opens it unless somebody did before."""
