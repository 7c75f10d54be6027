"""How many recorded answers agree, are explained, or differ."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.parity.foldings import OF_THEIR_DAY
from tests.parity.recording import Session
from tests.parity.replay import Outcome

PAGE = Path(__file__).parents[2] / "docs" / "sandbox" / "parity.md"
_SECTION = "## Recorded answers that differ"
# `Azure/azure-cli test_x.yaml@2022-05-07, number 2 and 3: why`
_ROW = re.compile(
    r"^\| (?P<label>\S[^|,]*@[\w-]+), numbers? (?P<numbers>[\d, and]+): ", re.MULTILINE
)

Place = tuple[str, int]
"""The label of a session, and the number of a recording in it."""


def listed(page: Path = PAGE) -> frozenset[Place]:
    """Return the recorded answers that the documentation says differ, with the reason."""
    section = page.read_text(encoding="utf-8").partition(_SECTION)[2]
    return frozenset(
        (row["label"], int(number))
        for row in _ROW.finditer(section)
        for number in re.findall(r"\d+", row["numbers"])
    )


@dataclass(slots=True)
class Tally:
    """The outcomes of some sessions."""

    explanations: frozenset[Place] = frozenset()
    agreed: int = 0
    of_their_day: int = 0
    """Of those that agree: in a shape that Graph had when they were recorded."""
    explained: set[Place] = field(default_factory=set)
    differing: list[str] = field(default_factory=list)
    """A line for each difference that nothing explains."""
    differing_places: set[Place] = field(default_factory=set)
    needless: set[Place] = field(default_factory=set)
    """Explained in the documentation although they agree."""
    folded: Counter[str] = field(default_factory=Counter)
    elsewhere: int = 0
    """Requests to other hosts, left out."""

    @property
    def total(self) -> int:
        """All recorded answers."""
        return self.agreed + len(self.explained) + len(self.differing_places)

    def add(self, session: Session, outcomes: Iterable[Outcome]) -> None:
        """Count the outcomes of a session."""
        self.elsewhere += session.elsewhere
        for outcome in outcomes:
            place = (session.label, outcome.recording.number)
            self.folded += outcome.folded
            if not outcome.differences:
                self.agreed += 1
                self.of_their_day += not OF_THEIR_DAY.isdisjoint(outcome.folded)
                self.needless |= {place} & self.explanations
            elif place in self.explanations:
                self.explained.add(place)
            else:
                self.differing_places.add(place)
                self.differing += _lines(session.label, outcome)

    def lines(self) -> Iterator[str]:
        """Yield each difference, then what was folded and left out, then the three numbers."""
        yield from self.differing
        yield from (f"{place[0]} {place[1]}: agrees, though listed" for place in self.needless)
        yield from (f"folded {count} times: {name}" for name, count in self.folded.most_common())
        if self.elsewhere:
            yield f"left out: {self.elsewhere} requests to other hosts than Graph"
        yield str(self)

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """Those that agree, those of them in an older shape, those explained, and all."""
        return self.agreed, self.of_their_day, len(self.explained), self.total

    def __str__(self) -> str:
        """Return the numbers."""
        return told(*self.numbers)


def told(agreed: int, of_their_day: int, explained: int, total: int) -> str:
    """Return numbers as one line."""
    older = f" ({of_their_day} in the shape of their day)" if of_their_day else ""
    return f"{agreed} agreed{older}, {explained} explained, {total} total"


def _lines(label: str, outcome: Outcome) -> Iterator[str]:
    recording = outcome.recording
    at = f"{label} {recording.number}: {recording.method} {recording.path.partition('?')[0]}"
    return (f"{at}: {difference}" for difference in outcome.differences)
