"""Programs that a test starts: waited for, and ended whatever happens."""

import subprocess
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
