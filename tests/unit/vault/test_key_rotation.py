"""A vault gets another key, of the same kind or of another, and nothing in it changes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from provision.errors import UsageError, VaultFailed
from provision.secret import Secret
from provision.vault.key import KeyKind
from provision.vault.key_text import fingerprint
from provision.vault.sealed_columns import SEALED
from tests.unit.vault.full_vault import fill, secrets_of, tables_of
from tests.unit.vault.samples import (
    CLIENT,
    MAILBOX,
    OTHER_KEY,
    START,
    VAULT_KEY,
    MemoryKeyring,
    held,
    pending,
    signed_in,
    sqlite_upkeep,
    sqlite_vault,
)
from tests.unit.vault.test_sealed_columns import flip


def full(root: Path, given: Secret | None, keyring: MemoryKeyring | None) -> dict[str, object]:
    """Make a vault with everything in it; return what is in it, as a twin of it tells."""
    fill(sqlite_vault(root, given=given, keyring=keyring))
    fill(sqlite_vault(root / "twin"))
    return secrets_of(sqlite_vault(root / "twin"))


def sealed_bytes(root: Path) -> set[bytes]:
    with closing(sqlite3.connect(root / "data" / "vault.db")) as connection:
        return {
            row[0]
            for sealed in SEALED.values()
            for row in connection.execute(f"SELECT {sealed.column} FROM {sealed.table}")
        }


def test_opens_with_the_new_key_of_the_environment_alone(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    done = sqlite_upkeep(tmp_path).rotate_key(None, OTHER_KEY)
    assert (done.kind, done.fingerprint, done.values) == ("environment", fingerprint(OTHER_KEY), 1)
    assert sqlite_vault(tmp_path, given=OTHER_KEY).secret(CLIENT) == held()
    with pytest.raises(VaultFailed, match="does not open it"):
        sqlite_vault(tmp_path).secret(CLIENT)


def test_opens_with_the_new_key_of_the_keyring_and_the_old_one_is_gone(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    sqlite_vault(tmp_path, given=None, keyring=keyring).keep_secret(CLIENT, held())
    before = set(keyring.kept.values())
    done = sqlite_upkeep(tmp_path, given=None, keyring=keyring).rotate_key(None, None)
    assert (done.kind, done.old_key_in) == ("keyring", "")
    assert len(keyring.kept) == 1
    assert before.isdisjoint(keyring.kept.values())
    assert sqlite_vault(tmp_path, given=None, keyring=keyring).secret(CLIENT) == held()


def test_leaves_the_key_file_that_new_vaults_share_and_says_so(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    done = sqlite_upkeep(tmp_path, given=None).rotate_key(None, None)
    assert done.old_key_in == str(tmp_path / "config" / "vault.key")
    (tmp_path / "config" / "vault.key").unlink()
    assert sqlite_vault(tmp_path, given=None).secret(CLIENT) == held()


def test_removes_a_key_file_that_only_this_vault_had(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    sqlite_upkeep(tmp_path, given=None).rotate_key(None, None)
    done = sqlite_upkeep(tmp_path, given=None).rotate_key(None, None)
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "config").iterdir()}
    assert files == {"vault.key": 0o600, f"vault-{done.fingerprint}.key": 0o600}
    assert done.old_key_in == ""
    assert sqlite_vault(tmp_path, given=None).secret(CLIENT) == held()


@pytest.mark.parametrize("new", ["environment", "keyring", "file"])
@pytest.mark.parametrize("old", ["environment", "keyring", "file"])
def test_goes_from_each_kind_of_key_to_each(tmp_path: Path, old: KeyKind, new: KeyKind) -> None:
    keyring = MemoryKeyring()
    given = VAULT_KEY if old == "environment" else None
    wanted = full(tmp_path, given, keyring if old == "keyring" else None)
    offered = OTHER_KEY if new == "environment" else None
    sealed = sealed_bytes(tmp_path)

    done = sqlite_upkeep(tmp_path, given=given, keyring=keyring).rotate_key(new, offered)

    after = sqlite_vault(tmp_path, given=offered, keyring=keyring)
    assert after.key_kind == done.kind == new
    assert secrets_of(after) == wanted
    assert sealed.isdisjoint(sealed_bytes(tmp_path))


def test_seals_every_secret_and_changes_no_row_count(tmp_path: Path) -> None:
    fill(sqlite_vault(tmp_path))
    before = tables_of(tmp_path / "data" / "vault.db")
    done = sqlite_upkeep(tmp_path).rotate_key(None, OTHER_KEY)
    after = tables_of(tmp_path / "data" / "vault.db")
    assert done.values == sum(before[table] for table in SEALED)
    assert {t: n for t, n in after.items() if t != "meta"} == {
        t: n for t, n in before.items() if t != "meta"
    }


def test_names_what_was_damaged_before_and_seals_the_rest(tmp_path: Path) -> None:
    fill(sqlite_vault(tmp_path))
    flip(tmp_path / "data" / "vault.db", "client_secret", -1)
    done = sqlite_upkeep(tmp_path).rotate_key(None, OTHER_KEY)
    assert done.unreadable == ("client secret key-1 of application client-1",)
    vault = sqlite_vault(tmp_path, given=OTHER_KEY)
    assert vault.refresh_token(MAILBOX) is not None
    with pytest.raises(VaultFailed, match="client secret key-1"):
        vault.secret(CLIENT)


def test_ends_rather_than_forget_a_table_that_nobody_listed(tmp_path: Path) -> None:
    vault = sqlite_vault(tmp_path)
    fill(vault)
    with closing(sqlite3.connect(vault.path)) as connection, connection:
        connection.execute("CREATE TABLE diary (page BLOB)")
    with pytest.raises(KeyError, match="diary"):
        sqlite_upkeep(tmp_path).rotate_key(None, OTHER_KEY)
    assert sqlite_vault(tmp_path).secret(CLIENT, "key-1") is not None


def test_finds_that_an_earlier_run_did_it_already(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    sqlite_upkeep(tmp_path).rotate_key(None, OTHER_KEY)
    again = sqlite_upkeep(tmp_path).rotate_key(None, OTHER_KEY)
    assert (again.was_done_before, again.fingerprint) == (True, fingerprint(OTHER_KEY))


def test_moves_a_key_into_the_environment_although_it_stays_the_same(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    same = Secret((tmp_path / "config" / "vault.key").read_text().strip())
    done = sqlite_upkeep(tmp_path, given=None).rotate_key("environment", same)
    assert (done.kind, done.was_done_before) == ("environment", False)
    assert sqlite_vault(tmp_path, given=same).secret(CLIENT) == held()


def test_refuses_to_rotate_with_the_wrong_old_key(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    with pytest.raises(VaultFailed, match="does not open it"):
        sqlite_upkeep(tmp_path, given=OTHER_KEY).rotate_key("file", None)
    assert not (tmp_path / "config").exists()
    assert sqlite_vault(tmp_path).secret(CLIENT) == held()


def test_wants_the_new_key_from_the_environment(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    with pytest.raises(UsageError, match="PROVISION_VAULT_NEW_KEY: is not set"):
        sqlite_upkeep(tmp_path).rotate_key(None, None)


def test_refuses_a_new_key_that_is_none(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    with pytest.raises(UsageError, match="PROVISION_VAULT_NEW_KEY: is not the base64"):
        sqlite_upkeep(tmp_path).rotate_key(None, Secret("hunter2"))


def test_switches_no_kind_silently_because_a_key_is_given(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    with pytest.raises(UsageError, match="would be of kind file"):
        sqlite_upkeep(tmp_path, given=None).rotate_key(None, OTHER_KEY)


def test_refuses_a_keyring_that_is_not_there(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    with pytest.raises(VaultFailed, match="its new key would go into the operating"):
        sqlite_upkeep(tmp_path).rotate_key("keyring", None)
    assert sqlite_vault(tmp_path).secret(CLIENT) == held()


def test_refuses_a_keyring_that_does_not_keep(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    forgetful = sqlite_upkeep(tmp_path, keyring=MemoryKeyring(forgets=True))
    with pytest.raises(VaultFailed, match="keyring did not keep the new key as it was given"):
        forgetful.rotate_key("keyring", None)
    assert sqlite_vault(tmp_path).secret(CLIENT) == held()


def test_says_where_an_old_key_is_that_could_not_be_removed(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    sqlite_vault(tmp_path, given=None, keyring=keyring).keep_secret(CLIENT, held())
    keyring.refuses = True
    done = sqlite_upkeep(tmp_path, given=None, keyring=keyring).rotate_key("file", None)
    assert done.old_key_in.startswith("the operating system's keyring (")
    keyring.refuses = False
    sqlite_upkeep(tmp_path, given=None, keyring=keyring).rotate_key(None, None)
    assert keyring.kept == {}


def test_has_no_key_to_change_before_there_is_a_vault(tmp_path: Path) -> None:
    with pytest.raises(VaultFailed, match="does not exist yet"):
        sqlite_upkeep(tmp_path).rotate_key("file", None)
    assert list(tmp_path.iterdir()) == []


def test_a_process_with_the_old_key_in_memory_reads_and_writes_on(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    other = sqlite_vault(tmp_path, given=None, keyring=keyring)
    other.keep_sign_in(signed_in(), Secret("refresh-1"))
    sqlite_upkeep(tmp_path, given=None, keyring=keyring).rotate_key("file", None)
    assert other.refresh_token(MAILBOX) is not None
    sqlite_upkeep(tmp_path, given=None, keyring=keyring).rotate_key("keyring", None)
    assert other.keep_refresh_token(MAILBOX, Secret("refresh-2"), START) == 2
    sqlite_upkeep(tmp_path, given=None, keyring=keyring).rotate_key(None, None)
    other.keep_pending(pending())
    assert (
        sqlite_vault(tmp_path, given=None, keyring=keyring).take_pending(MAILBOX, "state-1", START)
        == pending()
    )


def test_a_process_whose_environment_has_the_old_key_is_told(tmp_path: Path) -> None:
    other = sqlite_vault(tmp_path)
    other.keep_sign_in(signed_in(), Secret("refresh-1"))
    sqlite_upkeep(tmp_path).rotate_key(None, OTHER_KEY)
    with pytest.raises(VaultFailed, match=f"the vault's key has {fingerprint(OTHER_KEY)}"):
        other.keep_refresh_token(MAILBOX, Secret("refresh-2"), START)
    found = sqlite_vault(tmp_path, given=OTHER_KEY).refresh_token(MAILBOX)
    assert found is not None
    assert (found.generation, found.token) == (1, Secret("refresh-1"))
