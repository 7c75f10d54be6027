"""The syntax that shells and `.env` readers have in common: split, decode, quote."""

import re
from dataclasses import dataclass
from typing import Final

from provision.errors import SinkFailed

_STATEMENT: Final = re.compile(
    r"""
    [ \t]*(?P<prefix>(?:export[ \t]+)?)
    (?P<key>[A-Za-z_][A-Za-z0-9_]*)=
    (?P<value>(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]|[^\s'"\\])*)
    (?:[ \t]+\#[^\n]*)?[ \t]*\r?(?:\n|\Z)
    """,
    re.VERBOSE,
)
_LINE: Final = re.compile(r"[^\n]*(?:\n|\Z)")
_SEGMENT: Final = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:\\[\s\S]|[^"\\])*)"|\\(?P<escaped>[\s\S])|(?P<bare>.)""",
    re.DOTALL,
)
_DOUBLE_ESCAPE: Final = re.compile(r"""\\([$`"\\])""")


@dataclass(frozen=True, slots=True)
class Statement:
    """One assignment, perhaps over several lines, or one other line."""

    text: str
    """As it stands in the file, line end included."""
    key: str | None = None
    """None for comments, blank lines and whatever else is not an assignment."""
    value: str = ""
    """What a shell would assign, variables in it not expanded."""
    prefix: str = ""
    """`export ` or nothing."""


def parse_statements(text: str) -> list[tuple[int, Statement]]:
    """Return every statement with the number of its first line; nothing is lost between them."""
    found: list[tuple[int, Statement]] = []
    position, number = 0, 1
    while position < len(text):
        statement = _statement_at(text, position)
        found.append((number, statement))
        position += len(statement.text)
        number += statement.text.count("\n")
    return found


def _statement_at(text: str, position: int) -> Statement:
    assignment = _STATEMENT.match(text, position)
    if assignment is not None:
        value = _SEGMENT.sub(_decoded, assignment["value"])
        return Statement(assignment[0], assignment["key"], value, assignment["prefix"])
    line = _LINE.match(text, position)
    return Statement(text[position:] if line is None else line[0])


def _decoded(segment: re.Match[str]) -> str:
    if segment["double"] is not None:
        return _DOUBLE_ESCAPE.sub(r"\1", segment["double"])
    return segment["single"] or segment["escaped"] or segment["bare"] or ""


def quoted(value: str) -> str:
    r"""Return a value so that a shell, and wherever possible a `.env` reader, gives it back.

    Single quotes mean the same to all of them, as long as the value has neither `'` nor `\`. Such
    a value goes into double quotes, which agree while it has neither `$` nor a backtick. What is
    left has no common form and is written for the shell.

    Raises:
        SinkFailed: The value holds a NUL, which no environment can.
    """
    if "\0" in value:
        raise SinkFailed("a value for a dotenv file holds a NUL character")
    if not set(value) & set("'\\"):
        return f"'{value}'"
    if not set(value) & set("$`"):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "'" + value.replace("'", "'\\''") + "'"
