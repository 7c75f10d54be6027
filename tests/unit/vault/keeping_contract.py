"""What a vault must do besides whose contents outlive the process: keep, and keep apart."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import pytest

from provision.secret import Secret
from provision.vault.port import Vault
from tests.unit.vault.contract import VaultContract
from tests.unit.vault.full_vault import fill, secrets_of
from tests.unit.vault.samples import (
    CLIENT,
    IDS,
    MAIL,
    MAILBOX,
    REGISTRATION,
    SCOPES,
    START,
    access,
    held,
    minutes,
    signed_in,
)


class KeepingContract(VaultContract):
    """Subclass it and provide an `open_vault` fixture: a factory.

    Each call opens the same vault, empty at first, at `START`, as another process would.
    """

    @pytest.fixture
    def vault(self, open_vault: Callable[[], Vault]) -> Vault:
        return open_vault()

    def test_says_that_it_holds_secrets(self, vault: Vault) -> None:
        assert vault.holds_secrets

    def test_gives_everything_to_a_later_process(self, open_vault: Callable[[], Vault]) -> None:
        fill(open_vault())
        ledger, intents = open_vault().ledger(), open_vault().unfinished_intents(REGISTRATION)
        assert len(intents) == 1
        assert ledger.holders == open_vault().holders(CLIENT)
        assert open_vault().granted_scopes(CLIENT)
        assert open_vault().remembered_ids(REGISTRATION) == IDS
        found = secrets_of(open_vault())
        assert None not in found.values()
        assert open_vault().take_pending(MAILBOX, "state-1", START) is None

    def test_sees_what_another_process_kept_meanwhile(
        self, vault: Vault, open_vault: Callable[[], Vault]
    ) -> None:
        assert vault.secret(CLIENT) is None
        open_vault().keep_secret(CLIENT, held())
        assert vault.secret(CLIENT) == held()

    def test_loses_nothing_when_threads_write_at_once(
        self, open_vault: Callable[[], Vault]
    ) -> None:
        def keep(name: str) -> None:
            for number in range(5):
                open_vault().keep_refresh_token(MAILBOX, Secret(f"{name}-{number}"), START)

        threads = [Thread(target=keep, args=(name,)) for name in ("a", "b", "c")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        newest = open_vault().refresh_token(MAILBOX)
        assert newest is not None
        assert newest.generation == 15

    def test_keeps_a_lock_from_another_process(
        self, vault: Vault, open_vault: Callable[[], Vault]
    ) -> None:
        other = open_vault()
        with vault.lock("refresh"), other.lock("refresh", timeout=0) as is_held:
            assert not is_held

    def test_caches_an_access_token(self, vault: Vault) -> None:
        vault.keep_access_token(MAILBOX, access())
        assert vault.access_token(MAILBOX, MAIL, list(SCOPES), START) == access()

    def test_caches_the_latest_access_token(self, vault: Vault) -> None:
        vault.keep_access_token(MAILBOX, access("one"))
        vault.keep_access_token(MAILBOX, access("two"))
        assert vault.access_token(MAILBOX, MAIL, SCOPES, START) == access("two")

    def test_gives_no_access_token_within_ten_minutes_of_its_end(self, vault: Vault) -> None:
        vault.keep_access_token(MAILBOX, access(life=60))
        assert vault.access_token(MAILBOX, MAIL, SCOPES, START + minutes(50)) is None

    def test_gives_an_access_token_until_ten_minutes_before_its_end(self, vault: Vault) -> None:
        vault.keep_access_token(MAILBOX, access(life=60))
        assert vault.access_token(MAILBOX, MAIL, SCOPES, START + minutes(49.9)) == access()

    def test_gives_no_access_token_for_other_scopes(self, vault: Vault) -> None:
        vault.keep_access_token(MAILBOX, access())
        assert vault.access_token(MAILBOX, MAIL, {"openid"}, START) is None

    def test_gives_no_access_token_for_another_resource(self, vault: Vault) -> None:
        vault.keep_access_token(MAILBOX, access())
        assert vault.access_token(MAILBOX, "https://graph.microsoft.com", SCOPES, START) is None

    def test_gives_no_access_token_of_another_mailbox(self, vault: Vault) -> None:
        vault.keep_access_token(MAILBOX, access())
        other = replace(MAILBOX, address="other@contoso.example")
        assert vault.access_token(other, MAIL, SCOPES, START) is None

    def test_drops_cached_access_tokens_when_somebody_signs_in(self, vault: Vault) -> None:
        vault.keep_access_token(MAILBOX, access())
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        assert vault.access_token(MAILBOX, MAIL, SCOPES, START) is None
