"""A program at a terminal: what it shows is read, what a person would type is written."""

import errno
import os
import pty
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_PATIENCE = 30.0


class Terminal:
    """One program on a pseudo-terminal; leaving the block ends it."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.shown = ""
        """Everything so far, `\\r\\n` made `\\n`."""
        self._read = 0
        self._master, slave = pty.openpty()
        self.child = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=dict(environment),
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def expect(self, text: str) -> str:
        """Wait until the program shows a text; return what came before it since the last one."""
        while True:
            at = self.shown.find(text, self._read)
            if at >= 0:
                before = self.shown[self._read : at]
                self._read = at + len(text)
                return before
            assert self._more(), f"{text!r} never came:\n{self.shown}"

    def enter(self, text: str) -> None:
        """Type a line."""
        os.write(self._master, f"{text}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, as far as the program can tell."""
        self.child.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Read until the program ends and return its exit code."""
        while self._more():
            pass
        return self.child.wait(_PATIENCE)

    def _more(self) -> bool:
        """Read what is there; False at the end."""
        ready, _, _ = select.select([self._master], [], [], _PATIENCE)
        assert ready, f"nothing was shown for {_PATIENCE:.0f} seconds:\n{self.shown}"
        try:
            piece = os.read(self._master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            # Linux says this instead of an end of file once the program has gone.
            return False
        self.shown += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self._master)
