"""The lock file pins every package by version and hash, and says nowhere where to get it."""

import re
import tomllib
from pathlib import Path

from tests.architecture.sources import ROOT, plant

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


def test_every_package_is_pinned_by_version_and_hash():
    assert unlocked(ROOT / "requirements.lock") == []


def test_the_lock_file_holds_no_address():
    assert addresses(ROOT / "requirements.lock") == []


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
