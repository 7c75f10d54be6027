"""What was changed in the file behind our back is noticed, whichever value it was."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.cipher import Cipher, Place
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.samples import (
    CLIENT,
    MAIL,
    MAILBOX,
    OTHER_KEY,
    SCOPES,
    START,
    VAULT_KEY,
    access,
    held,
    pending,
    signed_in,
    sqlite_vault,
)

OTHER = replace(MAILBOX, address="other@contoso.example")


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    return sqlite_vault(tmp_path)


def _change(vault: SqliteVault, statement: str) -> None:
    with closing(sqlite3.connect(vault.path)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def _damage(vault: SqliteVault, table: str, column: str) -> None:
    """Flip every bit of the last byte: whatever it was, it is another."""
    with closing(sqlite3.connect(vault.path)) as connection, connection:
        (sealed,) = connection.execute(f"SELECT {column} FROM {table}").fetchone()
        damaged = bytes([*sealed[:-1], sealed[-1] ^ 0xFF])
        assert connection.execute(f"UPDATE {table} SET {column} = ?", (damaged,)).rowcount == 1


def test_notices_a_changed_client_secret(vault: SqliteVault) -> None:
    vault.keep_secret(CLIENT, held())
    _damage(vault, "client_secret", "secret")
    with pytest.raises(VaultFailed, match="client secret key-1 of application client-1"):
        vault.secret(CLIENT)


def test_notices_a_changed_refresh_token(vault: SqliteVault) -> None:
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    _damage(vault, "refresh_token", "token")
    with pytest.raises(VaultFailed, match=r"refresh token of mailbox forms@.*generation 1") as e:
        vault.refresh_token(MAILBOX)
    assert "provision authorize" in e.value.hint


def test_notices_a_changed_access_token(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access())
    _damage(vault, "access_token", "token")
    with pytest.raises(VaultFailed, match="cached access token"):
        vault.access_token(MAILBOX, MAIL, SCOPES, START)


def test_notices_a_changed_pending_sign_in(vault: SqliteVault) -> None:
    vault.keep_pending(pending())
    _damage(vault, "pending_sign_in", "payload")
    with pytest.raises(VaultFailed, match="sign-in that waits"):
        vault.take_pending(MAILBOX, "state-1", START)


def test_notices_a_changed_key_check(vault: SqliteVault, tmp_path: Path) -> None:
    vault.keep_secret(CLIENT, held())
    _change(vault, "UPDATE meta SET value = x'00' WHERE name = 'key_check'")
    with pytest.raises(VaultFailed, match=r"check of its key is damaged.*is the right one"):
        sqlite_vault(tmp_path).secret(CLIENT)


def test_notices_a_missing_key_check(vault: SqliteVault, tmp_path: Path) -> None:
    vault.keep_secret(CLIENT, held())
    _change(vault, "DELETE FROM meta WHERE name = 'key_check'")
    with pytest.raises(VaultFailed, match=r"check of its key is damaged.*is the right one"):
        sqlite_vault(tmp_path).secret(CLIENT)


def test_notices_a_value_that_was_emptied(vault: SqliteVault) -> None:
    vault.keep_secret(CLIENT, held())
    _change(vault, "UPDATE client_secret SET secret = x''")
    with pytest.raises(VaultFailed, match="damaged"):
        vault.secret(CLIENT)


def test_notices_a_token_moved_to_another_mailbox(vault: SqliteVault) -> None:
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    vault.keep_sign_in(signed_in(OTHER), Secret("refresh-2"))
    _change(vault, f"DELETE FROM refresh_token WHERE address = '{OTHER.address}'")
    _change(vault, f"UPDATE refresh_token SET address = '{OTHER.address}'")
    with pytest.raises(VaultFailed, match="other@contoso"):
        vault.refresh_token(OTHER)


def test_notices_an_older_generation_in_the_place_of_the_newest(vault: SqliteVault) -> None:
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    vault.keep_refresh_token(MAILBOX, Secret("refresh-2"), START)
    _change(vault, "DELETE FROM refresh_token WHERE generation = 2")
    _change(vault, "UPDATE refresh_token SET generation = 2")
    with pytest.raises(VaultFailed, match="generation 2"):
        vault.refresh_token(MAILBOX)


def test_keeps_a_new_token_although_the_older_one_is_damaged(vault: SqliteVault) -> None:
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    _damage(vault, "refresh_token", "token")
    assert vault.keep_refresh_token(MAILBOX, Secret("refresh-2"), START) == 2
    found = vault.refresh_token(MAILBOX)
    assert found is not None
    assert found.token == Secret("refresh-2")


def test_opens_a_value_in_its_own_place() -> None:
    place = Place("table", ("row",), 1)
    sealed = Cipher(VAULT_KEY).seal(Secret("value"), place)
    assert Cipher(VAULT_KEY).unseal(sealed, place) == Secret("value")


@pytest.mark.parametrize(
    "elsewhere",
    [Place("other", ("row",), 1), Place("table", ("other",), 1), Place("table", ("row",), 2)],
)
def test_opens_a_value_nowhere_else(elsewhere: Place) -> None:
    sealed = Cipher(VAULT_KEY).seal(Secret("value"), Place("table", ("row",), 1))
    assert Cipher(VAULT_KEY).unseal(sealed, elsewhere) is None


def test_opens_a_value_with_no_other_key() -> None:
    place = Place("table", ("row",))
    sealed = Cipher(VAULT_KEY).seal(Secret("value"), place)
    assert Cipher(OTHER_KEY).unseal(sealed, place) is None


def test_seals_the_same_value_differently_each_time() -> None:
    cipher, place = Cipher(VAULT_KEY), Place("table", ("row",))
    assert cipher.seal(Secret("value"), place) != cipher.seal(Secret("value"), place)


def test_tells_row_keys_apart_that_join_to_the_same_text() -> None:
    one, other = Place("t", ("a", "b,c")), Place("t", ("a,b", "c"))
    assert one.associated_data() != other.associated_data()
