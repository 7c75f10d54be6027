"""The command line: commands, exit codes, and the only place that catches everything."""

import sys
from collections.abc import Callable, Sequence
from copy import copy

import typer
from typer.main import get_command, get_group

from provision.cli import console, exits
from provision.cli.adopt import adopt
from provision.cli.apply import apply
from provision.cli.authorize import authorize
from provision.cli.check import check
from provision.cli.demo import demo
from provision.cli.destroy import destroy
from provision.cli.doctor import doctor
from provision.cli.explain import explain
from provision.cli.handoff import handoff
from provision.cli.init import init
from provision.cli.plan import plan
from provision.cli.refresh import refresh
from provision.cli.rotate import rotate
from provision.cli.sandbox import sandbox
from provision.cli.schema import schema
from provision.cli.status import status
from provision.cli.token import main as token_main
from provision.cli.vault import vault
from provision.cli.verify import verify
from provision.errors import ProvisionError

app = typer.Typer(
    name="provision",
    help="Office 365 mail OAuth as code: from one manifest to a mailbox that lets you in.",
    epilog="Start offline with `provision demo`; your tenant: `provision init`, then `plan`.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SET_UP, EVERY_DAY, WHEN_IT_FAILS, OFFLINE = "Set up", "Every day", "When it fails", "Offline"

for panel, commands in {
    SET_UP: (init, check, plan, apply, authorize, verify, handoff, adopt, destroy),
    EVERY_DAY: (refresh, rotate, status),
    WHEN_IT_FAILS: (doctor,),
    OFFLINE: (sandbox, demo, schema),
}.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)

# What is pasted may begin with a dash, as `-ERR …` does: only `--help` and `--output` count.
app.command(
    rich_help_panel=WHEN_IT_FAILS,
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)(explain)

app.add_typer(vault, rich_help_panel=EVERY_DAY)


@app.command(
    rich_help_panel=EVERY_DAY,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def token(context: typer.Context) -> int:
    """Print just an access token for a mail program."""
    # It has a parser of its own, since it must answer before typer loads.
    return token_main(context.args)


def parser_for(argv: Sequence[str]) -> Callable[..., object]:
    """Return the parser with the one command that is named first, or with all where none is.

    typer makes the parser of every command that it knows before it looks at what was typed.
    """
    commands = app.registered_commands
    named = [c for c in commands if c.callback and c.callback.__name__ in argv[:1]]
    if not named:
        return get_command(app)
    only = copy(app)
    only.registered_commands, only.registered_groups = named, []
    return get_group(only)


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    console.settle()
    try:
        parser = parser_for(argv)
        result = parser(args=list(argv), prog_name="provision", standalone_mode=False)
        code = result if isinstance(result, int) else exits.DONE
        # typer turns Ctrl-C into this code by itself.
        return _interrupted() if code == exits.INTERRUPTED else code
    except ProvisionError as error:
        console.failure(error)
        return exits.code_for(error)
    except typer.TyperException as error:
        return _usage(error)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:
        # The reader of a pipe left; there is nobody to tell.
        console.nobody_reads(sys.stdout)
        return exits.FAILED
    except Exception as error:  # noqa: BLE001  (a traceback could carry what must not be shown)
        console.bug(error)
        return exits.FAILED


def _interrupted() -> int:
    console.err("provision: interrupted", "warn")
    console.err("  → what was begun is finished or written down; run the same command again", "dim")
    return exits.INTERRUPTED


def _usage(error: typer.TyperException) -> int:
    # Only click's own subclass knows which option is meant, and of which command.
    said = str(getattr(error, "format_message", error.__str__)()).replace("Value error, ", "")
    command = getattr(getattr(error, "ctx", None), "command_path", "provision")
    if said:
        console.err(f"provision: {said}", "bad")
        console.err(f"  → {command} --help", "warn")
    return exits.USAGE
