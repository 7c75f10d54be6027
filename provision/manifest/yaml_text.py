"""Single values as YAML that nobody can take for anything else, for the manifests we write."""

import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9._@ -]*[A-Za-z0-9._@-])?")
_URL: Final = re.compile(r"https?://[A-Za-z0-9._~%/:?=&+-]*[A-Za-z0-9_~/=-]")
_WORDS: Final = ("true", "false", "yes", "no", "on", "off", "y", "n", "null", "none")
"""What YAML, or a manifest, takes for something else than text."""


def scalar(value: str) -> str:
    """Return a printable text as a YAML scalar: plain where that is safe, else quoted."""
    if _URL.fullmatch(value) or (_PLAIN.fullmatch(value) and value.lower() not in _WORDS):
        return value
    return "'" + value.replace("'", "''") + "'"


def comment(text: str) -> str:
    """Return a text as one comment line: nothing in it can end the line."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return f"# {shown}"
