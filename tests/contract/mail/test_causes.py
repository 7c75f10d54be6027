"""Each switch of a tenant, the bare refusal it leads to, and the cause that is found for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from provision.clock import SystemClock
from provision.mail.access_token import read_access_token
from provision.mail.cause import CauseName
from provision.mail.fitness import find_flaw
from provision.mail.login_probe import probe
from provision.mail.probing import Network, Token, explain
from provision.mail.sasl import Login, login_for
from provision.mail.verdict import Verdict
from provision.secret import Secret
from provision.tenant.mailbox import PROTOCOLS, Mailbox, Protocol
from tests.contract.mail.harness import FORMS, PERSON, SHARED, People

LATER = datetime(2100, 1, 1, tzinfo=UTC)
POLICIES: list[tuple[str, CauseName]] = [
    ("smtpAuthDisabled", "smtp_auth_off_for_tenant"),
    ("securityDefaults", "security_defaults"),
    ("smtpAuthBlockedByPolicy", "authentication_policy"),
]


@contextmanager
def changed(people: People, mailbox: Mailbox, **members: object) -> Iterator[None]:
    """Set members of an account, and put them back."""
    found = people.tenant.graph.get(f"{people.tenant.ready.control}/mailboxes").json()["mailboxes"]
    before = next(m for m in found if m["userPrincipalName"] == mailbox.address)
    people.change(mailbox, **members)
    try:
        yield
    finally:
        people.change(mailbox, **{name: before[name] for name in members})


@contextmanager
def switched(people: People, *names: str) -> Iterator[None]:
    """Turn switches of the tenant on, and off again."""
    people.tenant.control("PATCH", "/switches", dict.fromkeys(names, True))
    try:
        yield
    finally:
        people.tenant.control("PATCH", "/switches", dict.fromkeys(names, False))


def taken(secret: Secret) -> Token:
    return Token(secret, read_access_token(secret, LATER))


def explained(
    people: People,
    mailbox: Mailbox,
    *protocols: Protocol,
    secret: Secret | None = None,
    user: str = "",
) -> dict[Protocol, Verdict]:
    """Log in over these protocols alone and explain; the token is good for all three."""
    token = taken(secret or people.token(mailbox))
    logins = [login_for(mailbox, protocol, token.secret) for protocol in protocols]
    if user:
        logins = [Login(one.protocol, one.address, user, one.token) for one in logins]
    verdicts = [probe(people.cloud, people.context, login) for login in logins]
    found = explain(mailbox, verdicts, token, Network(people.cloud, people.context))
    assert token.secret.reveal() not in repr(found)
    return {v.protocol: v for v in found}


def causes(found: dict[Protocol, Verdict]) -> dict[Protocol, str | None]:
    return {p: v.cause.name if v.cause else None for p, v in found.items()}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_graph_token_needs_no_server(people, protocol):
    token = taken(people.graph_token())
    login = login_for(FORMS, protocol, token.secret)
    flaw = find_flaw(token.facts, login, people.cloud, SystemClock().now())
    assert flaw is not None
    assert flaw.name == "wrong_audience"
    assert token.secret.reveal() not in repr(token)


def test_a_token_that_was_asked_for_two_protocols_is_unfit_for_the_third(people):
    token = taken(people.tenant.signed_in().access_token)
    now = SystemClock().now()
    flaws = {p: find_flaw(token.facts, login_for(FORMS, p, token.secret), people.cloud, now)
             for p in PROTOCOLS}  # fmt: skip
    assert {p: flaw and flaw.name for p, flaw in flaws.items()} == {
        "imap": None,
        "pop": "missing_scope",
        "smtp": None,
    }


def test_a_token_that_is_fit_is_let_in(people):
    token = taken(people.token(FORMS))
    now = SystemClock().now()
    assert token.facts.audience == people.cloud.outlook_resource
    assert token.facts.user == FORMS.address
    assert timedelta(minutes=50) < token.facts.expires_at - now < timedelta(minutes=70)
    assert causes(explained(people, FORMS, *PROTOCOLS)) == dict.fromkeys(PROTOCOLS)


@pytest.mark.parametrize("mailbox", [FORMS, PERSON, SHARED], ids=["own", "personal", "shared"])
@pytest.mark.parametrize(
    ("protocol", "switch", "mends"),
    [
        ("imap", "imapEnabled", "-ImapEnabled $true"),
        ("pop", "popEnabled", "-PopEnabled $true"),
    ],
)
def test_a_protocol_that_is_off_is_told_by_another_that_opens(
    people, mailbox, protocol, switch, mends
):
    with changed(people, mailbox, **{switch: False}):
        verdict = explained(people, mailbox, protocol)[protocol]
    assert verdict.outcome == "refused"
    assert verdict.cause is not None
    assert verdict.cause.name == "protocol_off"
    assert verdict.cause.next[-1] == f"Set-CASMailbox -Identity {mailbox.address} {mends}"


def test_imap_that_is_off_and_lets_in_is_told_too(people):
    with changed(people, FORMS, imapEnabled=False), switched(people, "disabledImapAuthenticates"):
        found = explained(people, FORMS, "imap")
    assert found["imap"].outcome == "no_access"
    assert causes(found) == {"imap": "protocol_off"}


@pytest.mark.parametrize(("switch", "cause"), POLICIES)
def test_a_policy_that_smtp_names_is_the_cause(people, switch, cause):
    with switched(people, switch):
        assert causes(explained(people, FORMS, "smtp")) == {"smtp": cause}


@pytest.mark.parametrize("switch", [switch for switch, _ in POLICIES])
def test_a_policy_that_smtp_does_not_name_is_told_by_imap(people, switch):
    with switched(people, switch, "smtpRefusalsAreBare"):
        found = explained(people, FORMS, "smtp")
    assert found["smtp"].said[0].startswith("535 5.7.3 ")
    assert found["smtp"].cause is not None
    assert found["smtp"].cause.name == "smtp_policy"
    assert found["smtp"].cause.next == (
        "Get-CASMailbox -Identity forms@contoso.com | Format-List SmtpClientAuthenticationDisabled",
        "Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled",
    )


def test_smtp_that_is_off_for_the_mailbox_is_told_by_words_or_by_imap(people):
    with changed(people, FORMS, smtpAuthDisabled=True):
        by_words = causes(explained(people, FORMS, "smtp"))
        with switched(people, "smtpRefusalsAreBare"):
            by_imap = causes(explained(people, FORMS, "smtp"))
    assert by_words == {"smtp": "smtp_auth_off_for_mailbox"}
    assert by_imap == {"smtp": "smtp_policy"}


def test_smtp_that_is_named_a_shared_mailbox_wants_its_delegate(people):
    verdict = explained(people, SHARED, "smtp", user=SHARED.address)["smtp"]
    assert verdict.cause is not None
    assert verdict.cause.name == "wrong_user"
    assert f"{SHARED.sign_in_as} as user lets the token in" in verdict.cause.text


def test_an_imap_user_who_is_nobody_is_not_blamed_on_the_token(people):
    found = explained(people, FORMS, "imap", "pop", user="nobody@contoso.com")
    assert causes(found) == {"imap": "mailbox_closed", "pop": "mailbox_closed"}


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_a_delegate_without_full_access_is_told(people, protocol):
    with changed(people, SHARED, fullAccess=[]):
        verdict = explained(people, SHARED, protocol)[protocol]
    assert verdict.cause is not None
    assert verdict.cause.name == "no_full_access"
    assert verdict.cause.next[-1] == (
        "Add-MailboxPermission -Identity shared@contoso.com -User alex@contoso.com "
        "-AccessRights FullAccess"
    )


def test_an_account_without_a_mailbox_is_told_over_every_protocol(people):
    with changed(people, FORMS, hasMailbox=False):
        found = explained(people, FORMS, *PROTOCOLS)
    assert causes(found) == dict.fromkeys(PROTOCOLS, "no_mailbox")


def test_a_token_that_nothing_takes_is_blamed_itself(people):
    signed, _, signature = people.token(FORMS).reveal().rpartition(".")
    damaged = Secret(f"{signed}.{signature[::-1]}")
    found = explained(people, FORMS, "imap", secret=damaged)
    assert causes(found) == {"imap": "token_refused"}
    assert found["imap"].cause is not None
    assert "(IMAP, POP, SMTP)" in found["imap"].cause.text


def test_a_token_for_smtp_alone_leaves_it_undecided(people):
    sign_in = people.tenant.begin("tenant", ("smtp",))
    code = people.tenant.answer(sign_in, FORMS.address).code
    tokens = people.tenant.endpoint().redeem(people.tenant.client(), code, sign_in)
    with switched(people, "securityDefaults", "smtpRefusalsAreBare"):
        found = explained(people, FORMS, "smtp", secret=tokens.access_token)
    assert causes(found) == {"smtp": "undecided"}
