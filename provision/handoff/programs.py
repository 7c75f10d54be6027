"""Other people's programs: run without a shell, with a time limit, and quoted without secrets."""

import os
import re
import shutil
import signal
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from provision.errors import SinkFailed
from provision.secret import Secret

_MOST: Final = 200
_RUN: Final = re.compile(r"\S{16,}")
"""So many visible characters in a row may be a piece of a secret."""
_NEITHER_NAME_NOR_PATH: Final = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What programs get of this machine."""

    environment: Mapping[str, str]
    folder: Path
    """Where they run, and what a relative path of a program starts from."""
    timeout: float
    """Seconds; a program that takes longer is killed with everything that it started."""
    allowed: frozenset[str]
    """Programs that may be run, spelled as in the manifest."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int
    output: str
    complaint: str
    """What it said on standard error."""


def find(program: str, around: Surroundings) -> str:
    """Return the file that a program's name stands for.

    Raises:
        SinkFailed: It may not be run, or is not there.
    """
    if program not in around.allowed:
        raise SinkFailed(
            f"command {program}: the manifest would run it, and nobody but the manifest says so",
            hint="if you trust whoever may change the manifest, set "
            f"PROVISION_ALLOW_COMMANDS={program}",
        )
    if os.sep in program:
        path = around.folder / program
        found = str(path) if path.is_file() and os.access(path, os.X_OK) else None
    else:
        found = shutil.which(program, path=around.environment.get("PATH", os.defpath))
    if found is None:
        raise SinkFailed(
            f"command {program}: there is no such program here",
            hint="install it, or correct `command` in the manifest's `handoff`",
        )
    return found


def run(argv: Sequence[str], around: Surroundings, said: bytes = b"") -> Ended:
    """Run a program to its end.

    Args:
        argv: The program and its arguments, which hold no secret.
        around: What it gets of this machine.
        said: Its standard input.

    Raises:
        SinkFailed: It may not be run, is not there, cannot be started, or takes too long.
    """
    found = find(argv[0], around)
    try:
        process = subprocess.Popen(  # noqa: S603  (a list, allowed by name outside the manifest)
            [found, *argv[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=around.folder,
            env=dict(around.environment),
            start_new_session=True,
        )
    except OSError as error:
        raise SinkFailed(
            f"command {argv[0]}: cannot be started ({error.strerror})",
            hint="run it by hand as the same account",
        ) from error
    with process:
        try:
            output, complaint = process.communicate(said, around.timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            # Not chained: that error carries what the program printed.
            raise SinkFailed(
                f"command {argv[0]}: did not end within {around.timeout:g} seconds, and was killed",
                hint="see whether it waits for input, or raise `timeoutSeconds`",
            ) from None
        except BaseException:
            # Ctrl-C included: it has the secret, and nobody waits for it any more.
            _kill(process)
            raise
    return Ended(process.returncode, _text(output), _text(complaint))


def quoted(complaint: str, hidden: Sequence[Secret]) -> str:
    """Return the last line of what a program complained, fit to be shown, or nothing.

    Long words are left out, since they may be pieces of a secret in whatever encoding; a line that
    holds a secret all the same, spread over it, is left out as a whole.
    """
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    if not lines:
        return ""
    visible = "".join(c if c.isprintable() else " " for c in lines[-1])
    bare = _NEITHER_NAME_NOR_PATH.sub("", visible)
    pieces = (_NEITHER_NAME_NOR_PATH.sub("", form) for s in hidden for form in _forms(s))
    if any(piece and piece in bare for piece in pieces):
        return ""
    line = " ".join(_RUN.sub("…", visible).split())
    return line if len(line) <= _MOST else f"{line[:_MOST]}…"


def _forms(secret: Secret) -> Iterator[str]:
    """Yield a secret as programs would print it."""
    yield secret.reveal()
    yield quote(secret.reveal(), safe="")
    yield b64encode(secret.reveal().encode()).decode().rstrip("=")[:-2]
    yield secret.reveal().encode().hex()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and whatever it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
