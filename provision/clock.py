"""Time as a parameter: the only file that reads the clock or waits."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from provision.errors import Interrupted


class Clock(Protocol):
    """What time it is, and how to let some pass."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never runs backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread."""
        time.sleep(seconds)


class StoppableClock(SystemClock):
    """The machine's clock for threads that somebody may tell to stop waiting."""

    def __init__(self) -> None:
        self._is_stopped = threading.Event()

    def stop(self) -> None:
        """End every wait, present and future."""
        self._is_stopped.set()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread.

        Raises:
            Interrupted: Somebody said stop, now or before.
        """
        if self._is_stopped.wait(seconds):
            raise Interrupted("waiting was given up")


class ManualClock:
    """A clock that moves only when told to; `sleep` advances it at once."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the start plus what has been slept or advanced."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Return the seconds slept or advanced so far."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Advance by that many seconds without blocking."""
        self._elapsed += seconds
