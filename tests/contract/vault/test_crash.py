"""A process that ends at the worst moment loses nothing that was kept, and blocks nobody."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from provision.secret import Secret
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.samples import (
    CLIENT,
    MAILBOX,
    held,
    signed_in,
    sqlite_vault,
)

ROOT = Path(__file__).parents[3]
KILLED = 9


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    return sqlite_vault(tmp_path)


def _start(root: Path, script: str) -> subprocess.Popen[bytes]:
    """Run a script in another process; it finds the vault as `vault` and ends when it likes."""
    head = """
        import os, sys
        from dataclasses import replace
        from pathlib import Path
        from provision.secret import Secret
        from tests.unit.vault.samples import *
        vault = sqlite_vault(Path(sys.argv[1]))
    """
    source = dedent(head) + dedent(script)
    return subprocess.Popen([sys.executable, "-c", source, str(root)], cwd=ROOT)


def _newest(vault: SqliteVault) -> tuple[int, Secret] | None:
    found = vault.refresh_token(MAILBOX)
    return None if found is None else (found.generation, found.token)


def test_has_a_token_whose_keeper_died_at_once(vault: SqliteVault, tmp_path: Path) -> None:
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    killed = _start(
        tmp_path,
        """
        vault.keep_refresh_token(MAILBOX, Secret("refresh-2"), START)
        os._exit(9)
        """,
    )
    assert killed.wait() == KILLED
    assert _newest(vault) == (2, Secret("refresh-2"))


def test_has_the_old_state_when_the_keeper_died_in_the_middle(
    vault: SqliteVault, tmp_path: Path
) -> None:
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    # A tiny page cache makes SQLite write into the file before the commit.
    killed = _start(
        tmp_path,
        """
        with vault._store.transaction() as connection:
            connection.execute("PRAGMA cache_size = 1")
            connection.execute("DELETE FROM refresh_token")
            connection.execute("CREATE TABLE junk (x)")
            connection.execute("INSERT INTO junk VALUES (zeroblob(1000000))")
            os._exit(9)
        """,
    )
    assert killed.wait() == KILLED
    assert (tmp_path / "data" / "vault.db-journal").stat().st_size > 0
    assert _newest(vault) == (1, Secret("refresh-1"))


def test_makes_a_vault_that_somebody_died_making(vault: SqliteVault, tmp_path: Path) -> None:
    killed = _start(
        tmp_path,
        """
        from provision.vault.key import KeyKeeper
        from provision.vault.sqlite_vault import SqliteVault
        keys = KeyKeeper(None, Path("unused"), lambda: os._exit(9))
        SqliteVault(vault.path, keys, clock()).prepare()
        """,
    )
    assert killed.wait() == KILLED
    assert vault.path.exists()
    assert vault.secret(CLIENT) is None
    vault.keep_secret(CLIENT, held())
    assert vault.secret(CLIENT) == held()


def test_frees_the_lock_of_a_process_that_died(vault: SqliteVault, tmp_path: Path) -> None:
    killed = _start(
        tmp_path,
        """
        with vault.lock("refresh"):
            os._exit(9)
        """,
    )
    assert killed.wait() == KILLED
    with vault.lock("refresh", timeout=0) as is_held:
        assert is_held


def test_is_made_once_and_loses_nothing_when_two_processes_write_at_once(
    vault: SqliteVault, tmp_path: Path
) -> None:
    script = """
        me = os.getpid()
        for number in range(10):
            vault.keep_refresh_token(MAILBOX, Secret(f"refresh-{me}-{number}"), START)
    """
    both = [_start(tmp_path, script), _start(tmp_path, script)]
    assert [process.wait() for process in both] == [0, 0]
    newest = _newest(vault)
    assert newest is not None
    assert newest[0] == 20
