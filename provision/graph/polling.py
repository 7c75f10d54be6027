"""One wait: ever longer pauses on a clock, until evidence comes or the deadline passes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from provision.clock import Clock

_FIRST_DELAY = 0.5
_LONGEST_DELAY = 15.0


@dataclass(frozen=True, slots=True)
class Pacing:
    """What a wait depends on; whoever calls decides."""

    clock: Clock
    jitter: Callable[[], float]
    """A number from 0 to 1, so that many clients do not return at the same instant."""
    waiting: Callable[[str, float], None]
    """Told what is waited for, and for how many seconds."""

    def delays(self) -> Iterator[float]:
        """Yield ever longer pauses, without end."""
        delay = _FIRST_DELAY
        while True:
            yield delay * (0.5 + self.jitter() / 2)
            delay = min(delay * 2, _LONGEST_DELAY)


class Wait:
    """The pauses of one wait."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._delays = pacing.delays()
        self._started = pacing.clock.monotonic()

    def pause(self, what: str, patience: float, at_least: float | None = None) -> bool:
        """Let some time pass, and say so; return False, at once, when patience would run out.

        Args:
            what: What is waited for.
            patience: Seconds from the start of this wait that it may last.
            at_least: Seconds that the service asked for; they replace our own pause.
        """
        delay = next(self._delays) if at_least is None else at_least
        spent = self._pacing.clock.monotonic() - self._started
        if spent + delay > patience:
            return False
        self._pacing.waiting(what, delay)
        self._pacing.clock.sleep(delay)
        return True
