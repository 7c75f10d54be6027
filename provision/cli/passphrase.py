"""Ask for a passphrase: at the terminal, unseen, or from standard input; never as an argument."""

import sys
from collections.abc import Callable
from getpass import getpass
from typing import Annotated

import typer

from provision.cli import ask, console
from provision.errors import AnswerNeeded, UsageError
from provision.secret import Secret

PassphraseStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="Read the passphrase from standard input.")
]


def asker(*, from_stdin: bool, is_new: bool) -> Callable[[], Secret]:
    """Return what asks for a passphrase when one is needed.

    Args:
        from_stdin: Whether the first line of standard input is the answer.
        is_new: Whether a person has to type it twice.
    """

    def answer() -> Secret:
        if from_stdin:
            return Secret(sys.stdin.readline().rstrip("\r\n"))
        if not ask.is_interactive():
            raise AnswerNeeded(
                "the export's passphrase is needed and there is no terminal",
                hint="set PROVISION_EXPORT_PASSPHRASE or PROVISION_EXPORT_KEY, or add "
                "--passphrase-stdin",
            )
        return _typed(is_new=is_new)

    return answer


def _typed(*, is_new: bool) -> Secret:
    with console.still():
        first = Secret(getpass("Passphrase of the export: ", stream=sys.stderr))
        if is_new and Secret(getpass("Once more: ", stream=sys.stderr)) != first:
            raise UsageError("the two passphrases differ", hint="type the same one twice")
    return first
