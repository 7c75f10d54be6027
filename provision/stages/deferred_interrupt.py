"""Hold Ctrl-C back until a write and the bookkeeping that belongs to it are done."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from provision.stages.progress import Report, Waiting

if TYPE_CHECKING:
    from types import FrameType


def make_shield(report: Report) -> Callable[[], AbstractContextManager[None]]:
    """Return what holds back Ctrl-C for a `with` block; a second Ctrl-C is heard at once."""
    return lambda: _shield(report)


@contextmanager
def _shield(report: Report) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        # Python gives signals to the main thread alone.
        yield
        return
    pressed: list[int] = []

    def hold(number: int, _frame: "FrameType | None") -> None:
        pressed.append(number)
        if len(pressed) > 1:
            raise KeyboardInterrupt
        # Another thread tells, since this one may be in the middle of printing a line.
        threading.Thread(target=report, args=(_FINISHING,), daemon=True).start()

    previous = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if len(pressed) == 1 and callable(previous):
            # After a failed write, too: whoever pressed wants no second try.
            previous(signal.SIGINT, None)


_FINISHING = Waiting("finishing what was begun; Ctrl-C again stops at once", 0.0)
