"""SqliteVault passes the contract, and what it keeps outlives the process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from provision.secret import Secret
from provision.vault.port import Vault
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.keeping_contract import KeepingContract
from tests.unit.vault.samples import (
    CLIENT,
    MAILBOX,
    OTHER_KEY,
    REGISTRATION,
    START,
    access,
    held,
    pending,
    signed_in,
    sqlite_vault,
)


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    return sqlite_vault(tmp_path)


@pytest.fixture
def open_vault(tmp_path: Path) -> Callable[[], Vault]:
    return lambda: sqlite_vault(tmp_path)


class TestSqliteVault(KeepingContract):
    """The contract, for the vault in a file."""


def test_is_a_vault(vault: SqliteVault) -> None:
    assert _as_vault(vault).holds_secrets


def test_purges_sign_ins_that_nobody_came_back_for(vault: SqliteVault) -> None:
    vault.keep_pending(pending("state-1", age=16))
    vault.keep_pending(pending("state-2"))
    assert vault.take_pending(MAILBOX, "state-1", START) is None


def test_tells_the_ledger_without_its_key(vault: SqliteVault, tmp_path: Path) -> None:
    vault.keep_secret(CLIENT, held())
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    stranger = sqlite_vault(tmp_path, given=OTHER_KEY)
    assert stranger.ledger() == vault.ledger()
    assert stranger.holders(CLIENT) == ()


def test_shows_no_secret_in_its_file(vault: SqliteVault) -> None:
    vault.keep_secret(CLIENT, held(text="canary-1"))
    vault.keep_sign_in(signed_in(), Secret("canary-2"))
    vault.keep_access_token(MAILBOX, access("canary-3"))
    vault.keep_pending(pending("canary-4"))
    assert b"canary" not in vault.path.read_bytes()


def test_makes_no_file_by_reading(vault: SqliteVault, tmp_path: Path) -> None:
    vault.remembered_ids(REGISTRATION)
    vault.take_pending(MAILBOX, "state-1", START)
    vault.finish_intent("intent-1")
    vault.ledger()
    assert vault.key_kind is None
    assert list(tmp_path.iterdir()) == []


def _as_vault(vault: Vault) -> Vault:
    """Let mypy hold the class to the port."""
    return vault
