"""The dashboard's tables as values: sections, rows, cells and lines; the template does the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Tone = Literal["", "quiet", "code", "good", "bad"]
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell."""

    text: str
    tone: Tone = ""


Cell = Sequence[Line]


@dataclass(frozen=True, slots=True)
class Section:
    """One table."""

    name: str
    """Of its anchor."""
    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    """Each with as many cells as there are columns."""
    empty: str
    """What is said when there is no row."""


def plain(*texts: str | None) -> Cell:
    """Return a cell of ordinary lines; None is left out."""
    return [Line(text) for text in texts if text is not None]


def coded(texts: Iterable[str]) -> Cell:
    """Return a cell of ids, addresses and the like."""
    return [Line(text, "code") for text in texts]


def named(name: str | None, *ids: str) -> Cell:
    """Return a cell with a name and what identifies it."""
    return [Line(name or "without a name"), *coded(ids)]


def flag(value: object) -> Cell:
    """Return a cell for something that is on, off, or not decided."""
    if isinstance(value, bool):
        return [Line("on", "good") if value else Line("off", "quiet")]
    return [Line("not set", "quiet") if value is None else Line(str(value))]


def instant(timestamp: float) -> str:
    """Return seconds since the epoch as people read them."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S}"


def age(timestamp: float, now: float) -> str:
    """Return how long ago something was, in its largest unit."""
    seconds = int(now - timestamp)
    if seconds >= _DAY:
        return f"{seconds // _DAY} d ago"
    if seconds >= _HOUR:
        return f"{seconds // _HOUR} h ago"
    if seconds >= _MINUTE:
        return f"{seconds // _MINUTE} min ago"
    return f"{max(0, seconds)} s ago"
