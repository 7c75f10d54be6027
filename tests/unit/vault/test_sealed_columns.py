"""Every secret of every table is sealed, and one that was changed spoils no other."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from provision.errors import VaultFailed
from provision.vault.forgetting import FORGOTTEN
from provision.vault.schema import migrate
from provision.vault.sealed_columns import SEALED
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.full_vault import OTHER_READINGS, READINGS, fill, tables_of
from tests.unit.vault.samples import sqlite_vault

NAMED = {
    "client_secret": "client secret key-1 of application client-1",
    "refresh_token": r"refresh token of mailbox forms@contoso\.example \(generation 2\)",
    "access_token": r"cached access token of mailbox forms@contoso\.example",
    "pending_sign_in": r"sign-in that waits for mailbox forms@contoso\.example",
}
FIRST = {
    "client_secret": "key_id = 'key-1'",
    "refresh_token": "address = 'forms@contoso.example' AND generation = 2",
    "access_token": "address = 'forms@contoso.example'",
    "pending_sign_in": "address = 'forms@contoso.example'",
}


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    vault = sqlite_vault(tmp_path)
    fill(vault)
    return vault


def flip(path: Path, table: str, position: int) -> None:
    """Flip one bit of one byte of the first value of a table."""
    column = SEALED[table].column
    with closing(sqlite3.connect(path)) as connection, connection:
        where = FIRST[table]
        (sealed,) = connection.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()
        changed = bytearray(sealed)
        changed[position] ^= 1
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (bytes(changed),))


def blobs() -> set[tuple[str, str]]:
    """Return every table and column of the schema that holds bytes."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        return set(
            connection.execute(
                "SELECT tables.name, columns.name FROM sqlite_master AS tables,"
                " pragma_table_info(tables.name) AS columns"
                " WHERE tables.type = 'table' AND columns.type = 'BLOB'"
            )
        )


def test_every_column_of_bytes_is_sealed_but_that_of_the_vault_itself() -> None:
    assert blobs() - {("meta", "value")} == {(s.table, s.column) for s in SEALED.values()}


def test_every_table_is_forgotten_with_its_application(vault: SqliteVault) -> None:
    assert FORGOTTEN | {"meta"} == tables_of(vault.path).keys()


def test_the_full_vault_has_a_row_in_every_table(vault: SqliteVault) -> None:
    assert [table for table, count in tables_of(vault.path).items() if not count] == []


@pytest.mark.parametrize("position", [0, 12, -1], ids=["nonce", "text", "tag"])
@pytest.mark.parametrize("table", sorted(SEALED))
def test_a_flipped_bit_is_noticed_and_named(vault: SqliteVault, table: str, position: int) -> None:
    flip(vault.path, table, position)
    with pytest.raises(VaultFailed, match=NAMED[table]) as e:
        READINGS[table](vault)
    assert str(vault.path) in e.value.message
    assert e.value.evidence == (("table", table),)


@pytest.mark.parametrize("table", sorted(SEALED))
def test_a_damaged_value_spoils_no_other(vault: SqliteVault, table: str) -> None:
    flip(vault.path, table, -1)
    others = {**{t: read for t, read in READINGS.items() if t != table}}
    found = [read(vault) for read in (*others.values(), *OTHER_READINGS.values())]
    assert None not in found
