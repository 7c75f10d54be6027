"""Recorded sessions with Microsoft Graph, whatever file they come from."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

GRAPH_HOSTS = frozenset({"", "graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us"})
# Members that tell when an answer was given.
_TELLS_THE_DAY = frozenset({"createdDateTime", "date"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=T)")


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded request with its answer."""

    source: str
    """What was recorded: a session bears one name."""
    number: int
    method: str
    target: str
    """Address, or path with the version."""
    sent_headers: dict[str, str]
    body: Any
    """As decoded from JSON; text when it was none."""
    status: int
    headers: dict[str, str]
    """Of the answer, names in lower case."""
    answer: Any

    @property
    def is_for_graph(self) -> bool:
        """Whether Graph was asked: a session also signs in and calls other services."""
        return (urlsplit(self.target).hostname or "") in GRAPH_HOSTS

    @property
    def path(self) -> str:
        """Path with its query."""
        parts = urlsplit(self.target)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


@dataclass(frozen=True, slots=True)
class Session:
    """What one client did in a row."""

    name: str
    recordings: tuple[Recording, ...]
    elsewhere: int = 0
    """Requests to other hosts, left out."""

    @property
    def made_on(self) -> date | None:
        """Day of the last answer that tells it."""
        days = [day for recording in self.recordings for day in _days(recording)]
        return max(days, default=None)

    @property
    def label(self) -> str:
        """Its name and day, as docs/sandbox/parity.md writes them."""
        return f"{self.name}@{self.made_on or 'undated'}"


def sessions(recordings: Iterable[Recording]) -> list[Session]:
    """Return recordings by session, in the order they were made."""
    found = []
    for name, group in groupby(recordings, lambda recording: recording.source):
        everything = list(group)
        asked = tuple(recording for recording in everything if recording.is_for_graph)
        found.append(Session(name, asked, len(everything) - len(asked)))
    return found


def _days(recording: Recording) -> Iterator[date]:
    for text in _instants(recording.answer):
        found = _DAY.match(text)
        if found:
            yield date.fromisoformat(found[0])


def _instants(body: object) -> Iterator[str]:
    if isinstance(body, list):
        for item in body:
            yield from _instants(item)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name in _TELLS_THE_DAY and isinstance(value, str):
                yield value
            else:
                yield from _instants(value)
