"""`provision token`: just an access token, for mutt, msmtp, mbsync and getmail; no typer here."""

import argparse
import sys
from collections.abc import Sequence

from provision import wiring
from provision.cli import console, exits
from provision.errors import ProvisionError, UsageError

_DESCRIPTION = """Print an access token with at least ten minutes left, refreshing when needed.
Needs no manifest: the mailbox is looked up in the vault."""


def main(argv: Sequence[str]) -> int:
    """Print the token of one mailbox and return the exit code."""
    try:
        arguments = _parser().parse_args(argv)
        console.out(_token(arguments))
    except ProvisionError as error:
        console.failure(error)
        return exits.code_for(error)
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except BrokenPipeError:
        console.nobody_reads(sys.stdout)
        return exits.FAILED
    except Exception as error:  # noqa: BLE001  (a traceback could carry what must not be shown)
        console.bug(error)
        return exits.FAILED
    return exits.DONE


class _Parser(argparse.ArgumentParser):
    """Usage errors become ours: argparse's own exit code 2 means "there are changes"."""

    def error(self, message: str) -> None:  # type: ignore[override]  # argparse says NoReturn; so does raise
        raise UsageError(message, hint="provision token --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="provision token", description=_DESCRIPTION)
    parser.add_argument("--mailbox", "-m", required=True, metavar="ADDRESS")
    parser.add_argument(
        "--for", dest="purpose", choices=("imap", "pop", "smtp", "graph"), default="imap"
    )
    parser.add_argument("--client-id", help="when several applications hold the mailbox")
    parser.add_argument("--tenant", help="tenant id, when several do")
    parser.add_argument("--cloud", help="cloud name or cloud file, when several do")
    parser.add_argument(
        "--show", action="store_true", help="print it even though a person is watching"
    )
    return parser


def _token(arguments: argparse.Namespace) -> str:
    if console.is_terminal(sys.stdout) and not arguments.show:
        raise UsageError(
            "a token would be shown on a terminal",
            hint="pipe it into what needs it, or add --show",
        )

    with wiring.open_held(
        address=arguments.mailbox,
        client_id=arguments.client_id,
        tenant_id=arguments.tenant,
        cloud=arguments.cloud,
    ) as held:
        return held.access_token(arguments.purpose).reveal()
