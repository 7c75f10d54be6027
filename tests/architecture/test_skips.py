"""No test is left out silently: whatever skips says why, and every run prints it."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, Source, dotted, plant, read_sources

SKIPS = {"pytest.mark.skip": 0, "pytest.mark.skipif": 1, "pytest.skip": 0, "pytest.xfail": 0}
"""What leaves a test out, and which of its positional arguments may be the reason."""


def silent_skips(source: Source) -> Iterator[str]:
    """Yield each skip that gives no reason."""
    if not any(name.rpartition(".")[2] in source.text for name in SKIPS):
        return
    calls = {id(node.func): node for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(source.tree):
        name = dotted(node)
        if name in SKIPS and not _says_why(calls.get(id(node)), SKIPS[name]):
            yield source.at(node)


def _says_why(call: ast.Call | None, position: int) -> bool:
    if call is None:
        return False
    named = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
    return any(_may_say_something(value) for value in (*call.args[position:], *named))


def _may_say_something(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and not value.value)


def found(folder: Path) -> list[str]:
    return [place for source in read_sources(folder) for place in silent_skips(source)]


def test_every_skip_says_why() -> None:
    assert found(ROOT / "tests") == []


def test_every_run_prints_what_was_skipped() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert "-rsfE" in settings["tool"]["pytest"]["addopts"]


def test_sees_a_skip_without_a_reason(tmp_path: Path) -> None:
    text = (
        "import pytest\n\n\n"
        "@pytest.mark.skip\ndef test_one(): ...\n\n\n"
        "@pytest.mark.skipif(True)\ndef test_two(): ...\n\n\n"
        "@pytest.mark.skipif(True, reason='')\ndef test_three(): ...\n\n\n"
        "@pytest.mark.skipif(True, reason='no disk')\ndef test_four(): ...\n\n\n"
        "def test_five():\n    pytest.skip('no disk')\n"
    )

    assert found(plant(tmp_path, "test_planted.py", text)) == [
        "test_planted.py:4", "test_planted.py:8", "test_planted.py:12"
    ]  # fmt: skip
