"""Programs that a test starts: waited for, and ended whatever happens."""

import socket
import subprocess
from contextlib import ExitStack
from typing import Any, Final

_PATIENCE: Final = 10.0


def end_process(child: "subprocess.Popen[Any]") -> None:
    """End a program politely, or not; harmless when it ended already."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream is not None:
            stream.close()


def free_ports(count: int) -> list[int]:
    """Return ports of this machine on which nobody listens."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
