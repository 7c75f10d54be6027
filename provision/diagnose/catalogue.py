"""The catalogue's entries, read from the packaged TOML files on first use."""

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
    kind: str
    """One of `KINDS`."""
    advice: Advice


@cache
def read_entries(*names: str) -> tuple[Entry, ...]:
    """Return the rows of the named files, in their order.

    Args:
        names: File names under `provision/diagnose/data`, without `.toml`.
    """
    # Reading TOML costs milliseconds that a command without an error should not pay.
    import tomllib  # noqa: PLC0415  (see above)
    from importlib.resources import files  # noqa: PLC0415  (see above)

    folder = files("provision.diagnose") / "data"
    return tuple(
        _entry(raw)
        for name in names
        for raw in tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))["entry"]
    )


def _entry(raw: dict[str, Any]) -> Entry:
    return Entry(
        codes=frozenset(str(code) for code in raw.get("codes", ())),
        statuses=frozenset(raw.get("statuses", ())),
        protocols=frozenset(raw.get("protocols", ())),
        fragments=tuple(raw.get("match", ())),
        kind=raw["class"],
        advice=Advice(raw["meaning"], raw["cause"], raw["command"], raw["source"]),
    )


def most_specific(entries: Iterable[Entry]) -> Entry:
    """Return the entry that asks for most; there must be one."""
    return max(entries, key=_specificity)


def _specificity(entry: Entry) -> tuple[int, int, int, int]:
    """Rank text above codes above statuses above protocols."""
    text = sum(len(fragment) for fragment in entry.fragments)
    return text, bool(entry.codes), bool(entry.statuses), bool(entry.protocols)
