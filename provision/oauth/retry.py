"""Repeat what may work later: on a clock, with growing pauses, until a deadline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from provision.clock import Clock
from provision.errors import OutcomeUnknown, ProvisionError, TemporaryError, Throttled

Waiting = Callable[[str, float], None]
"""Is told what is waited for and for how many seconds, before each pause."""

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 15.0
_T = TypeVar("_T")


def silent(_reason: str, _seconds: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on, counted from the first attempt, and who is told."""

    clock: Clock
    deadline: float
    """For what the service calls passing."""
    fresh: float = 0.0
    """For refusals that only mean that something new has not arrived everywhere."""
    is_fresh: Callable[[ProvisionError], bool] = lambda _: False
    """Tells those refusals."""
    waiting: Waiting = silent

    def repeat(self, attempt: Callable[[], _T]) -> _T:
        """Return the first good result, or raise the last error."""
        began = self.clock.monotonic()
        pause = _FIRST_PAUSE
        while True:
            try:
                return attempt()
            except ProvisionError as error:
                seconds = _pause(error, pause)
                spent = self.clock.monotonic() - began
                if spent + seconds > self._allowance(error):
                    raise
                self.waiting(error.message, seconds)
            self.clock.sleep(seconds)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _allowance(self, error: ProvisionError) -> float:
        if isinstance(error, TemporaryError) and not isinstance(error, OutcomeUnknown):
            return self.deadline
        return self.fresh if self.is_fresh(error) else -1.0


def _pause(error: ProvisionError, pause: float) -> float:
    # A pause of zero would ask again at once, and for ever on a clock that stands still.
    return (error.retry_after or pause) if isinstance(error, Throttled) else pause
