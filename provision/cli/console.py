"""Where text goes: results to standard output, everything else to standard error."""

import json
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from provision import wiring
from provision.errors import ManifestInvalid, ProvisionError, SinkFailed

_STYLES = {"good": "32", "bad": "31", "warn": "33", "dim": "2", "bold": "1"}
PAGE = 100
"""Columns of what is no terminal."""
_CLEAR_LINE = "\r\x1b[K"

_turn = threading.RLock()
_moving: list[str] = []
"""What the moving line shows, while it does; one item at most."""


def is_terminal(stream: IO[str]) -> bool:
    """Tell whether a person reads the stream."""
    return stream.isatty()


def styled(text: str, style: str, stream: IO[str]) -> str:
    """Return text in colour where a terminal shows it and NO_COLOR does not forbid it."""
    if not stream.isatty() or wiring.colour_is_unwanted():
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def width(stream: IO[str]) -> int:
    """Return how many columns the stream's reader sees; a file has as many as a page."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or PAGE
    except (OSError, ValueError):
        return PAGE


def out(text: str) -> None:
    """Print one result line."""
    with still():
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def out_json(value: object) -> None:
    """Print a result for programs."""
    is_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    out(json.dumps(value, indent=2, ensure_ascii=not is_unicode))


def hand_over(text: str, *, may_be_shown: bool) -> None:
    """Write a hand-off to standard output.

    Raises:
        SinkFailed: A person would see secrets there.
    """
    if is_terminal(sys.stdout) and not may_be_shown:
        raise SinkFailed(
            "standard output: secrets would be shown on a terminal",
            hint="redirect it, or `provision handoff --show`",
        )
    out(text.removesuffix("\n"))


def err(text: str, style: str = "") -> None:
    """Print one line that is not the result; when nobody reads any more, carry on."""
    shown = styled(text, style, sys.stderr) if style else text
    with still():
        try:
            sys.stderr.write(f"{shown}\n")
            sys.stderr.flush()
        except BrokenPipeError:
            nobody_reads(sys.stderr)


def move(text: str) -> None:
    """Show a line on standard error that the next output replaces; an empty one shows nothing."""
    with still():
        if text:
            sys.stderr.write(text)
            sys.stderr.flush()
            _moving.append(text)


@contextmanager
def still() -> Iterator[None]:
    """Keep other threads from printing, and the moving line out of the way."""
    with _turn:
        if _moving:
            _moving.clear()
            sys.stderr.write(_CLEAR_LINE)
            sys.stderr.flush()
        yield


def settle() -> None:
    """Let no odd encoding of a stream end the program."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a text file


def nobody_reads(stream: IO[str]) -> None:
    """Throw away what a closed pipe did not take, or Python would complain about it at the end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def failure(error: ProvisionError, of: str = "") -> None:
    """Print what went wrong, what to do next, and the ids that support will ask for.

    Args:
        error: What went wrong.
        of: Whose trouble it is, where several may have it; said unless the message says it.
    """
    whose = f"{of}: " if of not in error.message else ""
    err(f"provision: {whose}{error.message}", "bad")
    if isinstance(error, ManifestInvalid):
        for problem in error.problems:
            where = f"{error.source}:{problem.line}" if problem.line else error.source
            at = f" {problem.path}:" if problem.path else ""
            err(f"  {where}:{at} {problem.message}")
            if problem.suggestion:
                err(f"      did you mean {problem.suggestion}?", "warn")
    for line in error.hint.splitlines():
        err(f"  → {line}", "warn")
    if error.evidence:
        err("  " + "  ".join(f"{name}: {value}" for name, value in error.evidence), "dim")


def bug(error: Exception) -> None:
    """Print where an unforeseen error came from: type and places, never its values."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames][-4:]
    err(f"provision: unforeseen {type(error).__name__}: this is a bug in provision", "bad")
    for place in ours:
        err(f"  in {place}", "dim")
    err("  → please report it with these lines; they hold no secret", "warn")
