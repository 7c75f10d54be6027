"""What a sink keeps of its old values when new ones come in part."""

import dataclasses

import pytest

from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, Token, combined
from provision.secret import Secret
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import ClientSecret
from tests.unit.handoff.values import AUTHORITY, make_handover, make_registration

OTHER_MAILBOX = Mailbox("other@contoso.com", "other@contoso.com", "common", ("imap",))
STORED = Holding(
    client_id="c-1",
    tenant_id="t-1",
    authority=AUTHORITY,
    mailbox="forms@contoso.com",
    client_secret=ClientSecret("key-0", Secret("old secret")),
    token=Token(Secret("old token"), "2026-01-01T00:00:00Z", 2),
)


def test_new_values_replace_old_ones() -> None:
    holding = combined(make_handover(), STORED)
    assert holding.key_id == "key-1"
    assert holding.token == Token(Secret("1.AXrefresh"), "2026-01-31T09:30:00Z", 3)


def test_a_stored_refresh_token_stays_while_nothing_it_depends_on_changes() -> None:
    assert combined(make_handover(token=None), STORED).token == STORED.token


@pytest.mark.parametrize(
    "handover",
    [
        make_handover(token=None, registration=make_registration(client_id="c-2")),
        make_handover(token=None, registration=make_registration(tenant_id="t-2")),
        make_handover(token=None, mailbox=OTHER_MAILBOX),
        make_handover(token=None, authority="https://login.microsoftonline.com/t-1"),
        make_handover(token=None, mailbox=None, authority="https://login.example/common"),
    ],
    ids=["client id", "tenant", "mailbox", "authority", "login host"],
)
def test_a_stored_refresh_token_goes_with_what_it_depends_on(handover: Handover) -> None:
    assert combined(handover, STORED).token is None


def test_a_stored_refresh_token_of_an_unknown_mailbox_goes() -> None:
    stored = dataclasses.replace(STORED, mailbox=None)
    assert combined(make_handover(token=None), stored).token is None


def test_a_handover_without_mailbox_keeps_the_token_with_its_authority() -> None:
    handover = make_handover(
        token=None, mailbox=None, authority="https://login.microsoftonline.com/t-1"
    )
    holding = combined(handover, STORED)
    assert (holding.token, holding.authority, holding.mailbox) == (
        STORED.token,
        AUTHORITY,
        "forms@contoso.com",
    )


def test_a_stored_client_secret_stays_while_the_application_is_the_same() -> None:
    holding = combined(make_handover(secret=None, mailbox=OTHER_MAILBOX), STORED)
    assert holding.client_secret == STORED.client_secret


def test_a_stored_client_secret_of_another_application_goes() -> None:
    handover = make_handover(secret=None, registration=make_registration(client_id="c-2"))
    assert combined(handover, STORED).client_secret is None


def test_nothing_stored_adds_nothing() -> None:
    holding = combined(make_handover(secret=None, token=None, mailbox=None), None)
    assert (holding.client_secret, holding.token, holding.mailbox, holding.key_id) == (None,) * 4


def test_a_holding_shows_no_secret() -> None:
    assert "s3~cr.et_" not in repr(combined(make_handover(), None))
