"""The matrix as it is printed: a row for each request of a command, a column for each trouble."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.chaos.troubles import Sent

Sign = Literal["✓", "✗", "·"]


@dataclass(frozen=True, slots=True)
class Row:
    """One request of one command."""

    scenario: str
    sent: Sent

    @property
    def shown(self) -> str:
        """The request as it is printed."""
        return f"{self.sent.number:2} {self.sent.method} {self.sent.path.removeprefix('/v1.0')}"


@dataclass(frozen=True, slots=True)
class Cell:
    """How one case ended; "·" where it cannot happen."""

    sign: Sign
    problems: tuple[str, ...]


class Matrix:
    """Every case and how it ended."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._cells: dict[Row, dict[str, Cell]] = {}

    def put(self, row: Row, column: str, cell: Cell) -> None:
        """Note how one case ended."""
        self._cells.setdefault(row, {})[column] = cell

    @property
    def failed(self) -> int:
        """How many cases left something wrong."""
        return self._count("✗")

    def lines(self) -> Iterator[str]:
        """Return what is printed, the counts last."""
        width = max((len(row.shown) for row in self._cells), default=0)
        heads = "  ".join(self._columns)
        scenario = ""
        for row, cells in self._cells.items():
            if row.scenario != scenario:
                scenario = row.scenario
                yield f"{scenario:{width}}  {heads}"
            signs = (f"{cells[name].sign:^{len(name)}}" for name in self._columns)
            yield f"{row.shown:{width}}  {'  '.join(signs)}".rstrip()
        done = self._count("✓")
        yield (
            f"{done + self.failed} cases of {len(self._cells)} requests: {done} converged, "
            f"{self.failed} did not; {self._count('·')} cannot happen"
        )

    def _count(self, sign: Sign) -> int:
        return sum(cell.sign == sign for cells in self._cells.values() for cell in cells.values())
