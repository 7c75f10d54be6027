"""Lock files pin every package by version and hash, and say nowhere where to get it."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, plant

CLIENTS = ROOT / "tests" / "clients" / "locks"
PYTHON = [ROOT / "requirements.lock", *sorted(CLIENTS.glob("*.txt"))]
NODE = sorted(CLIENTS.glob("*/package-lock.json"))

_PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==\S+")


def blocks(lock: Path) -> list[str]:
    """Return the lock file's entries, each with its continuation lines."""
    text = lock.read_text(encoding="utf-8")
    return re.findall(r"^\S.*(?:\n[ \t]+\S.*)*", text, re.MULTILINE)


def unlocked(lock: Path) -> list[str]:
    """Return the first lines of entries that are not pinned by version and SHA-256."""
    return [
        block.splitlines()[0]
        for block in blocks(lock)
        if not _PINNED.match(block) or not re.search(r"--hash=sha256:[0-9a-f]{64}", block)
    ]


def addresses(lock: Path) -> list[str]:
    """Return what looks like a place to download from."""
    return re.findall(r"\S*://\S*|^-\S*", lock.read_text(encoding="utf-8"), re.MULTILINE)


def unlocked_for_node(lock: Path) -> list[str]:
    """Return the packages of an npm lock file that lack a hash, or have an address."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return [
        name
        for name, package in packages.items()
        if name
        and ("resolved" in package or not package.get("integrity", "").startswith("sha512-"))
    ]


def undeclared(lock: Path, declared: list[str]) -> list[str]:
    """Return direct dependencies that the lock file does not have."""
    pinned = {match["name"] for block in blocks(lock) if (match := _PINNED.match(block))}
    names = {re.split(r"[^A-Za-z0-9._-]", wanted)[0].lower() for wanted in declared}
    return sorted(names - pinned)


def direct_dependencies() -> list[str]:
    """Return what pyproject.toml asks for, extras and developers' tools included."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = document["project"].get("optional-dependencies", {}).values()
    groups = document.get("dependency-groups", {}).values()
    return [*document["project"]["dependencies"], *(w for g in (*extras, *groups) for w in g)]


@pytest.mark.parametrize("lock", PYTHON, ids=lambda path: path.stem)
def test_every_package_is_pinned_by_version_and_hash(lock):
    assert unlocked(lock) == []


@pytest.mark.parametrize("lock", PYTHON, ids=lambda path: path.stem)
def test_the_lock_file_holds_no_address(lock):
    assert addresses(lock) == []


@pytest.mark.parametrize("lock", NODE, ids=lambda path: path.parent.name)
def test_every_package_of_node_is_pinned_by_hash_alone(lock):
    assert unlocked_for_node(lock) == []


def test_everything_that_is_asked_for_is_locked():
    assert undeclared(ROOT / "requirements.lock", direct_dependencies()) == []


def test_a_package_without_a_hash_is_seen(tmp_path):
    plant(tmp_path, "a.lock", f"good==1 \\\n    --hash=sha256:{'0' * 64}\nbad==2\nworse>=3\n")

    assert unlocked(tmp_path / "a.lock") == ["bad==2", "worse>=3"]


def test_an_address_is_seen(tmp_path):
    plant(tmp_path, "a.lock", "-i https://example.test\nx @ git+ssh://example.test/x\n")

    assert addresses(tmp_path / "a.lock") == [
        "-i", "https://example.test", "git+ssh://example.test/x",
    ]  # fmt: skip


def test_a_dependency_that_nobody_locked_is_seen(tmp_path):
    plant(tmp_path, "a.lock", f"httpx==1 \\\n    --hash=sha256:{'0' * 64}\n")

    assert undeclared(tmp_path / "a.lock", ["httpx>=1", "Typer>=2"]) == ["typer"]


def test_an_address_and_a_missing_hash_are_seen_in_a_lock_of_node(tmp_path):
    hashed = {"integrity": "sha512-x"}
    packages = {"": {}, "good": hashed, "bare": {}, "far": {**hashed, "resolved": "https://x"}}
    plant(tmp_path, "a.json", json.dumps({"packages": packages}))

    assert unlocked_for_node(tmp_path / "a.json") == ["bare", "far"]
