"""A path that git would commit is refused; real repositories decide."""

import shutil
import subprocess
from pathlib import Path

import pytest

from provision.errors import SinkFailed
from provision.handoff.worktree import refuse_if_committed

GIT = shutil.which("git") or "git"


def git(folder: Path, *arguments: str) -> None:
    subprocess.run([GIT, "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git(tmp_path, "init", "--quiet")
    return tmp_path


def test_a_path_outside_every_work_tree_is_fine(tmp_path: Path) -> None:
    refuse_if_committed(tmp_path / "mail.env")


def test_an_unignored_path_is_refused_with_the_line_to_add(repository: Path) -> None:
    (repository / "deploy").mkdir()
    with pytest.raises(SinkFailed, match="git would commit") as caught:
        refuse_if_committed(repository / "deploy" / "mail.env")
    assert "/deploy/mail.env" in caught.value.hint


def test_an_ignored_path_is_fine(repository: Path) -> None:
    (repository / ".gitignore").write_text("*.env\n")
    refuse_if_committed(repository / "mail.env")


def test_an_ignored_directory_covers_its_files(repository: Path) -> None:
    (repository / ".gitignore").write_text("secrets/\n")
    (repository / "secrets").mkdir()
    refuse_if_committed(repository / "secrets" / "mail.env")


def test_a_tracked_file_is_refused_although_a_pattern_ignores_it(repository: Path) -> None:
    (repository / "mail.env").write_text("")
    git(repository, "add", "mail.env")
    (repository / ".gitignore").write_text("*.env\n")
    with pytest.raises(SinkFailed, match="git would commit"):
        refuse_if_committed(repository / "mail.env")


def test_a_link_into_a_work_tree_is_seen_through(repository: Path) -> None:
    (repository / "real").mkdir()
    (repository / "real" / ".gitignore").write_text("")
    outside = repository / "link"
    outside.symlink_to(repository / "real")
    with pytest.raises(SinkFailed, match="git would commit"):
        refuse_if_committed(outside / "mail.env")


def test_a_name_that_looks_like_an_option_is_a_name(repository: Path) -> None:
    with pytest.raises(SinkFailed, match="git would commit"):
        refuse_if_committed(repository / "--help")


def test_a_broken_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(SinkFailed, match="does not say"):
        refuse_if_committed(tmp_path / "mail.env")


def test_without_git_a_work_tree_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SinkFailed, match="does not say"):
        refuse_if_committed(tmp_path / "mail.env")


def test_without_git_a_path_outside_every_work_tree_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    refuse_if_committed(tmp_path / "mail.env")
