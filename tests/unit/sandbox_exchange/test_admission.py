"""Who may open which mailbox with which token."""

from dataclasses import replace

import pytest

from provision.sandbox.directory import Directory
from provision.sandbox.exchange.admission import (
    Admitted,
    MailProtocol,
    NotConnected,
    Reason,
    Refused,
    admit,
    may_send_as,
)
from provision.sandbox.tokens import Claims
from tests.unit.sandbox_exchange.conftest import NOW

FORMS, ALEX, SHARED = "forms@contoso.com", "alex@contoso.com", "shared@contoso.com"
AT = NOW.timestamp()

protocols = pytest.mark.parametrize("protocol", ["imap", "pop", "smtp"])
mailbox_protocols = pytest.mark.parametrize("protocol", ["imap", "pop"])


@protocols
def test_admits_the_owner_of_a_good_token(
    protocol: MailProtocol, forms_claims: Claims, directory: Directory
) -> None:
    assert admit(protocol, FORMS, forms_claims, directory, AT) == Admitted(FORMS, FORMS)


@pytest.mark.parametrize(
    "audience",
    [
        "https://outlook.office.com/",
        "https://outlook.office365.com",
        "00000002-0000-0ff1-ce00-000000000000",
    ],
)
def test_knows_every_name_of_the_outlook_resource(
    audience: str, forms_claims: Claims, directory: Directory
) -> None:
    claims = replace(forms_claims, audience=audience)
    assert admit("imap", FORMS, claims, directory, AT) == Admitted(FORMS, FORMS)


@protocols
def test_refuses_a_token_for_graph(
    protocol: MailProtocol, forms_claims: Claims, directory: Directory
) -> None:
    claims = replace(forms_claims, audience="https://graph.microsoft.com")
    assert admit(protocol, FORMS, claims, directory, AT) == Refused(Reason.WRONG_AUDIENCE)


@pytest.mark.parametrize(
    ("protocol", "scope"),
    [
        ("imap", "POP.AccessAsUser.All"),
        ("pop", "SMTP.Send"),
        ("smtp", "IMAP.AccessAsUser.All"),
    ],
)
def test_refuses_a_token_with_another_protocols_scope(
    protocol: MailProtocol, scope: str, forms_claims: Claims, directory: Directory
) -> None:
    claims = replace(forms_claims, scopes=frozenset({scope}))
    assert admit(protocol, FORMS, claims, directory, AT) == Refused(Reason.MISSING_SCOPE)


def test_refuses_a_token_that_ends_now(forms_claims: Claims, directory: Directory) -> None:
    claims = replace(forms_claims, expires_at=AT)
    assert admit("imap", FORMS, claims, directory, AT) == Refused(Reason.EXPIRED)


def test_refuses_an_application_token(forms_claims: Claims, directory: Directory) -> None:
    claims = replace(forms_claims, user_principal_name=None)
    assert admit("imap", FORMS, claims, directory, AT) == Refused(Reason.NOT_DELEGATED)


@protocols
def test_refuses_an_address_that_nobody_has(
    protocol: MailProtocol, forms_claims: Claims, directory: Directory
) -> None:
    admission = admit(protocol, "nobody@contoso.com", forms_claims, directory, AT)
    assert admission == Refused(Reason.UNKNOWN_ACCOUNT)


def test_refuses_the_token_of_an_account_that_was_removed(
    forms_claims: Claims, directory: Directory
) -> None:
    del directory.accounts[FORMS]
    admission = admit("imap", ALEX, forms_claims, directory, AT)
    assert admission == Refused(Reason.UNKNOWN_ACCOUNT)


def test_takes_an_address_in_any_case(forms_claims: Claims, directory: Directory) -> None:
    assert admit("imap", "Forms@Contoso.COM", forms_claims, directory, AT) == Admitted(FORMS, FORMS)


@mailbox_protocols
def test_admits_a_delegate_to_a_shared_mailbox(
    protocol: MailProtocol, alex_claims: Claims, directory: Directory
) -> None:
    assert admit(protocol, SHARED, alex_claims, directory, AT) == Admitted(ALEX, SHARED)


@mailbox_protocols
def test_does_not_connect_a_stranger_to_a_mailbox(
    protocol: MailProtocol, forms_claims: Claims, directory: Directory
) -> None:
    assert admit(protocol, SHARED, forms_claims, directory, AT) == NotConnected(FORMS, SHARED)


def test_refuses_a_shared_mailbox_as_smtp_user(alex_claims: Claims, directory: Directory) -> None:
    assert admit("smtp", SHARED, alex_claims, directory, AT) == Refused(Reason.NOT_THE_OWNER)


