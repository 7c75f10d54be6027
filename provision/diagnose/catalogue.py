"""The catalogue's entries, read from the packaged TOML files on first use."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from provision.diagnose.advice import Advice

KINDS: Final = frozenset(
    {"request", "configuration", "administrator", "user", "sign-in", "temporary"}
)
"""Who must act: whoever sends the request, whoever registers, the tenant's administrator, the
mailbox owner at the sign-in page, the mailbox owner by signing in again, nobody but time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what it answers to, and the answer. Empty selectors match everything."""

    codes: frozenset[str]
    """AADSTS numbers, OAuth `error` values or Graph error codes, as text."""
    statuses: frozenset[int]
    """HTTP status codes."""
    protocols: frozenset[str]
    """`imap`, `pop`, `smtp`."""
    fragments: tuple[str, ...]
    """Texts that must all occur, whatever their case."""
    phrases: tuple[str, ...]
    """Texts of which one must occur, or tells the entry where a program prints no code."""
    kind: str
    """One of `KINDS`."""
    advice: Advice

    @property
    def is_fallback(self) -> bool:
        """Whether it takes what no other entry knows."""
        return not (self.codes or self.statuses or self.fragments or self.phrases)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One data file."""

    title: str
    """The comment that it begins with: a sentence or two."""
    entries: tuple[Entry, ...]


def read_entries(*names: str) -> tuple[Entry, ...]:
    """Return the rows of the named files, in their order.

    Args:
        names: File names under `provision/diagnose/data`, without `.toml`.
    """
    return tuple(entry for name in names for entry in read_chapter(name).entries)


@cache
def read_chapter(name: str) -> Chapter:
    """Return one file of the catalogue."""
    text, document = _document(name)
    title = text.partition("\n")[0].removeprefix("# ")
    return Chapter(title, tuple(_entry(raw) for raw in document.get("entry", ())))


@cache
def well_known_ids() -> dict[str, str]:
    """Return what the ids stand for that are the same in every tenant."""
    ids: dict[str, str] = _document("well_known_ids")[1]["ids"]
    return ids


def _document(name: str) -> tuple[str, dict[str, Any]]:
    # Reading TOML costs milliseconds that a command without an error should not pay.
    import tomllib  # noqa: PLC0415  (see above)
    from importlib.resources import files  # noqa: PLC0415  (see above)

    path = files("provision.diagnose") / "data" / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    return text, tomllib.loads(text)


def _entry(raw: dict[str, Any]) -> Entry:
    return Entry(
        codes=frozenset(str(code) for code in raw.get("codes", ())),
        statuses=frozenset(raw.get("statuses", ())),
        protocols=frozenset(raw.get("protocols", ())),
        fragments=tuple(raw.get("match", ())),
        phrases=tuple(raw.get("says", ())),
        kind=raw["class"],
        advice=Advice(
            meaning=raw["meaning"],
            cause=raw["cause"],
            command=raw["command"],
            source=raw["source"],
            mended_by=raw.get("powershell", ""),
        ),
    )


def occurs(fragment: str, text: str) -> bool:
    """Find a fragment whatever its case, but not `5.7.3` inside `5.7.30`."""
    return _pattern(fragment).search(text) is not None


@cache
def _pattern(fragment: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9]){re.escape(fragment)}(?![0-9])", re.IGNORECASE)


def is_told_by(entry: Entry, text: str) -> bool:
    """Tell whether a text has all fragments of an entry and, where it has phrases, one of them."""
    return all(occurs(fragment, text) for fragment in entry.fragments) and (
        not entry.phrases or any(occurs(phrase, text) for phrase in entry.phrases)
    )


def may_be_told_by(entry: Entry, folded: str) -> bool:
    """Tell, fast, whether a whole log in small letters can have what tells an entry somewhere."""
    return all(fragment.casefold() in folded for fragment in entry.fragments) and (
        not entry.phrases or any(phrase.casefold() in folded for phrase in entry.phrases)
    )


def most_specific(entries: Iterable[Entry]) -> Entry:
    """Return the entry that asks for most; there must be one."""
    return max(entries, key=_specificity)


def _specificity(entry: Entry) -> tuple[int, int, int, int]:
    """Rank text above codes above statuses above protocols.

    Phrases only count where they select: beside a code they stand in for it.
    """
    phrases = () if entry.codes else entry.phrases
    text = sum(map(len, entry.fragments)) + min(map(len, phrases), default=0)
    return text, bool(entry.codes), bool(entry.statuses), bool(entry.protocols)
