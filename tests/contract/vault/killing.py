"""Kill a change to a vault at each of its steps, and look at the vault after each."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

KILLED = -signal.SIGKILL


def killed_at_each_line(
    files: tuple[str, ...],
    prepare: Callable[[], None],
    act: Callable[[], object],
    check: Callable[[], None],
) -> int:
    """Run `act` in a process that is killed at its first line, its second, and so on.

    Call it in a process without threads.

    Args:
        files: Whose lines count: names of source files.
        prepare: Puts everything as it was before, in this process.
        act: What is killed.
        check: Looks at what is left, in this process; raises when it is wrong.

    Returns:
        At how many lines it was killed; the run after the last one ended by itself.
    """
    count = 0
    while True:
        prepare()
        child = os.fork()
        if child == 0:
            sys.settrace(_killer(files, count))
            act()
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        check()
        if ended == 0:
            return count
        assert ended == KILLED, ended
        count += 1


def _killer(files: tuple[str, ...], at: int) -> Callable[[FrameType, str, Any], Any]:
    passed = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal passed
        if not frame.f_code.co_filename.endswith(files):
            return None
        if event == "line":
            if passed == at:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1
        return trace

    return trace
