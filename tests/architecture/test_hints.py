"""A hint names only commands that exist, with options that they have."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from typer.main import get_command

from provision.cli.app import app
from provision.cli.token import _parser
from provision.diagnose.catalogue import read_entries
from tests.architecture.sources import PRODUCT, dotted, plant, read_sources

DATA = PRODUCT / "diagnose" / "data"
# `provision verb --option value`, up to what ends a command in a sentence.
_COMMAND = re.compile(r"\bprovision (?P<verb>vault [a-z-]+|[a-z]+)(?P<rest>[^`'\";,\n]*)")
_OPTION = re.compile(r"(?<!\S)--?[a-z][a-z-]*")
_ANYWHERE = {"--help", "-h"}
# "while no provision is running": a word that is no command, and a sentence that goes on.
_PROSE = re.compile(r" (?!and\b|or\b|then\b|to\b|with\b|again\b|first\b)[a-z]+\b")


def commands() -> dict[str, set[str]]:
    """Return every command with its options."""
    every = dict(getattr(get_command(app), "commands", {}))
    for group, command in list(every.items()):
        within = getattr(command, "commands", {})
        every |= {f"{group} {name}": inner for name, inner in within.items()}
    found = {
        name: {opt for parameter in command.params for opt in parameter.opts}
        | {opt for parameter in command.params for opt in parameter.secondary_opts}
        for name, command in every.items()
    }
    found["token"] = set(_parser()._option_string_actions)  # noqa: SLF001  (argparse has no other way)
    return found


COMMANDS = commands()


def broken(text: str) -> list[str]:
    """Return the commands in a text that nobody could type."""
    return [match.group() for match in _COMMAND.finditer(text) if not _works(match)]


def _works(match: re.Match[str]) -> bool:
    options = COMMANDS.get(match["verb"])
    if options is None:
        return bool(_PROSE.match(match["rest"]))
    return set(_OPTION.findall(match["rest"])) <= options | _ANYWHERE


def hints(package: Path) -> Iterator[tuple[str, str]]:
    """Yield where a hint stands and what it says, gaps shown as an ellipsis."""
    for source in read_sources(package):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                yield from ((source.at(node.value), text) for text in _texts(node.value))
            elif isinstance(node, ast.Constant | ast.JoinedStr):
                # Elsewhere prose may say "provision refuses": only what is quoted is a command.
                quoted = [f"`{t}`" for text in _texts(node) for t in re.findall("`([^`]+)`", text)]
                yield from ((source.at(node), text) for text in quoted)


def _texts(node: ast.AST) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr():
            return ["".join(_texts(part)[0] if _texts(part) else "…" for part in node.values)]
        case ast.IfExp():
            return _texts(node.body) + _texts(node.orelse)
        case ast.BinOp():
            return ["".join(_texts(node.left) + _texts(node.right))]
        case _:
            return []


def impossible_hints(package: Path) -> list[str]:
    """Return hints that name a command or an option that does not exist."""
    return [f"{at}: {wrong}" for at, text in hints(package) for wrong in broken(text)]


def test_every_hint_names_commands_that_exist():
    assert sorted(set(impossible_hints(PRODUCT))) == []


def test_there_are_hints_to_look_at():
    assert len([text for _, text in hints(PRODUCT) if "provision " in text]) > 20


@pytest.mark.parametrize("name", sorted(path.stem for path in DATA.glob("*.toml")))
def test_every_answer_of_the_catalogue_names_commands_that_exist(name):
    assert [wrong for entry in read_entries(name) for wrong in broken(entry.advice.command)] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("provision demolish", ["provision demolish"]),
        ("provision apply --force", ["provision apply --force"]),
        ("provision vault polish", ["provision vault polish"]),
        ("run `provision vault rotate-key --to file`", []),
        ("run `provision plan --detailed-exitcode`, then `provision plam`", ["provision plam"]),
        ("begin again: provision adapt and then look", ["provision adapt and then look"]),
        ("provision token --mailbox A --for imap; provision refresh --all", []),
        ("remove it while no provision is running", []),
    ],
)
def test_a_command_that_nobody_could_type_is_seen(text, wrong):
    assert broken(text) == wrong


def test_a_hint_with_a_gap_is_read(tmp_path):
    plant(tmp_path, "stages/a.py", "raise E('x', hint=f'provision purge {client_id}')\n")
    plant(tmp_path, "stages/b.py", "E('m', hint='provision ' + 'conjure' if bad else '')\n")

    assert impossible_hints(tmp_path) == [
        "stages/a.py:1: provision purge …",
        "stages/b.py:1: provision conjure",
    ]


def bare_addresses(package: Path) -> list[str]:
    """Return the f-strings that put an address behind --mailbox as it is: `o'brien@…` breaks."""
    return [
        source.at(text)
        for source in read_sources(package)
        if "--mailbox {" in source.text
        for text in ast.walk(source.tree)
        if isinstance(text, ast.JoinedStr)
        for before, value in pairwise(text.values)
        if _asks_for_a_mailbox(before) and not _is_quoted(value)
    ]


def _asks_for_a_mailbox(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).endswith("--mailbox ")


def _is_quoted(node: ast.expr) -> bool:
    value = node.value if isinstance(node, ast.FormattedValue) else node
    return isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] == "quote"


def test_an_address_in_a_hint_may_be_typed_as_it_stands():
    assert bare_addresses(PRODUCT) == []


def test_an_address_that_a_shell_would_read_otherwise_is_seen(tmp_path):
    text = (
        "one = f'provision verify --mailbox {quote(address)}'\n"
        "two = f'provision verify --mailbox {address}'\n"
    )

    assert bare_addresses(plant(tmp_path, "planted.py", text)) == ["planted.py:2"]
