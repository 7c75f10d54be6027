"""Where the key comes from is decided once, recorded, and never switched behind one's back."""

import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from stat import S_IMODE

import pytest

from provision.errors import UsageError, VaultFailed
from provision.secret import Secret
from provision.vault.key import KeyKeeper
from provision.vault.key_text import fingerprint, require_key
from tests.unit.vault.samples import (
    CLIENT,
    OTHER_KEY,
    REGISTRATION,
    VAULT_KEY,
    MemoryKeyring,
    held,
    sqlite_vault,
)


def test_prefers_the_key_that_is_given(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = sqlite_vault(tmp_path, keyring=keyring)
    vault.keep_secret(CLIENT, held())
    assert (vault.key_kind, keyring.kept) == ("environment", {})
    assert not (tmp_path / "config").exists()


def test_prefers_the_keyring_to_a_file(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = sqlite_vault(tmp_path, given=None, keyring=keyring)
    vault.keep_secret(CLIENT, held())
    assert vault.key_kind == "keyring"
    assert sqlite_vault(tmp_path, given=None, keyring=keyring).secret(CLIENT) == held()
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize("keyring", [MemoryKeyring(refuses=True), MemoryKeyring(forgets=True)])
def test_uses_a_file_where_the_keyring_does_not_keep(
    tmp_path: Path, keyring: MemoryKeyring
) -> None:
    vault = sqlite_vault(tmp_path, given=None, keyring=keyring)
    vault.keep_secret(CLIENT, held())
    assert vault.key_kind == "file"


def test_uses_a_private_file_where_there_is_no_keyring(tmp_path: Path) -> None:
    vault = sqlite_vault(tmp_path, given=None)
    vault.keep_secret(CLIENT, held())
    assert vault.key_kind == "file"
    assert S_IMODE((tmp_path / "config" / "vault.key").stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "config").iterdir()] == ["vault.key"]
    assert sqlite_vault(tmp_path, given=None).secret(CLIENT) == held()


def test_uses_the_key_file_of_an_earlier_vault(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    before = (tmp_path / "config" / "vault.key").read_text()
    (tmp_path / "data" / "vault.db").unlink()
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    assert (tmp_path / "config" / "vault.key").read_text() == before


def test_asks_only_the_kind_that_made_the_vault(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    richer = sqlite_vault(tmp_path, given=OTHER_KEY, keyring=MemoryKeyring())
    assert (richer.secret(CLIENT), richer.key_kind) == (held(), "file")


def test_does_not_look_elsewhere_when_the_given_key_is_missing(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    with pytest.raises(VaultFailed, match="made with PROVISION_VAULT_KEY, which is not set"):
        sqlite_vault(tmp_path, given=None, keyring=MemoryKeyring()).secret(CLIENT)


def test_does_not_look_elsewhere_when_the_key_file_is_missing(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    (tmp_path / "config" / "vault.key").unlink()
    with pytest.raises(VaultFailed, match=r"its key file .*vault\.key is missing"):
        sqlite_vault(tmp_path, given=None, keyring=MemoryKeyring()).keep_secret(CLIENT, held())
    assert not (tmp_path / "config" / "vault.key").exists()


def test_does_not_look_elsewhere_when_there_is_no_keyring_any_more(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None, keyring=MemoryKeyring()).keep_secret(CLIENT, held())
    with pytest.raises(VaultFailed, match="there is none in this session"):
        sqlite_vault(tmp_path, given=None).secret(CLIENT)


def test_says_when_the_keyring_has_lost_the_key(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None, keyring=MemoryKeyring()).keep_secret(CLIENT, held())
    with pytest.raises(VaultFailed, match="no longer in the operating system's keyring"):
        sqlite_vault(tmp_path, given=None, keyring=MemoryKeyring()).secret(CLIENT)


def test_says_when_the_keyring_holds_something_else(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    sqlite_vault(tmp_path, given=None, keyring=keyring).keep_secret(CLIENT, held())
    keyring.kept = dict.fromkeys(keyring.kept, Secret("not a key"))
    with pytest.raises(VaultFailed, match="not the key of a vault"):
        sqlite_vault(tmp_path, given=None, keyring=keyring).secret(CLIENT)


def test_names_the_source_of_a_wrong_key(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    with pytest.raises(VaultFailed, match="key from PROVISION_VAULT_KEY does not open it"):
        sqlite_vault(tmp_path, given=OTHER_KEY).secret(CLIENT)


def test_tells_the_wrong_key_from_the_right_one_by_their_fingerprints(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    with pytest.raises(VaultFailed) as e:
        sqlite_vault(tmp_path, given=OTHER_KEY).secret(CLIENT)
    assert f"its fingerprint is {fingerprint(OTHER_KEY)}" in e.value.message
    assert f"the vault's key has {fingerprint(VAULT_KEY)}" in e.value.message
    assert VAULT_KEY.reveal() not in e.value.message


def test_refuses_a_wrong_key_of_a_vault_from_before_there_were_fingerprints(
    tmp_path: Path,
) -> None:
    vault = sqlite_vault(tmp_path)
    vault.keep_secret(CLIENT, held())
    with closing(sqlite3.connect(vault.path)) as connection, connection:
        connection.execute("DELETE FROM meta WHERE name IN ('key_fingerprint', 'key_name')")
    assert sqlite_vault(tmp_path).secret(CLIENT) == held()
    with pytest.raises(VaultFailed, match=r"key from PROVISION_VAULT_KEY does not open it$"):
        sqlite_vault(tmp_path, given=OTHER_KEY).secret(CLIENT)


def test_names_the_keyring_when_its_key_is_another_vaults(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    sqlite_vault(tmp_path, given=None, keyring=keyring).keep_secret(CLIENT, held())
    keyring.kept = dict.fromkeys(keyring.kept, OTHER_KEY)
    with pytest.raises(VaultFailed, match="keyring does not open it"):
        sqlite_vault(tmp_path, given=None, keyring=keyring).secret(CLIENT)


def test_names_the_key_file_when_its_key_is_another_vaults(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    (tmp_path / "config" / "vault.key").write_text(OTHER_KEY.reveal())
    with pytest.raises(VaultFailed, match=r"vault\.key does not open it"):
        sqlite_vault(tmp_path, given=None).secret(CLIENT)


def test_refuses_to_begin_a_mint_with_the_wrong_key(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    with pytest.raises(VaultFailed, match="does not open it"):
        sqlite_vault(tmp_path, given=OTHER_KEY).begin_intent(REGISTRATION, "mint", "aem-forms", ())


def test_needs_no_key_for_what_is_not_secret(tmp_path: Path) -> None:
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    assert sqlite_vault(tmp_path, given=None).held_key_ids(CLIENT) == {"key-1"}


@pytest.mark.parametrize("text", ["", "hunter2", b64encode(b"k" * 31).decode(), "é" * 44])
def test_refuses_a_given_key_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="PROVISION_VAULT_KEY: is not the base64 of 32 bytes"):
        require_key(Secret(text), "PROVISION_VAULT_KEY")


def test_refuses_a_key_file_that_holds_no_key(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    (tmp_path / "config" / "vault.key").write_text("hunter2")
    with pytest.raises(VaultFailed, match="not the key of a vault"):
        sqlite_vault(tmp_path, given=None).secret(CLIENT)


def test_refuses_a_key_file_that_is_not_text(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    (tmp_path / "config" / "vault.key").write_bytes(b"\xff\xfe")
    with pytest.raises(VaultFailed, match="cannot be read"):
        sqlite_vault(tmp_path, given=None).secret(CLIENT)


def test_refuses_a_key_file_that_others_can_read(tmp_path: Path) -> None:
    sqlite_vault(tmp_path, given=None).keep_secret(CLIENT, held())
    (tmp_path / "config" / "vault.key").chmod(0o640)
    with pytest.raises(VaultFailed, match="lets others in") as e:
        sqlite_vault(tmp_path, given=None).secret(CLIENT)
    assert "chmod 600" in e.value.hint


def test_refuses_to_put_the_key_beside_the_vault(tmp_path: Path) -> None:
    keeper = KeyKeeper(None, tmp_path / "data" / "vault.key", lambda: None)
    with pytest.raises(UsageError, match="beside the vault"):
        keeper.make("vault-1", tmp_path / "data" / "vault.db")


def test_says_when_the_key_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "config").symlink_to(tmp_path / "gone")
    keeper = KeyKeeper(None, tmp_path / "config" / "vault.key", lambda: None)
    with pytest.raises(VaultFailed, match=r"vault\.key: cannot be created"):
        keeper.make("vault-1", tmp_path / "data" / "vault.db")


def test_keeps_the_key_that_another_process_wrote_a_moment_earlier(tmp_path: Path) -> None:
    key_file = tmp_path / "vault.key"

    def keyring() -> None:
        key_file.touch(mode=0o600)
        key_file.write_text(VAULT_KEY.reveal())

    kind, key = KeyKeeper(None, key_file, keyring).make("vault-1", tmp_path / "data" / "vault.db")
    assert (kind, key) == ("file", VAULT_KEY)
