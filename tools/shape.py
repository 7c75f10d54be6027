"""Print the project's shape by folder; with --enforce, fail where a bound is passed."""

import ast
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60
DUPLICATE_LINES = 6
SHORTEST_LINE = 4
"""Characters; shorter lines are brackets."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function and how long it is."""

    name: str
    path: Path
    line: int
    lines: int


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """Lines of the file, blank ones included."""
        return self.text.count("\n")


def sources(root: Path) -> list[Source]:
    """Read and parse every Python file below a folder."""
    return [
        Source(path, text := path.read_text(encoding="utf-8"), ast.parse(text))
        for path in sorted(root.rglob("*.py"))
    ]


def functions(source: Source) -> Iterator[Function]:
    """Yield every function of a file, nested ones included."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(node.name, source.path, node.lineno, length)


def undocumented(source: Source) -> Iterator[str]:
    """Yield public modules, classes and functions that say nothing about themselves."""
    if not ast.get_docstring(source.tree):
        yield str(source.path)
    for node in ast.walk(source.tree):
        is_definition = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if is_definition and not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{source.path}:{node.lineno} {node.name}"


def duplicates(files: list[Source]) -> list[tuple[str, str]]:
    """Return pairs of places that share a run of lines, imports and blank lines aside."""
    seen: dict[tuple[str, ...], str] = {}
    found: dict[tuple[str, str], str] = {}
    for source in files:
        rows = [
            (number, line.strip())
            for number, line in enumerate(source.text.splitlines(), 1)
            if len(line.strip()) >= SHORTEST_LINE
            and not line.lstrip().startswith(("import ", "from ", "#"))
        ]
        for start in range(len(rows) - DUPLICATE_LINES + 1):
            window = rows[start : start + DUPLICATE_LINES]
            key = tuple(line for _, line in window)
            place = f"{source.path}:{window[0][0]}"
            if key in seen:
                pair = (seen[key].split(":")[0], str(source.path))
                found.setdefault(pair, f"{seen[key]} ~ {place}")
            else:
                seen[key] = place
    return [(places.split(" ~ ")[0], places.split(" ~ ")[1]) for places in found.values()]


def folder_of(path: Path) -> str:
    """Return the folder that a file is counted under."""
    return "/".join(path.parts[:-1][:2])


def report(files: list[Source]) -> None:
    """Print one row a folder, then the longest functions, duplicates and silent names."""
    folders: dict[str, list[Source]] = defaultdict(list)
    for source in files:
        folders[folder_of(source.path)].append(source)
    print(f"{'folder':24} {'files':>5} {'lines':>6} {'median':>6} {'p90':>5} {'max':>5}")
    for folder, group in sorted(folders.items()):
        sizes = sorted(s.lines for s in group)
        p90 = sizes[min(len(sizes) - 1, int(len(sizes) * 0.9))]
        median = int(statistics.median(sizes))
        print(f"{folder:24} {len(sizes):5} {sum(sizes):6} {median:6} {p90:5} {sizes[-1]:5}")
    every = sorted((f for s in files for f in functions(s)), key=lambda f: -f.lines)
    print("\nlongest functions")
    for function in every[:8]:
        print(f"  {function.lines:3}  {function.path}:{function.line} {function.name}")
    pairs = duplicates(files)
    print(f"\nduplicates of {DUPLICATE_LINES} lines: {len(pairs)}")
    for left, right in pairs[:12]:
        print(f"  {left} ~ {right}")
    product = [s for s in files if s.path.parts[0] == "provision"]
    silent = [name for s in product for name in undocumented(s)]
    print(f"\nnames without docstring: {len(silent)}")
    for name in silent[:12]:
        print(f"  {name}")


def violations(files: list[Source]) -> list[str]:
    """Return what passes the bounds of house style."""
    found = [
        f"{s.path}: {s.lines} lines (at most {MAX_FILE_LINES})"
        for s in files
        if s.lines > MAX_FILE_LINES
    ]
    found += [
        f"{f.path}:{f.line} {f.name}: {f.lines} lines (at most {MAX_FUNCTION_LINES})"
        for s in files
        for f in functions(s)
        if f.lines > MAX_FUNCTION_LINES
    ]
    return found


def main() -> int:
    """Print or enforce; return the exit code."""
    files = [s for root in ("provision", "tests", "tools") for s in sources(Path(root))]
    if "--enforce" not in sys.argv[1:]:
        report(files)
        return 0
    broken = violations(files)
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
