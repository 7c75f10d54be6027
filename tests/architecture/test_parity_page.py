"""Every behaviour that docs/sandbox/parity.md lists has a grade and a witness that exists."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, plant

PAGE = ROOT / "docs" / "sandbox" / "parity.md"
SECTIONS = ["Graph", "Entra", "Exchange", "Faults", "Real clients", "Recorded answers that differ"]
COLUMNS = ["behaviour", "grade", "witness"]
# What a row of a grade must name; whatever else it names has to exist as well.
GRADES = {
    "recorded": ("test", "source"),
    "documented": ("test", "source"),
    "reported": ("test", "source"),
    "assumed": ("test",),
    "deliberate": ("test",),
    "not imitated": ("test", "instead"),
}
_TEST = re.compile(r"tests/[\w/.-]+(?:::\w+)?")
_KINDS = {
    "test": _TEST,
    "source": re.compile(r"https://\S+\.\S+|\b[\w.-]+/[\w.-]+#\d+|\b[\w.-]+/[\w.-]+ \S+@\d{4}"),
    "instead": re.compile(r"\binstead: \S+"),
}
_CELLS = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Row:
    """One behaviour of the page."""

    at: str
    cells: list[str]

    def faults(self, root: Path) -> Iterator[str]:
        """Yield what is wrong with it, tests looked up below a folder."""
        if len(self.cells) != len(COLUMNS):
            yield f"{self.at}: {len(self.cells)} columns"
            return
        grade, witness = self.cells[1:]
        if grade not in GRADES:
            yield f"{self.at}: no grade is called {grade!r}"
        elif not any(_KINDS[kind].search(witness) for kind in GRADES[grade]):
            yield f"{self.at}: {grade}, and no {' or '.join(GRADES[grade])} is named"
        for named in _TEST.findall(witness):
            if not exists(root, *named.split("::")):
                yield f"{self.at}: there is no {named}"


def exists(root: Path, path: str, name: str = "") -> bool:
    """Return whether a test file is there, and has the test."""
    return (root / path).is_file() and (not name or name in _tests(root / path))


@cache
def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def faults(page: Path, root: Path) -> list[str]:
    """Return what is wrong with a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        if not line.startswith("|"):
            continue
        row = Row(f"line {number}", [cell.strip() for cell in _CELLS.split(line)[1:-1]])
        if not lines[number - 2].startswith("|"):
            found += [] if row.cells == COLUMNS else [f"{row.at}: columns {row.cells}"]
        elif not set("".join(row.cells)) <= set("-:"):
            found += row.faults(root)
    return found


def sections(page: Path) -> list[str]:
    """Return the headings of a page below its title."""
    return re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_row_has_a_grade_and_a_witness():
    assert faults(PAGE, ROOT) == []


def test_the_page_has_its_sections():
    assert sections(PAGE) == SECTIONS


def test_there_are_rows_to_look_at():
    assert PAGE.read_text(encoding="utf-8").count("\n| ") > 50


@pytest.fixture
def tests_of_its_own(tmp_path: Path) -> Path:
    return plant(tmp_path, "tests/test_a.py", "def test_b(): ...\n")


def page_of(folder: Path, *rows: str, columns: str = "behaviour | grade | witness") -> Path:
    table = "\n".join([f"| {columns} |", "|---|---|---|", *(f"| {row} |" for row in rows)])
    plant(folder, "page.md", f"# Title\n\n{table}\n")
    return folder / "page.md"


@pytest.mark.parametrize(
    "row",
    [
        "x | recorded | `tests/test_a.py::test_b`",
        "x | recorded | Azure/azure-cli test_app_owner.yaml@2024-09",
        "x | documented | https://learn.microsoft.com/graph/throttling",
        "x | reported | `tests/test_a.py`; hashicorp/terraform-provider-azuread#1764",
        "x | assumed | `tests/test_a.py`",
        "x \\| y | not imitated | instead: a 400",
    ],
)
def test_a_good_row_is_let_through(tests_of_its_own, row):
    assert faults(page_of(tests_of_its_own, row), tests_of_its_own) == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("x | recorded | -", "recorded, and no test or source is named"),
        ("x | recorded | graph.md", "recorded, and no test or source is named"),
        ("x | assumed | owner/repository#1", "assumed, and no test is named"),
        ("x | not imitated | ", "not imitated, and no test or instead is named"),
        ("x | recorded, mostly | `tests/test_a.py`", "no grade is called 'recorded, mostly'"),
        ("x | assumed | `tests/test_z.py`", "there is no tests/test_z.py"),
        ("x | reported | o/r#1, `tests/test_a.py::test_z`", "there is no tests/test_a.py::test_z"),
        ("x | assumed | `tests`", "assumed, and no test is named"),
        ("x | assumed", "2 columns"),
    ],
)
def test_a_bad_row_is_seen(tests_of_its_own, row, fault):
    assert faults(page_of(tests_of_its_own, row), tests_of_its_own) == [f"line 5: {fault}"]


def test_another_column_is_seen(tests_of_its_own):
    page = page_of(tests_of_its_own, columns="behaviour | grade | remark")

    assert faults(page, tests_of_its_own) == ["line 3: columns ['behaviour', 'grade', 'remark']"]
