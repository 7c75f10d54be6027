"""When a fleet comes up again: in rounds, each begun a little early, so that hosts drift apart."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from provision.clock import Clock
from provision.errors import Interrupted, UsageError

SHORTEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=30)
"""A third of a refresh token's life: two rounds may fail, and nobody has to sign in."""
_JITTER: Final = 0.1
"""How much of a period a round may come early."""
_PERIOD: Final = re.compile(r"([1-9]\d{0,5})(m|h|d)")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def period(text: str) -> timedelta:
    """Return a period as it is typed: `30m`, `6h`, `1d`.

    Raises:
        UsageError: It is none, or shorter or longer than makes sense.
    """
    found = _PERIOD.fullmatch(text.strip())
    every = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
    if every is None or not SHORTEST <= every <= LONGEST:
        raise UsageError(
            f"--every {text}: a period is from 1m to 30d",
            hint="a refresh token dies after 90 days without use: --every 6h, or --every 1d",
        )
    return every


def rounds(every: timedelta, clock: Clock, random: Callable[[], float]) -> Iterator[int]:
    """Yield the number of each round when its time has come; ends when the clock is stopped.

    A round that takes longer than the period is followed at once by the next.

    Args:
        every: From the beginning of one round to that of the next, at most.
        clock: A `StoppableClock`, or none that anybody stops.
        random: A number from 0 to 1.
    """
    number = 0
    while True:
        began = clock.monotonic()
        number += 1
        yield number
        pause = every.total_seconds() * (1 - _JITTER * random())
        try:
            clock.sleep(max(0.0, began + pause - clock.monotonic()))
        except Interrupted:
            return
