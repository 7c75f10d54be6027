"""Where text goes: results to standard output, everything else to standard error."""

import json
import sys
import traceback
from typing import IO

from provision import wiring
from provision.errors import ManifestInvalid, ProvisionError

_STYLES = {"good": "32", "bad": "31", "warn": "33", "dim": "2", "bold": "1"}


def is_terminal(stream: IO[str]) -> bool:
    """Tell whether a person reads the stream."""
    return stream.isatty()


def styled(text: str, style: str, stream: IO[str]) -> str:
    """Return text in colour where a terminal shows it and NO_COLOR does not forbid it."""
    if not stream.isatty() or wiring.colour_is_unwanted():
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def out(text: str) -> None:
    """Print one result line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def out_json(value: object) -> None:
    """Print a result for programs."""
    out(json.dumps(value, indent=2, ensure_ascii=False))


def err(text: str, style: str = "") -> None:
    """Print one line that is not the result."""
    shown = styled(text, style, sys.stderr) if style else text
    sys.stderr.write(f"{shown}\n")
    sys.stderr.flush()


def failure(error: ProvisionError) -> None:
    """Print what went wrong, what to do next, and the ids that support will ask for."""
    err(f"provision: {error.message}", "bad")
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
