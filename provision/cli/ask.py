"""Questions to the person at the terminal; without one, `--yes` or exit 64."""

import sys

from provision.cli import console
from provision.errors import AnswerNeeded


def confirmed(question: str, *, yes: bool, what_for: str, option: str = "--yes") -> bool:
    """Ask a yes-or-no question; no is the default.

    Args:
        question: Without the trailing "[y/N]".
        yes: The answer was given on the command line.
        what_for: What `--yes` would stand for, named when nobody can be asked.
        option: What answers it on the command line.

    Raises:
        AnswerNeeded: Nobody is at the terminal and `--yes` was not given.
    """
    if yes:
        return True
    return line(f"{question} [y/N] ", what_for, option).strip().lower() in {"y", "yes"}


def line(prompt: str, what_for: str, option: str = "--yes") -> str:
    """Read one line from the person at the terminal.

    Raises:
        AnswerNeeded: Nobody is there.
    """
    if not is_interactive():
        raise AnswerNeeded(
            f"{what_for} needs an answer and there is no terminal",
            hint=f"run it in a terminal, or add {option}",
        )
    return _answer(prompt)


def is_interactive() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def paste(prompt: str) -> str:
    """Read one line from the terminal or from a pipe.

    Raises:
        AnswerNeeded: There is nothing to read.
    """
    text = _answer(prompt) if sys.stdin.isatty() else sys.stdin.readline()
    if not text:
        raise AnswerNeeded(
            "the address that the browser ended on is needed, and standard input is empty",
            hint="run it in a terminal, or pipe the address in",
        )
    return text


def _answer(prompt: str) -> str:
    # Nothing may be printed over what the person types.
    with console.still():
        sys.stderr.write(prompt)
        sys.stderr.flush()
        return sys.stdin.readline()
