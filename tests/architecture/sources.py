"""The project's own files as the architecture tests read them."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "provision"

needs_git = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(),
    reason="not a git checkout: nobody can say which files belong to the project",
)


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    name: str
    """Path below the folder that was read, with slashes."""
    text: str

    @property
    def tree(self) -> ast.Module:
        """The file, parsed; once, however often it is asked for."""
        return _parsed(self.text)

    def at(self, node: ast.AST) -> str:
        """Return where a node stands, as an editor opens it."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


def read_sources(folder: Path) -> Iterator[Source]:
    """Read every Python file below a folder."""
    for path in sorted(folder.rglob("*.py")):
        yield Source(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def project_files(root: Path) -> list[Path]:
    """Return the files that git has, or would take."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
        text=True,
    )
    found = (root / name for name in listed.stdout.split("\0") if name)
    return [path for path in found if path.is_file()]


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of names, and an empty text for anything else."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            start = dotted(node.value)
            return f"{start}.{node.attr}" if start else ""
        case _:
            return ""


def plant(folder: Path, name: str, text: str) -> Path:
    """Write a file below a folder, for a test that a check sees what it is for."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder
