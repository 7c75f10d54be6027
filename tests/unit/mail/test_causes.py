"""Which cause remains of an unspecific refusal: by table."""

from collections.abc import Mapping

import pytest

from provision.mail.access_token import TokenFacts
from provision.mail.narrowing import Attempt, Evidence, attempts, name_cause
from provision.mail.said_causes import cause_by_words, is_unspecific
from provision.mail.verdict import Outcome, Verdict
from provision.secret import Secret
from provision.tenant.mailbox import PROTOCOLS, Protocol
from tests.unit.mail.test_access_token import facts, read

CLOSED = "mailbox_closed"
ME, BOX = "alex@contoso.com", "shared@contoso.com"
BARE: Mapping[Protocol, str] = {
    "imap": "AUTHENTICATE failed.",
    "pop": "-ERR Authentication failure: unknown user name or bad password.",
    "smtp": "535 5.7.3 Authentication unsuccessful [localhost]",
}


def answered(
    protocol: Protocol, user: str, outcome: Outcome = "refused", said: str | None = None
) -> Verdict:
    words = BARE[protocol] if said is None else said
    return Verdict(protocol, BOX, user, outcome, (words,), "", None)


def evidence(*others: Verdict, protocols: tuple[Protocol, ...] = PROTOCOLS) -> Evidence:
    answers = {Attempt(v.protocol, v.user.lower()): v for v in others}
    return Evidence(ME, frozenset(protocols), answers)


UNCONNECTED = "User is authenticated but not connected."


@pytest.mark.parametrize(
    ("refused", "others", "cause"),
    [
        # SMTP wants the token's owner
        (answered("smtp", BOX), [answered("smtp", ME, "ok")], "wrong_user"),
        (answered("smtp", BOX), [answered("smtp", ME)], "wrong_user"),
        (answered("smtp", BOX), [], "wrong_user"),
        # the same token elsewhere
        (answered("smtp", ME), [answered("imap", ME, "ok")], "smtp_policy"),
        (answered("smtp", ME), [answered("imap", ME), answered("pop", ME, "ok")], "smtp_policy"),
        (answered("smtp", ME), [answered("imap", ME, "no_access", UNCONNECTED)], "no_mailbox"),
        (answered("smtp", ME), [answered("imap", ME), answered("pop", ME)], "token_refused"),
        (answered("smtp", ME), [], "undecided"),
        (answered("smtp", ME), [answered("imap", ME, "unreachable", "timeout")], "undecided"),
        (answered("smtp", ME), [answered("imap", ME, said="NO Server Unavailable")], "undecided"),
        # one's own mailbox
        (answered("imap", ME), [answered("pop", ME, "ok")], "protocol_off"),
        (answered("imap", ME), [answered("smtp", ME, "ok")], "protocol_off"),
        (answered("imap", ME), [answered("smtp", ME, "no_access", "550 no")], "protocol_off"),
        (answered("imap", ME), [answered("pop", ME), answered("smtp", ME)], "token_refused"),
        (answered("imap", ME), [], "undecided"),
        (answered("pop", ME), [answered("imap", ME, "ok")], "protocol_off"),
        (answered("pop", ME), [answered("imap", ME, "no_access", UNCONNECTED)], "no_mailbox"),
        (answered("imap", ME, "no_access", UNCONNECTED), [answered("pop", ME)], "no_mailbox"),
        (
            answered("imap", ME, "no_access", UNCONNECTED),
            [answered("pop", ME, "ok")],
            "protocol_off",
        ),
        # a mailbox that is somebody else's
        (answered("imap", BOX), [answered("pop", BOX, "ok")], "protocol_off"),
        (
            answered("imap", BOX),
            [answered("pop", BOX), answered("imap", ME, "ok")],
            "mailbox_closed",
        ),
        (answered("imap", BOX), [answered("pop", BOX), answered("imap", ME)], "token_refused"),
        (answered("imap", BOX), [], "undecided"),
        (answered("imap", BOX, "no_access", UNCONNECTED), [], "no_full_access"),
        (answered("pop", BOX), [answered("imap", BOX, "no_access", UNCONNECTED)], "no_full_access"),
        (answered("pop", BOX), [answered("imap", BOX, "ok")], "protocol_off"),
        (
            answered("pop", BOX),
            [answered("imap", BOX), answered("pop", ME, "ok")],
            "mailbox_closed",
        ),
    ],
)
def test_one_cause_remains(refused, others, cause):
    found = name_cause(refused, evidence(*others))
    assert found.name == cause
    assert found.text.endswith(".")
    assert found.next


@pytest.mark.parametrize(
    ("refused", "protocols", "wanted"),
    [
        (answered("smtp", ME), PROTOCOLS, [("imap", ME), ("pop", ME)]),
        (answered("smtp", ME), ("pop", "smtp"), [("pop", ME)]),
        (answered("smtp", ME), ("smtp",), []),
        (answered("smtp", BOX), PROTOCOLS, [("smtp", ME)]),
        (answered("imap", ME.upper()), PROTOCOLS, [("pop", ME), ("smtp", ME)]),
        (answered("imap", BOX), PROTOCOLS, [("pop", BOX), ("imap", ME)]),
        (answered("pop", BOX), PROTOCOLS, [("imap", BOX), ("pop", ME)]),
    ],
)
def test_only_logins_that_would_tell_are_tried(refused, protocols, wanted):
    found = attempts(refused, evidence(protocols=protocols))
    assert [(a.protocol, a.user) for a in found] == wanted


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("SmtpClientAuthentication is disabled for the Tenant.", "smtp_auth_off_for_tenant"),
        ("SmtpClientAuthentication is disabled for the Mailbox.", "smtp_auth_off_for_mailbox"),
        ("user is locked by your organization's security defaults", "security_defaults"),
        ("the request did not meet the criteria to be", "authentication_policy"),
    ],
)
def test_words_that_name_the_cause_are_believed(said, cause):
    verdict = answered("smtp", ME, said=f"535 5.7.139 Authentication unsuccessful, {said}")
    found = cause_by_words(verdict, facts())
    assert found is not None
    assert found.name == cause
    assert any(ME in line or "Get-Mg" in line for line in found.next)
    assert not is_unspecific(verdict)


def test_a_protocol_error_of_pop_is_blamed_on_the_length_of_a_long_token():
    verdict = answered("pop", ME, said="-ERR Protocol error. 19")
    long: TokenFacts = read(Secret("x" * 5000))
    found = cause_by_words(verdict, long)
    assert found is not None
    assert found.name == "token_too_long"
    assert cause_by_words(verdict, facts()) is None


@pytest.mark.parametrize(
    ("protocol", "said", "is_bare"),
    [
        ("smtp", BARE["smtp"], True),
        ("smtp", "535 5.7.8 Authentication failed.", True),
        ("smtp", "550 5.7.30 Basic authentication is not supported", False),
        ("smtp", "454 4.7.0 Temporary authentication failure", False),
        ("imap", BARE["imap"], True),
        ("imap", "[AUTHENTICATIONFAILED] Authentication failed.", True),
        ("imap", UNCONNECTED, True),
        ("imap", "AUTHENTICATE failed. Basic authentication is disabled.", False),
        ("imap", "NO Server Unavailable. 15", False),
        ("pop", BARE["pop"], True),
        ("pop", "-ERR [AUTH] Authentication failed.", True),
        ("pop", "-ERR Server Unavailable. 21", False),
    ],
)
def test_unspecific_words_are_known(protocol, said, is_bare):
    assert is_unspecific(answered(protocol, ME, said=said)) is is_bare
