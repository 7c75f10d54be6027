"""The timeline of the page of `status`: one bar a thing, a day a unit, no script."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from provision.vault.expiry import Due

HORIZONS: Final = (100, 200, 400)
"""Days that a page may show; what lives longer has a bar to the end."""
_HEIGHT: Final = 10


@dataclass(frozen=True, slots=True)
class Timeline:
    """So many days from an instant on, drawn in the units of a day."""

    at: datetime
    days: int

    @classmethod
    def of(cls, dues: "Iterable[Due]", at: datetime) -> "Timeline":
        """Return the shortest timeline that shows every end, or the longest there is."""
        last = max((_days(due.dies_at, at) for due in dues if due.dies_at), default=0.0)
        return cls(at, next((days for days in HORIZONS if last <= days), HORIZONS[-1]))

    def months(self) -> str:
        """Return the names of the months, each where it begins; January is the year."""
        labels = (
            f'<span style="left:{100 * _days(first, self.at) / self.days:.2f}%">'
            f"{first:{'%Y' if first.month == 1 else '%b'}}</span>"
            for first in self._firsts()
        )
        return f'<span class="months">{"".join(labels)}</span>'

    def definitions(self) -> str:
        """Return the grid that every bar lies on; once a page."""
        lines = "".join(f"M{_days(first, self.at):.2f} 0V{_HEIGHT}" for first in self._firsts())
        return (
            '<svg class="defs" aria-hidden="true"><defs><g id="grid">'
            f'<rect class="track" width="{self.days}" height="{_HEIGHT}"/>'
            f'<path class="grid" vector-effect="non-scaling-stroke" d="{lines}"/>'
            "</g></defs></svg>"
        )

    def bar(self, due: "Due", words: str) -> str:
        """Return the life that is left, with a notch at each alarm; `words` say the same."""
        from provision.vault.expiry import ALARMS

        head = (
            f'<svg viewBox="0 0 {self.days} {_HEIGHT}" preserveAspectRatio="none" role="img"'
            f' aria-label="{escape(words)}"><title>{escape(words)}</title><use href="#grid"/>'
        )
        if due.dies_at is None:
            return f"{head}</svg>"
        left = _days(due.dies_at, self.at)
        # What is dead has no life left to draw: a stump shows its colour.
        length = min(max(left, self.days / 200), self.days)
        notches = (left - level for level in ALARMS if 0 < left - level < self.days)
        marks = "".join(f"M{notch:.2f} 0V{_HEIGHT}" for notch in notches)
        return (
            f'{head}<rect class="bar" y="2" width="{length:.2f}" height="6"/>'
            f'<path class="alarm" vector-effect="non-scaling-stroke" d="{marks}"/></svg>'
        )

    def _firsts(self) -> Iterator[datetime]:
        day = self.at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        while True:
            day = (day + timedelta(days=32)).replace(day=1)
            # A label needs room to the right of its line.
            if _days(day, self.at) > 0.95 * self.days:
                return
            yield day


def _days(instant: datetime, at: datetime) -> float:
    return (instant - at) / timedelta(days=1)
