"""Keys keep clouds and mailboxes apart; values show nothing secret."""

from provision.vault.entries import ClientKey, MailboxKey
from tests.unit.vault.samples import MAILBOX, access, held, pending


def test_lowers_the_case_of_an_address() -> None:
    key = MailboxKey("global", "tenant-1", "client-1", "Forms@Contoso.Example")
    assert key == MAILBOX


def test_knows_the_client_of_a_mailbox() -> None:
    assert MAILBOX.client == ClientKey("global", "tenant-1", "client-1")


def test_knows_the_client_of_a_pending_sign_in() -> None:
    assert pending().client_id == "client-1"


def test_shows_nothing_secret() -> None:
    shown = repr((held(text="canary"), access("canary"), pending("canary")))
    assert "canary" not in shown
