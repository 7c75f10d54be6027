"""The sandbox as a child process: started, waited for on evidence, stopped."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from provision.clock import Clock, SystemClock
from provision.errors import TemporaryError, UsageError
from provision.sandbox.options import SandboxOptions
from provision.sandbox.ready import Ready, read_ready

_START_DEADLINE = 30.0
_STOP_DEADLINE = 10.0
_POLL = 0.01
_LAST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A child process that answers."""

    ready: Ready
    ready_file: Path
    child: "subprocess.Popen[bytes]"
    folder: Path | None
    """Temporary directory that goes with the child; None when the caller chose the files."""

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self.child.pid

    def stop(self) -> None:
        """End the child and what was made for it; harmless when it ended already."""
        _end(self.child)
        if self.folder is not None:
            import shutil  # noqa: PLC0415  (only here)

            shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def running_sandbox(
    options: SandboxOptions | None = None, clock: Clock | None = None
) -> Iterator[RunningSandbox]:
    """Run a sandbox for as long as the block lasts.

    Args:
        options: Without a `ready_file` one is made in a temporary directory. Without options:
            no faults.
        clock: What the wait for the ready file is counted on.
    """
    sandbox = start_sandbox(options or SandboxOptions(faults="none"), clock or SystemClock())
    try:
        yield sandbox
    finally:
        sandbox.stop()


def start_sandbox(options: SandboxOptions, clock: Clock) -> RunningSandbox:
    """Start a child process and return once its ready file is there.

    The child leads a session of its own: Ctrl-C in the caller's terminal does not reach it, and
    it outlives the caller unless `stop` is called.

    Raises:
        UsageError: The child ended before it was ready; the hint carries its last words.
        TemporaryError: It was not ready in time.
    """
    folder = None
    if options.ready_file is None:
        folder = Path(tempfile.mkdtemp(prefix="provision-sandbox-"))
        options = replace(options, ready_file=folder / "ready.json")
    ready_file = Path(str(options.ready_file)).absolute()
    options = replace(options, ready_file=ready_file)
    ready_file.unlink(missing_ok=True)
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(  # noqa: S603  (our own interpreter, our own arguments)
            [sys.executable, "-m", "provision.sandbox", *options.arguments()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_ready(child, ready_file, clock)
        except BaseException as error:  # Ctrl-C included: a half-started child must not stay.
            _end(child)
            if isinstance(error, UsageError):
                error.hint = _last_words(output.fileno())
            raise
    return RunningSandbox(read_ready(ready_file), ready_file, child, folder)


def _wait_until_ready(child: "subprocess.Popen[bytes]", ready_file: Path, clock: Clock) -> None:
    deadline = clock.monotonic() + _START_DEADLINE
    while not ready_file.exists():
        if child.poll() is not None:
            raise UsageError(f"sandbox: ended with code {child.returncode} before it was ready")
        if clock.monotonic() > deadline:
            raise TemporaryError(f"sandbox: not ready after {_START_DEADLINE:.0f} seconds")
        clock.sleep(_POLL)


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _last_words(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _LAST_WORDS, max(0, size - _LAST_WORDS))
    return tail.decode(errors="replace").strip()
