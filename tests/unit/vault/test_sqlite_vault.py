"""SqliteVault passes the contract, and what it keeps outlives the process."""

from dataclasses import replace
from pathlib import Path

import pytest

from provision.secret import Secret
from provision.vault.port import Vault
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.contract import VaultContract
from tests.unit.vault.samples import (
    CLIENT,
    IDS,
    MAIL,
    MAILBOX,
    OTHER_KEY,
    REGISTRATION,
    SCOPES,
    START,
    access,
    held,
    minutes,
    pending,
    signed_in,
    sqlite_vault,
)


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    return sqlite_vault(tmp_path)


class TestSqliteVault(VaultContract):
    """The contract, for the vault in a file."""


def test_is_a_vault(vault: SqliteVault) -> None:
    assert _as_vault(vault).holds_secrets


def test_gives_a_client_secret_to_a_later_process(vault: SqliteVault, tmp_path: Path) -> None:
    vault.keep_secret(CLIENT, held())
    assert sqlite_vault(tmp_path).secret(CLIENT) == held()


def test_gives_a_sign_in_to_a_later_process(vault: SqliteVault, tmp_path: Path) -> None:
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    later = sqlite_vault(tmp_path)
    assert later.find_sign_ins() == (signed_in(),)
    assert later.refresh_token(MAILBOX) == vault.refresh_token(MAILBOX)


def test_gives_an_intent_to_a_later_process(vault: SqliteVault, tmp_path: Path) -> None:
    intent = vault.begin_intent(REGISTRATION, "mint", "aem-forms", ("key-1",))
    assert sqlite_vault(tmp_path).unfinished_intents(REGISTRATION) == (intent,)


def test_remembers_ids_for_a_later_process(vault: SqliteVault, tmp_path: Path) -> None:
    vault.remember_ids(REGISTRATION, IDS)
    assert sqlite_vault(tmp_path).remembered_ids(REGISTRATION) == IDS


def test_gives_a_pending_sign_in_to_a_later_process(vault: SqliteVault, tmp_path: Path) -> None:
    vault.keep_pending(pending())
    assert sqlite_vault(tmp_path).take_latest_pending(MAILBOX, START) == pending()


def test_purges_sign_ins_that_nobody_came_back_for(vault: SqliteVault) -> None:
    vault.keep_pending(pending("state-1", age=16))
    vault.keep_pending(pending("state-2"))
    assert vault.take_pending("state-1", START) is None


def test_caches_an_access_token(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access())
    assert vault.access_token(MAILBOX, MAIL, list(SCOPES), START) == access()


def test_caches_the_latest_access_token(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access("one"))
    vault.keep_access_token(MAILBOX, access("two"))
    assert vault.access_token(MAILBOX, MAIL, SCOPES, START) == access("two")


def test_gives_no_access_token_within_ten_minutes_of_its_end(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access(life=60))
    assert vault.access_token(MAILBOX, MAIL, SCOPES, START + minutes(50)) is None


def test_gives_an_access_token_until_ten_minutes_before_its_end(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access(life=60))
    assert vault.access_token(MAILBOX, MAIL, SCOPES, START + minutes(49.9)) == access()


def test_gives_no_access_token_for_other_scopes(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access())
    assert vault.access_token(MAILBOX, MAIL, {"openid"}, START) is None


def test_gives_no_access_token_for_another_resource(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access())
    assert vault.access_token(MAILBOX, "https://graph.microsoft.com", SCOPES, START) is None


def test_gives_no_access_token_of_another_mailbox(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access())
    other = replace(MAILBOX, address="other@contoso.example")
    assert vault.access_token(other, MAIL, SCOPES, START) is None


def test_drops_cached_access_tokens_when_somebody_signs_in(vault: SqliteVault) -> None:
    vault.keep_access_token(MAILBOX, access())
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    assert vault.access_token(MAILBOX, MAIL, SCOPES, START) is None


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
    vault.take_pending("state-1", START)
    vault.finish_intent("intent-1")
    vault.ledger()
    assert vault.key_kind is None
    assert list(tmp_path.iterdir()) == []


def test_sees_a_vault_that_another_process_made_meanwhile(
    vault: SqliteVault, tmp_path: Path
) -> None:
    assert vault.secret(CLIENT) is None
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    assert vault.secret(CLIENT) == held()


def _as_vault(vault: Vault) -> Vault:
    """Let mypy hold the class to the port."""
    return vault
