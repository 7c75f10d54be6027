"""`provision explain`: what an error means and what mends it, offline; names pasted secrets."""

import sys
from contextlib import suppress
from typing import Annotated

import typer

from provision.cli import console, exits
from provision.cli.options import Output
from provision.errors import UsageError
from provision.secret import Secret

_MOST = 1_000_000
"""Characters that are looked at: a log says at its end what went wrong."""
_TAKES = (
    "it takes AADSTS numbers, error bodies of Entra and Graph, replies of IMAP, POP and SMTP "
    "servers, log lines, redirect addresses, and tokens, codes, secrets and ids"
)


def explain(
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT]…", help="A code, a reply, a line; - or nothing reads standard input."
        ),
    ] = None,
    # No short option: `-ERR …` is a reply that people paste.
    output: Annotated[Output, typer.Option("--output", help="How to print the result.")] = (
        Output.TEXT
    ),
) -> int:
    """Say what an error or a log means and what mends it; name a pasted secret, never show it."""
    from provision.cli import explain_view
    from provision.clock import SystemClock
    from provision.diagnose.pasted import explain_text

    words = text or []
    is_typed = bool(words) and words != ["-"]
    typed = Secret(" ".join(words).strip())
    pasted = typed if is_typed else _standard_input(is_asked=bool(words))
    if not pasted:
        raise UsageError(
            "there is nothing to explain",
            hint="provision explain AADSTS50011, or pipe a log, a body or a reply into it",
        )
    found = explain_text(pasted.reveal(), SystemClock().now())
    if is_typed:
        _warn_of(sorted({finding.what for finding in found.secrets}))
    if output is Output.JSON:
        console.out_json(explain_view.as_json(found))
    for line in explain_view.lines(found) if output is Output.TEXT else ():
        console.out(line)
    if found.findings:
        return exits.DONE
    console.err("provision: nothing in this is known to the catalogue", "bad")
    console.err(f"  → {_TAKES}", "warn")
    return exits.FAILED


def _standard_input(*, is_asked: bool) -> Secret:
    """Read what is piped in; a person at a terminal is only waited for when `-` asks for it."""
    if sys.stdin is None or (sys.stdin.isatty() and not is_asked):
        return Secret("")
    if sys.stdin.isatty():
        console.err("paste it, then press Enter and Ctrl-D", "dim")
    with suppress(AttributeError, ValueError):
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]  # a text file
    end, length = "", 0
    while piece := sys.stdin.read(_MOST):
        end, length = (end + piece)[-_MOST:], length + len(piece)
    if length > _MOST:
        console.err(f"looked at the last million characters of {length}", "dim")
    return Secret(end.strip())


def _warn_of(names: list[str]) -> None:
    if names:
        console.err(
            f"warning: on the command line ({', '.join(names)}): process lists and the shell's "
            "history show it",
            "warn",
        )
        console.err("  → pipe it in next time: provision explain - < FILE", "warn")
