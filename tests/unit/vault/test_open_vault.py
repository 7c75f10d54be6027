"""PROVISION_VAULT names a file, `none`, or by its absence the default."""

from pathlib import Path

import pytest

from provision.errors import UsageError
from provision.secret import Secret
from provision.vault.none import NoVault
from provision.vault.open import VaultSettings, open_upkeep, open_vault
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.samples import CLIENT, VAULT_KEY, clock, held


def test_lies_below_the_data_home_by_default(tmp_path: Path) -> None:
    vault = open_vault(
        VaultSettings(None, tmp_path / "share", tmp_path / "etc", VAULT_KEY), clock()
    )
    assert isinstance(vault, SqliteVault)
    assert vault.path == tmp_path / "share" / "provision" / "vault.db"


def test_lies_where_the_setting_says(tmp_path: Path) -> None:
    setting = str(tmp_path / "own" / "v.db")
    vault = open_vault(VaultSettings(setting, tmp_path, tmp_path, VAULT_KEY), clock())
    assert isinstance(vault, SqliteVault)
    assert vault.path == tmp_path / "own" / "v.db"


def test_takes_a_relative_path_from_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    vault = open_vault(VaultSettings("own/v.db", tmp_path, tmp_path, VAULT_KEY), clock())
    assert isinstance(vault, SqliteVault)
    assert vault.path == tmp_path / "own" / "v.db"


def test_can_be_switched_off(tmp_path: Path) -> None:
    vault = open_vault(VaultSettings("none", tmp_path, tmp_path, Secret("not looked at")), clock())
    assert isinstance(vault, NoVault)


def test_has_no_upkeep_when_it_is_switched_off(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="PROVISION_VAULT: is `none`"):
        open_upkeep(VaultSettings("none", tmp_path, tmp_path, None), clock())


def test_makes_nothing_by_opening(tmp_path: Path) -> None:
    open_vault(VaultSettings(None, tmp_path, tmp_path, None), clock())
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_key_that_is_none_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="PROVISION_VAULT_KEY"):
        open_vault(VaultSettings(None, tmp_path, tmp_path, Secret("hunter2")), clock())


def test_puts_the_key_file_below_the_config_home(tmp_path: Path) -> None:
    vault = open_vault(
        VaultSettings(None, tmp_path / "share", tmp_path / "etc", None),
        clock(),
        keyring=lambda: None,
    )
    vault.keep_secret(CLIENT, held())
    assert (tmp_path / "etc" / "provision" / "vault.key").is_file()
