"""Write the generated parts of docs/reference: every command, and the JSON Schemas."""

import argparse
import enum
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.main import get_command

from provision.cli.app import app
from provision.cli.token import _parser as token_parser
from provision.diagnose.catalogue import Chapter, Entry, read_chapter
from provision.diagnose.entra import CLASS_FILE, CODE_FILES, SUBERROR_FILE
from provision.diagnose.graph_error import FILES as GRAPH_FILES
from provision.diagnose.reply import MAIL_FILES, NETWORK_FILE
from provision.manifest.schema import json_schema
from provision.plan.rights import COMMANDS, Right
from provision.sandbox.faults.document import document_schema

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"

HEAD = """\
# Commands

Written by `make docs` from the program itself. Every command also knows `--help`; results go to
standard output, everything else to standard error. What the [exit codes](exit-codes.md) mean.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command."""

    spelling: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command as its page shows it."""

    name: str
    panel: str
    help: str
    options: tuple[Option, ...]


def pages() -> dict[str, str]:
    """Return the generated files: name below docs/reference, and text."""
    schemas = {"manifest": json_schema(), "faults": document_schema()}
    written = {
        "commands.md": commands_page(),
        "errors.md": errors_page(),
        "rights.md": rights_page(),
    }
    return written | {
        f"{name}.schema.json": f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n"
        for name, schema in schemas.items()
    }


def commands_page() -> str:
    """Return the page of all commands, by panel."""
    panels: dict[str, list[Command]] = defaultdict(list)
    for command in commands():
        panels[command.panel].append(command)
    text = [HEAD, "| | |", "|---|---|"]
    for panel, group in panels.items():
        links = " ".join(f"[{c.name}](#{c.name.replace(' ', '-')})" for c in group)
        text.append(f"| {panel} | {links} |")
    for group in panels.values():
        for command in group:
            text += ["", *_section(command)]
    return "\n".join(text) + "\n"


RIGHTS_HEAD = """\
# Rights

Written by `make docs` from the table that the program itself goes by. Before its first write,
`apply`, `rotate` and `destroy` compare the administrator's access token with it: a right that is
certainly missing is refused with its name, exit code 1; what the token does not show is remarked.
`doctor` shows all of it, and what is held without need.

- **An application** needs one permission of each row, granted by a Privileged Role Administrator
  or a Global Administrator; the first is the least. `Application.ReadWrite.OwnedBy` reaches only
  applications that it owns: those that it created, and those it was made an owner of. One of the
  directory roles does instead.
- **A person** needs one scope of each row in the token, and one of the directory roles. Owners of
  the application need no role where it says so. Azure CLI's token has `Directory.AccessAsUser.All`:
  whatever the person may do. Where the tenant lets users register applications, creating one needs
  no role.
- A row that says what is unknown without it stops nothing: Graph's 403 is shown as *unknown*.
"""


def rights_page() -> str:
    """Return the page of what each command must be allowed to do."""
    text = [RIGHTS_HEAD]
    text += ["| command | needs to |", "|---|---|"]
    text += [
        f"| `{name}` | {', '.join(right.what for right in rights)} |"
        for name, rights in COMMANDS.items()
    ]
    text += ["", "| right | application: one of | person: one of | directory role | without it |"]
    text += ["|---|---|---|---|---|"]
    every = dict.fromkeys(right for rights in COMMANDS.values() for right in rights)
    return "\n".join([*text, *map(_right, every)]) + "\n"


def _right(right: Right) -> str:
    names = [
        " ".join(f"`{name}`" for name in group) for group in (right.application, right.delegated)
    ]
    roles = ", ".join(right.roles) + (", or an owner" if right.owners else "")
    without = f"unknown: {right.without}" if right.without else "refused"
    return f"| {right.what} | {' | '.join(names)} | {roles} | {without} |"


ERRORS_HEAD = """\
# Errors

