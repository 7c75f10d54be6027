"""A pasted text as a person would read it: escapes, percent signs and entities undone."""

import re
from html import unescape
from typing import Final

_INVISIBLE: Final = re.compile("[\x00\u200b-\u200f\u2060\ufeff]")
_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_DESCRIPTION: Final = re.compile(r"(?<=error_description=)[^&\s\"']+")
_UNICODE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})")
_ESCAPES: Final = (('\\"', '"'), ("\\r\\n", "\n"), ("\\n", "\n"), ("\\/", "/"))
_LEVELS: Final = 3
"""A log that quotes a log that quotes a body."""


def plain(text: str) -> str:
    """Undo what JSON, HTML and URLs do to a text; what is not escaped stays as it is."""
    found = unescape(_INVISIBLE.sub("", text))
    for _ in range(_LEVELS):
        if '\\"' not in found and "\\n" not in found and "\\u" not in found:
            break
        for escaped, character in _ESCAPES:
            found = found.replace(escaped, character)
        found = _UNICODE.sub(lambda m: chr(int(m[1], 16)), found).replace('\\\\"', '\\"')
    found = _DESCRIPTION.sub(lambda m: m[0].replace("+", " "), found)
    return _PERCENT.sub(_decoded, found)


def _decoded(run: re.Match[str]) -> str:
    return bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace")