def test_refuses_imap_where_it_is_switched_off(forms_claims: Claims, directory: Directory) -> None:
    directory.accounts[FORMS].imap_enabled = False
    assert admit("imap", FORMS, forms_claims, directory, AT) == Refused(Reason.PROTOCOL_DISABLED)


def test_leaves_pop_alone_where_imap_is_switched_off(
    forms_claims: Claims, directory: Directory
) -> None:
    directory.accounts[FORMS].imap_enabled = False
    assert admit("pop", FORMS, forms_claims, directory, AT) == Admitted(FORMS, FORMS)


@pytest.mark.parametrize(
    ("tenant", "mailbox", "expected"),
    [
        (False, None, Admitted(FORMS, FORMS)),
        (True, None, Refused(Reason.SMTP_DISABLED_FOR_TENANT)),
        (True, False, Admitted(FORMS, FORMS)),
        (False, True, Refused(Reason.SMTP_DISABLED_FOR_MAILBOX)),
        (True, True, Refused(Reason.SMTP_DISABLED_FOR_MAILBOX)),
    ],
)
def test_lets_the_mailboxs_smtp_switch_win_over_the_tenants(
    tenant: bool,
    mailbox: bool | None,
    expected: Admitted | Refused,
    forms_claims: Claims,
    directory: Directory,
) -> None:
    directory.switches.smtp_auth_disabled = tenant
    directory.accounts[FORMS].smtp_auth_disabled = mailbox
    assert admit("smtp", FORMS, forms_claims, directory, AT) == expected


@pytest.mark.parametrize(
    ("owner", "address", "expected"),
    [
        (FORMS, FORMS, True),
        (ALEX, SHARED, True),
        (FORMS, SHARED, False),
        (FORMS, "somebody@example.org", False),
    ],
)
def test_lets_an_owner_send_as_themselves_and_as_what_they_have_the_right_to(
    owner: str, address: str, expected: bool, directory: Directory
) -> None:
    assert may_send_as(directory, owner, address) is expected


def test_takes_full_access_and_send_as_for_two_rights(
    alex_claims: Claims, directory: Directory
) -> None:
    directory.accounts[SHARED].send_as.clear()
    assert admit("imap", SHARED, alex_claims, directory, AT) == Admitted(ALEX, SHARED)
    assert may_send_as(directory, ALEX, SHARED) is False


def test_does_not_open_what_one_may_only_send_as(alex_claims: Claims, directory: Directory) -> None:
    directory.accounts[SHARED].full_access.clear()
    assert admit("imap", SHARED, alex_claims, directory, AT) == NotConnected(ALEX, SHARED)
    assert may_send_as(directory, ALEX, SHARED) is True


@mailbox_protocols
def test_does_not_connect_an_account_without_a_mailbox(
    protocol: MailProtocol, forms_claims: Claims, directory: Directory
) -> None:
    directory.accounts[FORMS].has_mailbox = False
    assert admit(protocol, FORMS, forms_claims, directory, AT) == NotConnected(FORMS, FORMS)


def test_refuses_smtp_to_an_account_without_a_mailbox(
    forms_claims: Claims, directory: Directory
) -> None:
    directory.accounts[FORMS].has_mailbox = False
    assert admit("smtp", FORMS, forms_claims, directory, AT) == Refused(Reason.UNKNOWN_ACCOUNT)


def test_connects_a_mailbox_without_imap_to_nothing_where_that_is_switched(
    forms_claims: Claims, directory: Directory
) -> None:
    directory.switches.disabled_imap_authenticates = True
    directory.accounts[FORMS].imap_enabled = False
    assert admit("imap", FORMS, forms_claims, directory, AT) == NotConnected(FORMS, FORMS)


@pytest.mark.parametrize(
    ("switch", "reason"),
    [
        ("security_defaults", Reason.SECURITY_DEFAULTS),
        ("smtp_auth_blocked_by_policy", Reason.POLICY),
    ],
)
def test_lets_a_tenants_policy_win_over_the_mailboxs_smtp_switch(
    switch: str, reason: Reason, forms_claims: Claims, directory: Directory
) -> None:
    setattr(directory.switches, switch, True)
    directory.accounts[FORMS].smtp_auth_disabled = False
    assert admit("smtp", FORMS, forms_claims, directory, AT) == Refused(reason)


def test_leaves_imap_alone_under_security_defaults(
    forms_claims: Claims, directory: Directory
) -> None:
    directory.switches.security_defaults = True
    assert admit("imap", FORMS, forms_claims, directory, AT) == Admitted(FORMS, FORMS)
