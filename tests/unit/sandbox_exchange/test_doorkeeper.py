"""From what a client says to an admission."""

import base64
import logging

import pytest

from provision.sandbox.context import Context
from provision.sandbox.exchange.admission import Admission, Admitted, NotConnected, Reason, Refused
from provision.sandbox.exchange.xoauth2_login import Doorkeeper, Xoauth2Response, parse_response
from provision.secret import Secret

FORMS = "forms@contoso.com"


def encoded(text: str) -> bytes:
    return base64.b64encode(text.encode())


def response(context: Context, user: str = FORMS) -> bytes:
    token = context.tokens.mint_for_user(
        context.directory.accounts[FORMS],
        "client",
        "https://outlook.office.com",
        frozenset({"IMAP.AccessAsUser.All"}),
    )
    return encoded(f"user={user}\x01auth=Bearer {token}\x01\x01")


def test_reads_user_and_token() -> None:
    parsed = parse_response(encoded("user=a@b\x01auth=Bearer t0k\x01\x01"))
    assert parsed == Xoauth2Response("a@b", Secret("t0k"))


@pytest.mark.parametrize(
    "said",
    [
        b"not base64!",
        b"",
        encoded("user=a@b\x01auth=Bearer t0k"),
        encoded("\x00a@b\x00password"),
        encoded("user=a@b\x01auth=Basic t0k\x01\x01"),
        encoded("user=a@b\x01auth=Bearer t0\x02k\x01\x01"),
        encoded("user=a@b\x01auth=Bearer t\u00f6k\x01\x01"),
        base64.b64encode(b"\xff\xfe"),
    ],
)
def test_reads_nothing_else(said: bytes) -> None:
    assert parse_response(said) is None


def test_admits_a_token_of_the_sandbox(context: Context) -> None:
    assert Doorkeeper(context).admit("imap", response(context)) == Admitted(FORMS, FORMS)


def test_passes_on_that_a_mailbox_is_out_of_reach(context: Context) -> None:
    admission = Doorkeeper(context).admit("imap", response(context, "alex@contoso.com"))
    assert admission == NotConnected(FORMS, "alex@contoso.com")


def test_refuses_what_is_not_xoauth2(context: Context) -> None:
    assert Doorkeeper(context).admit("imap", b"nonsense") == Refused(Reason.MALFORMED)


def test_refuses_a_token_that_nobody_signed(context: Context) -> None:
    said = encoded(f"user={FORMS}\x01auth=Bearer a.b.c\x01\x01")
    assert Doorkeeper(context).admit("imap", said) == Refused(Reason.BAD_TOKEN)


def test_refuses_a_token_when_the_sandboxs_time_has_passed_it(context: Context) -> None:
    said = response(context)
    context.clock.advance(7200)
    assert Doorkeeper(context).admit("imap", said) == Refused(Reason.EXPIRED)


@pytest.mark.parametrize("user", [FORMS, "alex@contoso.com", "nobody@contoso.com"])
def test_logs_the_reason_and_never_the_token(
    context: Context, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    said = response(context, user)
    with caplog.at_level(logging.DEBUG):
        decided: Admission = Doorkeeper(context).admit("imap", said)
    parsed = parse_response(said)
    assert parsed is not None
    assert decided is not None
    assert user in caplog.text
    assert parsed.token.reveal() not in caplog.text
    assert said.decode() not in caplog.text
