"""A change that is interrupted leaves nothing half done."""

from pathlib import Path

import pytest

from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.samples import IDS, REGISTRATION, sqlite_vault


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    return sqlite_vault(tmp_path)


def test_undoes_a_change_that_was_interrupted(vault: SqliteVault) -> None:
    vault.remember_ids(REGISTRATION, IDS)
    with pytest.raises(KeyboardInterrupt):
        _interrupted_change(vault)
    assert vault.remembered_ids(REGISTRATION) == IDS


def _interrupted_change(vault: SqliteVault) -> None:
    with vault._store.transaction() as connection:  # noqa: SLF001  (the only way into its middle)
        connection.execute("DELETE FROM remembered_ids")
        raise KeyboardInterrupt
