"""Threads that write at once and a change that is interrupted leave nothing half done."""

from pathlib import Path
from threading import Thread

import pytest

from provision.secret import Secret
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.samples import IDS, MAILBOX, REGISTRATION, START, sqlite_vault


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    return sqlite_vault(tmp_path)


def newest_generation(vault: SqliteVault) -> int | None:
    found = vault.refresh_token(MAILBOX)
    return None if found is None else found.generation


def test_loses_nothing_when_threads_write_at_once(vault: SqliteVault) -> None:
    def keep(name: str) -> None:
        for number in range(5):
            vault.keep_refresh_token(MAILBOX, Secret(f"{name}-{number}"), START)

    threads = [Thread(target=keep, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert newest_generation(vault) == 15


def test_undoes_a_change_that_was_interrupted(vault: SqliteVault) -> None:
    vault.remember_ids(REGISTRATION, IDS)
    with pytest.raises(KeyboardInterrupt):
        _interrupted_change(vault)
    assert vault.remembered_ids(REGISTRATION) == IDS


def _interrupted_change(vault: SqliteVault) -> None:
    with vault._store.transaction() as connection:  # noqa: SLF001  (the only way into its middle)
        connection.execute("DELETE FROM remembered_ids")
        raise KeyboardInterrupt
