"""The top level of the package is the architecture: nothing is missing, nothing has crept in."""

import ast
import tomllib
from pathlib import Path

from tests.architecture.sources import PRODUCT, ROOT, plant, read_sources

FOLDERS = {
    "cli", "diagnose", "graph", "handoff", "mail", "manifest", "oauth", "plan", "sandbox",
    "stages", "tenant", "vault",
}  # fmt: skip
FILES = {
    "__init__.py", "__main__.py", "clock.py", "cloud.py", "errors.py", "secret.py", "wiring.py",
    "py.typed",
}  # fmt: skip
VAGUE = {"utils", "util", "helpers", "common", "core", "base", "types", "manager", "misc"}


def misplaced(package: Path) -> list[str]:
    """Return what is missing from a package's top level (-) and what does not belong there (+)."""
    found = {p.name for p in package.iterdir() if p.name != "__pycache__"}
    wanted = FOLDERS | FILES
    return [f"-{name}" for name in sorted(wanted - found)] + [
        f"+{name}" for name in sorted(found - wanted)
    ]


def vague_names(package: Path) -> list[str]:
    """Return modules and folders whose name says nothing."""
    return sorted(
        p.relative_to(package).as_posix()
        for p in package.rglob("*")
        if p.stem in VAGUE and (p.is_dir() or p.suffix == ".py")
    )


def silent_modules(package: Path) -> list[str]:
    """Return modules whose docstring does not open with a caption of one line."""
    return [
        source.name
        for source in read_sources(package)
        if not _is_caption((ast.get_docstring(source.tree) or "").split("\n\n")[0])
    ]


def _is_caption(paragraph: str) -> bool:
    return len(paragraph.split()) > 1 and "\n" not in paragraph and paragraph[-1] in ".:"


def layers_of_contract() -> set[str]:
    """Return the modules that the import contract puts in order."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(c["layers"] for c in contracts["contracts"] if c["type"] == "layers")
    return {name.strip() for layer in layers for name in layer.split("|")}


def test_the_top_level_holds_the_stages_and_services_of_the_design_and_nothing_else():
    assert misplaced(PRODUCT) == []


def test_the_import_contract_orders_everything_at_the_top_level():
    modules = {Path(n).stem for n in FILES if n.endswith(".py") and not n.startswith("__")}

    assert layers_of_contract() == FOLDERS | modules


def test_no_module_has_a_name_that_would_fit_anything():
    assert vague_names(PRODUCT) == []


def test_every_module_opens_with_a_caption_of_one_line():
    assert silent_modules(PRODUCT) + silent_modules(ROOT / "tools") == []


def test_a_stray_module_is_seen(tmp_path):
    for name in FOLDERS | FILES:
        (tmp_path / name).touch()

    plant(tmp_path, "helpers.py", "")

    assert misplaced(tmp_path) == ["+helpers.py"]
    assert vague_names(tmp_path) == ["helpers.py"]


def test_a_missing_folder_is_seen(tmp_path):
    for name in (FOLDERS | FILES) - {"vault"}:
        (tmp_path / name).touch()

    assert misplaced(tmp_path) == ["-vault"]


def test_a_module_without_a_caption_is_seen(tmp_path):
    plant(tmp_path, "silent.py", "x = 1\n")
    plant(tmp_path, "wrapped.py", '"""A caption that\ngoes on."""\n')
    plant(tmp_path, "good.py", '"""A caption.\n\nAnd more."""\n')

    assert silent_modules(tmp_path) == ["silent.py", "wrapped.py"]