Written by `make docs` from the catalogue that [provision explain](explain.md) and every hint of
the program go by. *Type* is the one line to type next, words in capitals being yours to fill in; a
line of PowerShell is for an administrator who ran `Connect-ExchangeOnline`, or `Connect-MgGraph`
where the command has `Mg` in its name. Where two stand there, the first looks and the second mends.
"""
ERROR_GROUPS = {
    "Entra": (*CODE_FILES, CLASS_FILE, SUBERROR_FILE),
    "Microsoft Graph": GRAPH_FILES,
    "Mail servers": MAIL_FILES,
    "Networks and programs": (NETWORK_FILE, "programs"),
    "Credentials": ("credentials",),
}


def errors_page() -> str:
    """Return the page of everything that the catalogue knows, by service."""
    text = [ERRORS_HEAD]
    for group, names in ERROR_GROUPS.items():
        text += [f"## {group}", ""]
        for name in names:
            text += _chapter(read_chapter(name))
    return "\n".join(text).rstrip("\n") + "\n"


def _chapter(chapter: Chapter) -> list[str]:
    rows = [_error(entry) for entry in chapter.entries]
    return [chapter.title, "", "| | means | since | type |", "|---|---|---|---|", *rows, ""]


def _error(entry: Entry) -> str:
    advice = entry.advice
    shown = " · ".join(
        f"`{line}`" for line in dict.fromkeys((advice.command, advice.powershell)) if line
    )
    cells = (
        _selectors(entry),
        advice.meaning,
        advice.cause,
        f"{shown} [source]({advice.source_url})",
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _selectors(entry: Entry) -> str:
    """Return what an entry answers to, as one reads it in a log."""
    codes = sorted(entry.codes, key=lambda code: (len(code), code))
    parts = [f"`{code}`" for code in codes if code != "*"]
    parts += [f"HTTP {status}" for status in sorted(entry.statuses)]
    parts += ["`" + " … ".join(entry.fragments) + "`"] if entry.fragments else []
    parts += [f"`{phrase}`" for phrase in entry.phrases]
    protocols = "/".join(name.upper() for name in sorted(entry.protocols))
    said = ", ".join(parts) or "anything else"
    return f"{protocols}: {said}" if protocols else said


def commands() -> list[Command]:
    """Return every command that the program has; one of a group is named with its group."""
    found = []
    for name, command in vars(get_command(app))["commands"].items():
        if name == "token":
            found.append(_token(command))
            continue
        within = vars(command).get("commands")
        if within is None:
            found.append(_command(name, command, command.rich_help_panel))
            continue
        found += [_command(f"{name} {n}", c, command.rich_help_panel) for n, c in within.items()]
    return found


def _section(command: Command) -> list[str]:
    lines = [f"## {command.name}", "", command.help]
    if command.options:
        lines += ["", "| option | default | |", "|---|---|---|"]
    lines += [f"| `{o.spelling}` | {o.default} | {_cell(o.help)} |" for o in command.options]
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _command(name: str, command: Any, panel: str) -> Command:  # noqa: ANN401  (typer does not export its types)
    options = tuple(_option(p) for p in command.params if not p.hidden)
    return Command(name, panel, _joined(command.help), options)


def _option(parameter: Any) -> Option:  # noqa: ANN401  (see _command)
    if parameter.param_type_name == "argument":
        return Option(parameter.metavar, "", parameter.help or "")
    names = [*parameter.opts, *parameter.secondary_opts]
    value = "" if parameter.is_flag else f" {_metavar(parameter)}"
    repeated = " …" if parameter.multiple else ""
    return Option(", ".join(names) + value + repeated, _default(parameter), parameter.help or "")


def _metavar(parameter: Any) -> str:  # noqa: ANN401  (see _command)
    if parameter.metavar:
        return str(parameter.metavar).replace("|", "\\|")
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        # A bar would end the table's cell, even in code.
        return "\\|".join(member.value for member in kind)
    return {Path: "FILE", int: "N", float: "SECONDS"}.get(kind, "TEXT")


def _default(parameter: Any) -> str:  # noqa: ANN401  (see _command)
    if isinstance(parameter.show_default, str):
        return f"`{parameter.show_default}`"
    value = parameter.default
    if isinstance(value, enum.Enum):
        value = value.value
    if value is None or value is False:
        return ""
    if parameter.secondary_opts:
        return f"`{parameter.opts[0]}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _token(command: Any) -> Command:  # noqa: ANN401  (see _command)
    parser = token_parser()
    # argparse offers no public way to its options.
    actions = [a for a in parser._actions if not isinstance(a, argparse._HelpAction)]  # noqa: SLF001
    text = _joined(parser.description or "")
    return Command("token", command.rich_help_panel, text, tuple(_action(a) for a in actions))


def _action(action: argparse.Action) -> Option:
    metavar = "\\|".join(action.choices) if action.choices else action.metavar
    value = "" if action.nargs == 0 else f" {metavar or 'TEXT'}"
    default = "required" if action.required else f"`{action.default}`" if action.default else ""
    return Option(", ".join(action.option_strings) + value, default, action.help or "")


def _joined(text: str) -> str:
    return " ".join(text.split())


def main() -> int:
    """Write the pages; say which were out of date."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
