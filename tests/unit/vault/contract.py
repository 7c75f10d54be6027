"""What every vault must do for the process that uses it, whatever it is made of."""

from dataclasses import replace

from provision.secret import Secret
from provision.vault.port import GrantedScopes, MailboxKey, Vault
from tests.unit.vault.ledger_contract import LedgerContract
from tests.unit.vault.pending_contract import OTHER_CLOUD, PendingContract
from tests.unit.vault.samples import (
    CLIENT,
    IDS,
    MAILBOX,
    REGISTRATION,
    START,
    held,
    keep_three_generations,
    minutes,
    signed_in,
)


class VaultContract(LedgerContract, PendingContract):
    """Subclass it and provide a `vault` fixture that gives an empty vault at `START`."""

    def test_can_prove_itself_before_there_is_a_secret(self, vault: Vault) -> None:
        vault.prepare()
        assert vault.held_key_ids(CLIENT) == frozenset()

    def test_gives_back_a_client_secret(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, held())
        assert vault.secret(CLIENT, "key-1") == held()

    def test_gives_back_when_a_client_secret_was_minted(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, replace(held(), start_at=START))
        assert vault.secret(CLIENT) == replace(held(), start_at=START)

    def test_remembers_what_was_written_last(self, vault: Vault) -> None:
        written = replace(IDS, written=frozenset({"AddPassword"}), written_at=START)
        vault.remember_ids(REGISTRATION, written)
        assert vault.remembered_ids(REGISTRATION) == written

    def test_forgets_everything_of_an_application_and_nothing_of_another(
        self, vault: Vault
    ) -> None:
        other = replace(CLIENT, client_id="other")
        vault.keep_secret(CLIENT, held())
        vault.keep_secret(other, held())
        vault.keep_sign_in(signed_in(), Secret("refresh"))
        vault.remember_ids(REGISTRATION, IDS)
        vault.begin_intent(REGISTRATION, "mint", "laptop", frozenset())

        vault.forget_application(CLIENT, REGISTRATION)

        assert vault.held_key_ids(CLIENT) == frozenset()
        assert vault.find_sign_ins() == ()
        assert vault.refresh_token(MAILBOX) is None
        assert vault.remembered_ids(REGISTRATION) is None
        assert vault.unfinished_intents(REGISTRATION) == ()
        assert vault.held_key_ids(other) == {"key-1"}

    def test_tells_what_the_last_token_of_a_mailbox_could_do(self, vault: Vault) -> None:
        first = GrantedScopes(MAILBOX, "https://outlook.office.com", frozenset({"a", "b"}), START)
        vault.record_granted_scopes(first)
        last = replace(first, scopes=frozenset({"a"}), at=START + minutes(5))
        vault.record_granted_scopes(last)
        assert vault.granted_scopes(CLIENT) == (last,)
        assert vault.granted_scopes(replace(CLIENT, client_id="other")) == ()

    def test_forgetting_what_was_never_kept_is_no_error(self, vault: Vault) -> None:
        vault.forget_application(CLIENT, REGISTRATION)
        assert vault.held_key_ids(CLIENT) == frozenset()

    def test_has_no_client_secret_before_one_is_kept(self, vault: Vault) -> None:
        assert vault.secret(CLIENT) is None

    def test_prefers_the_newest_client_secret(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, held("key-1", days=200))
        vault.keep_secret(CLIENT, held("key-2", days=100))
        assert vault.secret(CLIENT) == held("key-2", days=100)

    def test_passes_over_an_expired_client_secret(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, held("key-1"))
        vault.keep_secret(CLIENT, held("key-2", days=-1))
        assert vault.secret(CLIENT) == held("key-1")

    def test_gives_an_expired_client_secret_when_it_is_named(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, held("key-2", days=-1))
        assert vault.secret(CLIENT, "key-2") == held("key-2", days=-1)

    def test_replaces_a_client_secret_of_the_same_key_id(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, held(text="one"))
        vault.keep_secret(CLIENT, held(text="two"))
        assert vault.secret(CLIENT) == held(text="two")

    def test_keeps_the_clients_of_two_clouds_apart(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, held())
        assert vault.secret(replace(CLIENT, cloud="china")) is None

    def test_lists_every_key_id_it_holds(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, held("key-1"))
        vault.keep_secret(CLIENT, held("key-2", days=-1))
        assert vault.held_key_ids(CLIENT) == {"key-1", "key-2"}

    def test_forgets_a_client_secret(self, vault: Vault) -> None:
        vault.keep_secret(CLIENT, held())
        vault.forget_secret(CLIENT, "key-1")
        assert vault.held_key_ids(CLIENT) == frozenset()

    def test_forgets_what_it_never_had_without_complaint(self, vault: Vault) -> None:
        vault.forget_secret(CLIENT, "key-1")
        assert vault.held_key_ids(CLIENT) == frozenset()

    def test_lists_unfinished_intents_oldest_first(self, vault: Vault) -> None:
        first = vault.begin_intent(REGISTRATION, "mint", "aem-forms", {"key-1", "key-0"})
        second = vault.begin_intent(REGISTRATION, "rotate", "aem-forms", ())
        assert vault.unfinished_intents(REGISTRATION) == (first, second)

    def test_records_what_an_intent_started_from(self, vault: Vault) -> None:
        intent = vault.begin_intent(REGISTRATION, "mint", "aem-forms", ["key-1", "key-0"])
        assert intent.key_ids_present == {"key-0", "key-1"}
        assert intent.begun_at == START

    def test_drops_an_intent_that_is_finished(self, vault: Vault) -> None:
        intent = vault.begin_intent(REGISTRATION, "mint", "aem-forms", ())
        vault.finish_intent(intent.intent_id)
        vault.finish_intent(intent.intent_id)
        assert vault.unfinished_intents(REGISTRATION) == ()

    def test_keeps_the_intents_of_two_registrations_apart(self, vault: Vault) -> None:
        vault.begin_intent(REGISTRATION, "mint", "aem-forms", ())
        assert vault.unfinished_intents(replace(REGISTRATION, unique_name="other")) == ()

    def test_remembers_the_ids_it_was_told_last(self, vault: Vault) -> None:
        vault.remember_ids(REGISTRATION, replace(IDS, client_id="client-0"))
        vault.remember_ids(REGISTRATION, IDS)
        assert vault.remembered_ids(REGISTRATION) == IDS

    def test_remembers_no_ids_of_a_stranger(self, vault: Vault) -> None:
        assert vault.remembered_ids(REGISTRATION) is None

    def test_gives_back_who_signed_in(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        assert vault.sign_in(MAILBOX) == signed_in()

    def test_knows_nobody_who_did_not_sign_in(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        assert vault.sign_in(OTHER_CLOUD) is None

    def test_finds_an_address_whatever_its_case(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        assert vault.find_sign_ins(address="Forms@Contoso.Example") == (signed_in(),)

    def test_finds_the_sign_ins_of_one_cloud(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        vault.keep_sign_in(signed_in(OTHER_CLOUD), Secret("refresh-1"))
        assert vault.find_sign_ins(cloud=OTHER_CLOUD.cloud) == (signed_in(OTHER_CLOUD),)

    def test_lists_sign_ins_in_order_of_address(self, vault: Vault) -> None:
        later, sooner = signed_in(), signed_in(replace(MAILBOX, address="a@contoso.example"))
        vault.keep_sign_in(later, Secret("refresh-1"))
        vault.keep_sign_in(sooner, Secret("refresh-1"))
        assert vault.find_sign_ins() == (sooner, later)

    def test_starts_a_mailbox_at_the_first_generation(self, vault: Vault) -> None:
        assert vault.keep_sign_in(signed_in(), Secret("refresh-1")) == 1

    def test_gives_back_the_first_refresh_token(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        found = vault.refresh_token(MAILBOX)
        assert found is not None
        assert (found.token, found.issued_at) == (Secret("refresh-1"), START)
        assert (found.last_used_at, found.suspect_reason) == (None, None)

    def test_has_no_refresh_token_of_a_stranger(self, vault: Vault) -> None:
        assert vault.refresh_token(MAILBOX) is None

    def test_counts_generations(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        assert vault.keep_refresh_token(MAILBOX, Secret("refresh-2"), START) == 2

    def test_continues_the_generations_of_a_mailbox_that_signs_in_again(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        assert vault.keep_sign_in(signed_in(), Secret("refresh-2")) == 2

    def test_keeps_the_generation_before_the_newest(self, vault: Vault) -> None:
        keep_three_generations(vault)
        assert _tokens(vault) == ["refresh-3", None, "refresh-2", "refresh-3"]

    def test_stays_at_a_generation_when_the_token_was_not_rotated(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        later = START + minutes(5)
        assert vault.keep_refresh_token(MAILBOX, Secret("refresh-1"), later) == 1
        found = vault.refresh_token(MAILBOX)
        assert found is not None
        assert (found.issued_at, found.last_used_at) == (START, later)

    def test_keeps_a_suspect_token_with_the_reason(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        vault.mark_suspect(MAILBOX, 1, "invalid_grant")
        found = vault.refresh_token(MAILBOX)
        assert found is not None
        assert (found.token, found.suspect_reason) == (Secret("refresh-1"), "invalid_grant")

    def test_trusts_a_suspect_token_again_once_it_worked(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        vault.mark_suspect(MAILBOX, 1, "invalid_grant")
        vault.mark_used(MAILBOX, 1, START + minutes(1))
        found = vault.refresh_token(MAILBOX)
        assert found is not None
        assert (found.last_used_at, found.suspect_reason) == (START + minutes(1), None)

    def test_marks_one_generation_and_not_the_other(self, vault: Vault) -> None:
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        vault.keep_refresh_token(MAILBOX, Secret("refresh-2"), START)
        vault.mark_suspect(MAILBOX, 1, "invalid_grant")
        vault.mark_used(MAILBOX, 1, START)
        vault.mark_suspect(MAILBOX, 1, "invalid_grant")
        found = vault.refresh_token(MAILBOX)
        assert found is not None
        assert (found.last_used_at, found.suspect_reason) == (None, None)

    def test_marks_nothing_for_a_mailbox_it_does_not_know(self, vault: Vault) -> None:
        vault.mark_used(MAILBOX, 1, START)
        vault.mark_suspect(MAILBOX, 1, "invalid_grant")
        assert vault.refresh_token(MAILBOX) is None

    def test_has_no_access_token_that_was_not_kept(self, vault: Vault) -> None:
        assert vault.access_token(MAILBOX, "resource", (), START) is None

    def test_holds_a_lock_that_nobody_holds(self, vault: Vault) -> None:
        with vault.lock("refresh", "tenant-1") as is_held:
            assert is_held

    def test_says_so_when_a_lock_cannot_be_had_in_time(self, vault: Vault) -> None:
        with vault.lock("refresh", "tenant-1"), vault.lock("refresh", "tenant-1") as is_held:
            assert not is_held

    def test_frees_a_lock_at_the_end_of_the_block(self, vault: Vault) -> None:
        with vault.lock("refresh", "tenant-1"):
            pass
        with vault.lock("refresh", "tenant-1", timeout=0) as is_held:
            assert is_held

    def test_holds_two_locks_of_different_names(self, vault: Vault) -> None:
        with vault.lock("refresh", "a", "b"), vault.lock("refresh", "a b") as is_held:
            assert is_held


def _tokens(vault: Vault, mailbox: MailboxKey = MAILBOX) -> list[str | None]:
    found = [vault.refresh_token(mailbox, generation) for generation in (None, 1, 2, 3)]
    return [None if each is None else each.token.reveal() for each in found]
