"""What every vault promises about sign-ins that wait for their answer."""

from dataclasses import replace

from provision.vault.port import ExpiredSignIn, Vault
from tests.unit.vault.samples import MAILBOX, START, minutes, pending

OTHER_CLOUD = replace(MAILBOX, cloud="/tmp/sandbox.json")


class PendingContract:
    """The part of the contract about sign-ins that wait."""

    def test_gives_a_pending_sign_in_to_who_knows_its_state(self, vault: Vault) -> None:
        vault.keep_pending(pending())
        assert vault.take_pending(MAILBOX, "state-1", START + minutes(14.9)) == pending()

    def test_gives_a_pending_sign_in_once(self, vault: Vault) -> None:
        vault.keep_pending(pending())
        vault.take_pending(MAILBOX, "state-1", START)
        assert vault.take_pending(MAILBOX, "state-1", START) is None

    def test_does_not_know_a_state_it_was_never_told(self, vault: Vault) -> None:
        vault.keep_pending(pending())
        assert vault.take_pending(MAILBOX, "state-2", START) is None

    def test_says_when_a_sign_in_came_back_too_late(self, vault: Vault) -> None:
        vault.keep_pending(pending())
        assert vault.take_pending(MAILBOX, "state-1", START + minutes(15)) == ExpiredSignIn(
            MAILBOX, START
        )

    def test_removes_a_sign_in_that_came_back_too_late(self, vault: Vault) -> None:
        vault.keep_pending(pending())
        vault.take_pending(MAILBOX, "state-1", START + minutes(15))
        assert vault.take_pending(MAILBOX, "state-1", START) is None

    def test_leaves_a_sign_in_of_another_mailbox_where_it_is(self, vault: Vault) -> None:
        vault.keep_pending(pending())
        assert vault.take_pending(OTHER_CLOUD, "state-1", START) is None
        assert vault.take_pending(MAILBOX, "state-1", START) == pending()

    def test_shows_the_latest_sign_in_and_leaves_it_where_it_is(self, vault: Vault) -> None:
        sent = replace(pending("state-1"), is_sent=True)
        vault.keep_pending(pending("state-2", age=1))
        vault.keep_pending(sent)
        assert vault.latest_pending(MAILBOX, START) == sent
        assert vault.take_pending(MAILBOX, "state-1", START) == sent

    def test_shows_that_the_latest_sign_in_waited_too_long(self, vault: Vault) -> None:
        vault.keep_pending(replace(pending(), is_sent=True))
        late = START + minutes(15)
        assert vault.latest_pending(MAILBOX, late) == ExpiredSignIn(MAILBOX, START, is_sent=True)

    def test_shows_no_sign_in_of_another_mailbox(self, vault: Vault) -> None:
        vault.keep_pending(pending(mailbox=OTHER_CLOUD))
        assert vault.latest_pending(MAILBOX, START) is None

    def test_takes_the_latest_sign_in_for_an_answer_without_state(self, vault: Vault) -> None:
        vault.keep_pending(pending("state-2", age=1))
        vault.keep_pending(pending("state-1"))
        vault.keep_pending(pending("state-3", age=2))
        assert vault.take_latest_pending(MAILBOX, START) == pending("state-1")

    def test_never_takes_the_latest_sign_in_of_another_cloud(self, vault: Vault) -> None:
        vault.keep_pending(pending(mailbox=OTHER_CLOUD))
        assert vault.take_latest_pending(MAILBOX, START) is None
