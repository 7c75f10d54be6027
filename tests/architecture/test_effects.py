"""Who may print, read the environment, and read the time."""

import ast
from collections.abc import Callable
from pathlib import Path

from tests.architecture.sources import PRODUCT, Source, dotted, plant, read_sources

MAY_PRINT = ("cli/", "__main__.py", "sandbox/__main__.py", "sandbox/visit.py")
MAY_READ_THE_ENVIRONMENT = ("wiring.py",)
MAY_READ_THE_TIME = ("clock.py",)

STREAMS = {"sys.stdout", "sys.stderr", "sys.stdin", "sys.exit", "print", "input", "SystemExit"}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
TIMERS = {
    f"{start}{name}"
    for start in ("", "datetime.")
    for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
}


def offences(
    package: Path, allowed: tuple[str, ...], is_offence: Callable[[ast.AST], bool]
) -> list[str]:
    """Return the places outside the allowed files where a node offends."""
    return [
        source.at(node)
        for source in read_sources(package)
        if not _is_allowed(source, allowed)
        for node in sorted(ast.walk(source.tree), key=lambda node: getattr(node, "lineno", 0))
        if is_offence(node)
    ]


def _is_allowed(source: Source, allowed: tuple[str, ...]) -> bool:
    return any(
        source.name.startswith(place) if place.endswith("/") else source.name == place
        for place in allowed
    )


def prints(node: ast.AST) -> bool:
    """Tell whether a node reaches a standard stream or ends the process."""
    return dotted(node) in STREAMS or _imports(node, "sys", {"stdout", "stderr", "stdin", "exit"})


def reads_environment(node: ast.AST) -> bool:
    """Tell whether a node reads or writes the process environment."""
    return dotted(node) in ENVIRONMENT or _imports(node, "os", {"environ", "environb", "getenv"})


def reads_time(node: ast.AST) -> bool:
    """Tell whether a node asks the machine what time it is, or waits for it to pass."""
    match node:
        case ast.Import():
            return any(alias.name == "time" for alias in node.names)
        case ast.ImportFrom():
            return node.module == "time"
        case _:
            return dotted(node) in TIMERS


def _imports(node: ast.AST, module: str, names: set[str]) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and any(alias.name in names for alias in node.names)
    )


def test_only_the_command_line_prints_asks_or_exits():
    assert offences(PRODUCT, MAY_PRINT, prints) == []


def test_only_wiring_reads_the_environment():
    assert offences(PRODUCT, MAY_READ_THE_ENVIRONMENT, reads_environment) == []


def test_only_the_clock_reads_the_time():
    assert offences(PRODUCT, MAY_READ_THE_TIME, reads_time) == []


def test_a_library_that_prints_or_exits_is_seen(tmp_path):
    plant(tmp_path, "graph/loud.py", "import sys\nprint(1)\nsys.stderr.write('x')\nsys.exit(1)\n")
    plant(tmp_path, "cli/fine.py", "print(1)\n")

    assert offences(tmp_path, MAY_PRINT, prints) == [
        "graph/loud.py:2", "graph/loud.py:3", "graph/loud.py:4",
    ]  # fmt: skip


def test_a_stage_that_reads_a_setting_is_seen(tmp_path):
    plant(tmp_path, "stages/a.py", "import os\nvalue = os.environ['HOME']\n")
    plant(tmp_path, "stages/b.py", "from os import getenv\n")

    found = offences(tmp_path, MAY_READ_THE_ENVIRONMENT, reads_environment)

    assert found == ["stages/a.py:2", "stages/b.py:1"]


def test_a_stage_that_looks_at_the_clock_is_seen(tmp_path):
    plant(tmp_path, "plan/a.py", "import datetime\nx = datetime.datetime.now()\n")
    plant(tmp_path, "plan/b.py", "from datetime import date\nx = date.today()\n")
    plant(tmp_path, "plan/c.py", "import time\n")
    plant(tmp_path, "plan/d.py", "def f(clock):\n    return clock.now()\n")

    found = offences(tmp_path, MAY_READ_THE_TIME, reads_time)

    assert found == ["plan/a.py:2", "plan/b.py:2", "plan/c.py:1"]
