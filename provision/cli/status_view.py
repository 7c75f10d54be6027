"""The ledger as a table for a terminal: what dies first is first, and what to do is last."""

import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from provision.cli import console
from provision.cli.status_words import Row, closing, day, end, groups, printable

if TYPE_CHECKING:
    from provision.stages.standing import ApplicationStanding, Status

_SIGNS: Final = {
    "good": ("✓", "good"), "spare": ("·", "dim"), "due": ("!", "warn"), "outdated": ("!", "warn"),
    "missing": ("✗", "bad"), "refused": ("✗", "bad"), "dead": ("✗", "bad"),
}  # fmt: skip
_WIDE: Final = 100
_NARROWEST: Final = 24
"""Columns that a name gets at least, however narrow the terminal is."""


def lines(status: "Status", width: int) -> Iterator[str]:
    """Yield the table, and what to do first."""
    if not status.applications:
        yield "Nothing is held here yet."
        yield _next("provision apply --through handoff")
        return
    for application in status.applications:
        yield from _heading(application, width)
        yield from _table(application, status.at, width)
        yield ""
    yield from _first(status, width)


def _heading(application: "ApplicationStanding", width: int) -> Iterator[str]:
    name = application.unique_name or "an application without a name"
    client = application.client_id or "unknown"
    yield console.styled(printable(name), "bold", sys.stdout)
    yield f"client id {printable(client)}"
    yield from _wrapped(
        printable(f"tenant {application.tenant}, cloud {application.cloud}"), "", width
    )


def _table(application: "ApplicationStanding", at: datetime, width: int) -> Iterator[str]:
    is_wide = width >= _WIDE
    head = f"  {'dies (UTC)':10} {'left':>6} {'alarm':>5} {'gen':>4}  "
    head += f"{'issued':10}  {'last used':10}  " if is_wide else ""
    yield console.styled(f"{head}what", "dim", sys.stdout)
    rows = chain.from_iterable(groups(application))
    for row in sorted(rows, key=lambda row: end(row, at)):
        sign, style = _SIGNS[row.due.state]
        cells = _cells(row, is_wide=is_wide)
        indent = " " * (len(sign) + len(cells))
        first, *rest = _wrapped(printable(row.what), indent, width)
        yield console.styled(sign, style, sys.stdout) + cells + first.removeprefix(indent)
        yield from rest


def _cells(row: Row, *, is_wide: bool) -> str:
    due = row.due
    left = "-" if due.days_left is None else f"{due.days_left} d"
    dies = "-" if due.dies_at is None else day(due.dies_at)
    alarm = "-" if due.alarm is None else str(due.alarm)
    generation = "-" if row.generation is None else str(row.generation)
    cells = f" {dies:10} {left:>6} {alarm:>5} {generation:>4}  "
    if is_wide:
        issued, used = ("-" if at is None else day(at) for at in (row.issued_at, row.used_at))
        cells += f"{issued:10}  {used:10}  "
    return cells


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    room = max(width, len(indent) + _NARROWEST)
    return wrap(
        text, room, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    ) or [indent]


def _first(status: "Status", width: int) -> Iterator[str]:
    to_do = status.to_do
    if not to_do:
        yield from _wrapped(printable(closing(status)), "", width)
        return
    first = to_do[0]
    others = sum(due.then == first.then for due in to_do) - 1
    more = f", and {others} more" if others else ""
    yield from _wrapped(f"First: {printable(first.in_words)}{more}", "", width)
    yield _next(first.then)


def _next(command: str) -> str:
    return console.styled(f"  → {printable(command)}", "warn", sys.stdout)
