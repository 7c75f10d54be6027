"""What every vault must tell of what it holds and of who was given it."""

from dataclasses import replace
from datetime import datetime

from provision.secret import Secret
from provision.vault.ledger import (
    GivenSecret,
    GivenToken,
    Holder,
    HolderKey,
    Ledger,
    MailboxEntry,
    RegistrationEntry,
    SecretEntry,
    TokenEntry,
)
from provision.vault.port import Vault
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

OTHER_CLOUD = replace(MAILBOX, cloud="/tmp/sandbox.json")


class LedgerContract:
    """The part of a vault's contract that is about its ledger; see `VaultContract`."""

    def test_records_what_each_holder_was_given_last(self, vault: Vault) -> None:
        vault.record_handoff(holder("dotenv mail.env", GivenToken(1, START, START)))
        vault.record_handoff(holder("aem", GivenToken(2, START, minute(1))))
        vault.record_handoff(holder("dotenv mail.env", GivenToken(3, START, minute(2))))
        assert vault.holders(CLIENT) == (
            holder("aem", GivenToken(2, START, minute(1))),
            holder("dotenv mail.env", GivenToken(3, START, minute(2))),
        )

    def test_knows_when_a_copy_was_issued_whose_generation_is_gone(self, vault: Vault) -> None:
        given = holder("aem", GivenToken(1, START, minute(1)))
        vault.record_handoff(given)
        keep_three_generations(vault)
        assert vault.refresh_token(MAILBOX, 1) is None
        assert vault.holders(CLIENT) == (given,)

    def test_keeps_what_a_hand_off_left_out(self, vault: Vault) -> None:
        token = GivenToken(1, START, START)
        secret = GivenSecret("key-1", minute(9), minute(1))
        vault.record_handoff(holder("aem", token))
        vault.record_handoff(holder("aem", secret=secret))
        assert vault.holders(CLIENT) == (holder("aem", token, secret),)
        vault.record_handoff(holder("aem", replace(token, generation=2)))
        assert vault.holders(CLIENT) == (holder("aem", replace(token, generation=2), secret),)

    def test_replaces_all_that_was_known_of_an_older_secret(self, vault: Vault) -> None:
        unknown = GivenSecret("", None, minute(2))
        vault.record_handoff(holder("aem", secret=GivenSecret("key-1", minute(9), minute(1))))
        vault.record_handoff(holder("aem", secret=unknown))
        assert vault.holders(CLIENT) == (holder("aem", secret=unknown),)

    def test_records_whether_a_holder_stores_successors(self, vault: Vault) -> None:
        vault.record_handoff(holder("mutt"))
        vault.record_handoff(replace(holder("mutt"), keeps_successors=True))
        assert [h.keeps_successors for h in vault.holders(CLIENT)] == [True]

    def test_keeps_the_holders_of_two_mailboxes_and_of_two_clients_apart(
        self, vault: Vault
    ) -> None:
        elsewhere = HolderKey(replace(CLIENT, client_id="other"), MAILBOX.address, "aem")
        without_mailbox = HolderKey(CLIENT, "", "aem")
        vault.record_handoff(holder("aem", GivenToken(1, START, START)))
        vault.record_handoff(Holder(without_mailbox, keeps_successors=False))
        vault.record_handoff(Holder(elsewhere, keeps_successors=False))
        assert [h.key for h in vault.holders(CLIENT)] == [without_mailbox, holder("aem").key]

    def test_forgets_a_holder(self, vault: Vault) -> None:
        vault.record_handoff(holder("aem"))
        vault.record_handoff(holder("mutt"))
        vault.forget_holder(holder("aem").key)
        assert vault.holders(CLIENT) == (holder("mutt"),)

    def test_forgets_a_holder_it_never_had_without_complaint(self, vault: Vault) -> None:
        vault.forget_holder(holder("aem").key)
        assert vault.holders(CLIENT) == ()

    def test_forgets_the_holders_of_an_application_that_is_no_more(self, vault: Vault) -> None:
        vault.record_handoff(holder("aem"))
        vault.forget_application(CLIENT, REGISTRATION)
        assert vault.holders(CLIENT) == ()

    def test_has_an_empty_ledger_at_first(self, vault: Vault) -> None:
        assert vault.ledger() == Ledger()

    def test_tells_in_the_ledger_what_it_holds_and_gave_away(self, vault: Vault) -> None:
        vault.remember_ids(REGISTRATION, IDS)
        vault.keep_secret(CLIENT, replace(held("key-2"), start_at=START))
        vault.keep_secret(CLIENT, held("key-1"))
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        vault.record_handoff(holder("aem"))
        end_at = held().end_at
        assert vault.ledger() == Ledger(
            registrations=(RegistrationEntry(REGISTRATION, "client-1"),),
            mailboxes=(MailboxEntry(signed_in(), TokenEntry(1, START, None, None)),),
            secrets=(
                SecretEntry(CLIENT, "key-2", "aem-forms", START, end_at),
                SecretEntry(CLIENT, "key-1", "aem-forms", None, end_at),
            ),
            holders=(holder("aem"),),
        )

    def test_tells_of_the_newest_generation_alone(self, vault: Vault) -> None:
        keep_three_generations(vault)
        vault.mark_used(MAILBOX, 3, minute(1))
        vault.mark_suspect(MAILBOX, 3, "invalid_grant")
        (entry,) = vault.ledger().mailboxes
        assert entry.token == TokenEntry(3, START, minute(1), "invalid_grant")

    def test_lists_the_ledgers_mailboxes_and_registrations_in_order(self, vault: Vault) -> None:
        first = replace(MAILBOX, address="a@contoso.example")
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        vault.keep_sign_in(signed_in(OTHER_CLOUD), Secret("refresh-1"))
        vault.keep_sign_in(signed_in(first), Secret("refresh-1"))
        vault.remember_ids(REGISTRATION, IDS)
        vault.remember_ids(replace(REGISTRATION, cloud="china"), IDS)
        ledger = vault.ledger()
        assert [entry.key for entry in ledger.mailboxes] == [first, OTHER_CLOUD, MAILBOX]
        assert [entry.key.cloud for entry in ledger.registrations] == ["china", "global"]


def holder(name: str, token: GivenToken | None = None, secret: GivenSecret | None = None) -> Holder:
    return Holder(HolderKey(CLIENT, MAILBOX.address, name), False, token, secret)


def minute(count: float) -> datetime:
    """Return the instant so many minutes after the start."""
    return START + minutes(count)
