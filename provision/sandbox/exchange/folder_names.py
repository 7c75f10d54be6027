"""Names of folders: which are allowed, and which a LIST pattern means."""

from typing import Final
from urllib.parse import quote

_LONGEST: Final = 200
"""Bytes that a name may take as the name of a directory."""
_LONGEST_PATTERN: Final = 1000


def is_allowed(name: str) -> bool:
    """Tell whether a client may call a folder so; `/` divides the levels."""
    levels = name.split("/")
    is_short = len(quote(name, safe="")) <= _LONGEST
    is_plain = name.isprintable() and not set(name) & set('%*\\"')
    return is_short and is_plain and all(level.strip(". ") for level in levels)


def matches(pattern: str, name: str) -> bool:
    """Tell whether LIST's pattern means a name: `*` any letters, `%` any but the divider.

    Twisted's own makes a regular expression of it that a client can let run for years.
    """
    reached = {0}
    letters, wanted = name.casefold(), pattern.casefold()[:_LONGEST_PATTERN]
    for letter in wanted:
        if letter == "*":
            reached = set(range(min(reached), len(letters) + 1))
        elif letter == "%":
            reached = {end for start in reached for end in range(start, _level_end(letters, start))}
        else:
            reached = {at + 1 for at in reached if letters[at : at + 1] == letter}
        if not reached:
            return False
    return len(letters) in reached


def _level_end(name: str, start: int) -> int:
    divider = name.find("/", start)
    return (len(name) if divider < 0 else divider) + 1
