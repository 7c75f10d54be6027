"""The ids in a text that support asks for, and those that complete a command; all are public."""

import re
from collections.abc import Iterator
from typing import Final

GUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_BETWEEN: Final = r"[\"']?\s*[:=]\s*[\"']?"
_IDS: Final = tuple(
    (name, re.compile(rf"(?<![\w-]){words}{_BETWEEN}({GUID})(?![\w-])", re.IGNORECASE))
    for name, words in (
        ("correlation-id", r"correlation[ _-]?id"),
        ("trace-id", r"trace[ _-]?id"),
        ("request-id", r"(?:x-ms-)?request[ _-]?id"),
        ("client-request-id", r"client[ _-]request[ _-]id"),
    )
)
_INSTANT: Final = re.compile(
    rf"timestamp{_BETWEEN}(\d{{4}}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ)", re.IGNORECASE
)
_SESSION: Final = re.compile(r"\[([\w.-]{1,80} \d{4}-\d\d-\d\dT[\d:.]{8,13}Z [0-9A-F]{16})\]")
"""What Exchange puts behind a refused SMTP login: server, instant and id."""
_CLIENT: Final = re.compile(
    rf"\b(?:app|application|client)(?: with (?:identifier|id)| id)?:? ?['\"(]?({GUID})(?!\w)",
    re.IGNORECASE,
)
_MOST: Final = 3
"""Values shown of one name: a whole log has hundreds."""


def support_ids(text: str) -> tuple[tuple[str, str], ...]:
    """Return the ids for support with their names, each once."""
    found: dict[tuple[str, str], None] = {}
    for name, pattern in (*_IDS, ("timestamp", _INSTANT), ("smtp-session", _SESSION)):
        values = list(dict.fromkeys(match[1] for match in pattern.finditer(text)))
        found |= dict.fromkeys((name, value) for value in values[-_MOST:])
    return tuple(found)


def placeholders(text: str, ids: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    """Yield the words in capitals that the text itself fills in, with their values."""
    values = dict(ids)
    if "correlation-id" in values:
        yield "CORRELATION_ID", values["correlation-id"]
    named = {match[1] for match in _CLIENT.finditer(text)}
    if len(named) == 1:
        yield "CLIENT_ID", named.pop()
