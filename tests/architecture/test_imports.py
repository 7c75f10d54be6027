"""What an import costs, what the sandbox may know, and that every public name is there."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import provision
from tests.architecture.sources import PRODUCT, ROOT, plant, read_sources

HEAVY = (
    "azure", "cryptography", "httpx", "jwt", "keyring", "kiota_abstractions", "msgraph", "pydantic",
    "sqlite3", "starlette", "twisted", "uvicorn", "yaml",
)  # fmt: skip
TESTED_BY_THE_SANDBOX = ("diagnose", "manifest", "plan", "tenant")

_LIST_MODULES = "import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"


def modules_after_importing(module: str, folder: Path) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after one import."""
    finished = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(folder)!r});"
         + _LIST_MODULES.format(module=module)],
        capture_output=True,
        check=True,
        text=True,
    )  # fmt: skip
    return {name.split(".")[0] for name in json.loads(finished.stdout)}


def facts_shared_with_the_sandbox(package: Path) -> list[str]:
    """Return where the sandbox names a module that it is there to test."""
    forbidden = tuple(f"provision.{name}" for name in TESTED_BY_THE_SANDBOX)
    return [
        source.at(node)
        for source in read_sources(package / "sandbox")
        for node in ast.walk(source.tree)
        for named in _modules_named(node)
        if named in forbidden or named.startswith(tuple(f"{name}." for name in forbidden))
    ]


def _modules_named(node: ast.AST) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        case ast.Constant(value=str(text)):
            return [text]
        case _:
            return []


@pytest.mark.parametrize("module", ["provision", "provision.cli.app", "provision.cli.token"])
def test_importing_it_loads_nothing_heavy(module):
    assert modules_after_importing(module, ROOT).intersection(HEAVY) == set()


def test_the_token_command_does_not_wait_for_typer():
    loaded = modules_after_importing("provision.cli.token", ROOT)

    assert loaded.intersection({"typer", "rich", "click"}) == set()


def test_a_heavy_import_is_seen(tmp_path):
    plant(tmp_path, "planted.py", "import httpx\n")

    assert "httpx" in modules_after_importing("planted", tmp_path)


def test_the_sandbox_names_nothing_that_it_is_there_to_test():
    assert facts_shared_with_the_sandbox(PRODUCT) == []


def test_a_shared_fact_is_seen_even_when_it_is_imported_by_name(tmp_path):
    plant(tmp_path, "sandbox/a.py", "from provision.manifest.load import load_manifest\n")
    plant(tmp_path, "sandbox/b.py", "import_module('provision.plan')\n")
    plant(tmp_path, "sandbox/c.py", "from provision import tenant\n")
    plant(tmp_path, "sandbox/d.py", "from provision.clock import Clock\n")

    assert set(facts_shared_with_the_sandbox(tmp_path)) == {"a.py:1", "b.py:1", "c.py:1"}


@pytest.mark.parametrize("name", provision.__all__)
def test_a_public_name_can_be_had_and_says_what_it_is(name):
    assert getattr(provision, name).__doc__


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="wiring_of_yesterday"):
        provision.wiring_of_yesterday  # noqa: B018


def test_the_public_names_are_listed():
    assert set(provision.__all__) <= set(dir(provision))
