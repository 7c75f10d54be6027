"""What disk and file system refuse is one sentence with the file's name, and loses nothing."""

import os
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.refusals import translated
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.full_vault import fill
from tests.unit.vault.samples import CLIENT, MAILBOX, START, held, sqlite_upkeep, sqlite_vault

NOBODY = 65534


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    vault = sqlite_vault(tmp_path)
    fill(vault)
    return vault


@contextmanager
def without_privileges(root: Path) -> Iterator[None]:
    """Be somebody to whom modes apply, as the superuser is not."""
    if os.geteuid() != 0:
        yield
        return
    for path in (root, *root.rglob("*")):
        os.chown(path, NOBODY, -1)
    above = root.parent
    mode = above.stat().st_mode & 0o777
    above.chmod(0o711)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        above.chmod(mode)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Let every write beyond a size fail."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("name", "mode"), [("data/vault.db", 0o400), ("data", 0o500)])
def test_a_vault_that_cannot_be_written_says_so_and_can_be_read(
    vault: SqliteVault, tmp_path: Path, name: str, mode: int
) -> None:
    with without_privileges(tmp_path):
        (tmp_path / name).chmod(mode)
        with pytest.raises(VaultFailed, match=r"vault\.db: cannot be written") as e:
            vault.keep_refresh_token(MAILBOX, Secret("refresh-9"), START)
        assert "check who may write there" in e.value.hint
        assert vault.secret(CLIENT, "key-1") is not None
        (tmp_path / name).chmod(0o700)


def test_a_key_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    key_file = tmp_path / "config" / "vault.key"
    with without_privileges(tmp_path):
        key_file.chmod(0o000)
        with pytest.raises(VaultFailed, match=r"key file .*vault\.key: cannot be read"):
            sqlite_vault(tmp_path, given=None).secret(CLIENT)


def test_a_disk_that_takes_no_more_leaves_the_vault_as_it_was(
    vault: SqliteVault, tmp_path: Path
) -> None:
    before = vault.path.read_bytes()
    with (
        no_file_larger_than(len(before)),
        pytest.raises(VaultFailed, match=r"vault\.db: cannot be used: SQLite says SQLITE_IOERR"),
    ):
        vault.keep_refresh_token(MAILBOX, Secret("x" * 10 * len(before)), START)
    found = sqlite_vault(tmp_path).refresh_token(MAILBOX)
    assert found is not None
    assert found.token == Secret("refresh-1-successor")


def overfill(path: Path) -> None:
    """Write more than a file may have pages, which SQLite answers as it answers a full disk."""
    with translated(path), closing(sqlite3.connect(path)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        connection.execute("CREATE TABLE more AS SELECT zeroblob(1000000)")


def test_a_full_disk_says_so(vault: SqliteVault) -> None:
    with pytest.raises(VaultFailed, match=r"vault\.db: cannot be written: the disk is full") as e:
        overfill(vault.path)
    assert e.value.hint == "make room and try again"


def test_a_rotation_that_cannot_be_written_leaves_the_old_key(
    vault: SqliteVault, tmp_path: Path
) -> None:
    with (
        no_file_larger_than(1024),
        pytest.raises(VaultFailed, match=r"vault\.db: cannot be used"),
    ):
        sqlite_upkeep(tmp_path).rotate_key("file", None)
    assert sqlite_vault(tmp_path).secret(CLIENT, "key-1") is not None


@pytest.mark.parametrize("position", [0, 20, 100, 4096, 8192])
def test_a_broken_file_is_refused_in_one_sentence_or_gives_what_was_kept(
    vault: SqliteVault, tmp_path: Path, position: int
) -> None:
    wanted = vault.secret(CLIENT, "key-1")
    whole = vault.path.read_bytes()
    broken = whole[:position] + b"\xff" * 64 + whole[position + 64 :]
    vault.path.write_bytes(broken)
    assert outcome(sqlite_vault(tmp_path)) in ("refused", wanted)


def outcome(vault: SqliteVault) -> object:
    """Return what is read, or that it was refused by name and with what to do next."""
    try:
        return vault.secret(CLIENT, "key-1")
    except VaultFailed as refusal:
        return "refused" if str(vault.path) in refusal.message and refusal.hint else refusal


def test_an_instant_that_is_none_is_told_from_a_bug(vault: SqliteVault) -> None:
    with closing(sqlite3.connect(vault.path)) as connection, connection:
        connection.execute("UPDATE client_secret SET end_at = 'z tomorrow'")
    with pytest.raises(VaultFailed, match="'z tomorrow' stands where an instant belongs") as e:
        vault.secret(CLIENT, "key-1")
    assert "backup" in e.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="mode bits say nothing there")
@pytest.mark.parametrize("name", ["data", "data/vault.db"])
def test_a_vault_that_lets_others_in_is_refused_with_the_command_that_mends_it(
    vault: SqliteVault, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).chmod(0o755)
    with pytest.raises(VaultFailed, match="lets others in") as e:
        sqlite_vault(tmp_path).secret(CLIENT)
    assert f"{tmp_path / name}" in e.value.message
    assert "chmod" in e.value.hint
