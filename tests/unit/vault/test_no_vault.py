"""NoVault passes the contract, and keeps nothing that outlives it."""

from pathlib import Path

import pytest

from provision.vault.none import NoVault
from provision.vault.port import Vault
from tests.unit.vault.contract import VaultContract
from tests.unit.vault.samples import CLIENT, MAIL, MAILBOX, SCOPES, START, access, clock, held


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return NoVault(clock(), tmp_path / "locks")


class TestNoVault(VaultContract):
    """The contract, for the vault that is switched off."""


def test_says_that_it_holds_no_secrets(vault: Vault) -> None:
    assert not vault.holds_secrets


def test_does_not_cache_access_tokens(vault: Vault) -> None:
    vault.keep_access_token(MAILBOX, access())
    assert vault.access_token(MAILBOX, MAIL, SCOPES, START) is None


def test_forgets_everything_with_the_process(vault: Vault, tmp_path: Path) -> None:
    vault.keep_secret(CLIENT, held())
    assert NoVault(clock(), tmp_path / "locks").secret(CLIENT) is None
    assert list(tmp_path.iterdir()) == []


def test_goes_ahead_where_no_lock_file_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with NoVault(clock(), tmp_path / "file" / "locks").lock("apply") as is_held:
        assert is_held
