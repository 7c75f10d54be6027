"""SMTP conversations that go wrong in the ways that servers have found."""

import pytest

from provision.mail import smtp
from provision.mail.verdict import Verdict
from tests.contract.mail.dialogues import (
    AUTH_SMTP,
    CHALLENGE,
    EHLO,
    HELLO_SMTP,
    LET_IN_SMTP,
    QUIT_SMTP,
    REASON,
    SAID,
    SHAKE_HANDS,
    login,
)
from tests.contract.mail.scripted import Hang, certificate, server

START = (EHLO, SHAKE_HANDS, EHLO, AUTH_SMTP)
MAIL = (b"mail FROM:<a@b.com>", b"250 2.1.0 Sender OK\r\n")
RCPT = (b"rcpt TO:<a@b.com>", b"250 2.1.5 Recipient OK\r\n")
RSET = (b"rset", b"250 2.0.0 Resetting\r\n")


def probe(*steps, greeting=HELLO_SMTP, timeout=5.0, **where) -> tuple[Verdict, list[bytes]]:
    where = {"tls": "starttls", **where}
    with server(*steps, greeting=greeting, **where) as (host, heard):
        verdict = smtp.probe(host, certificate()[1], login("smtp"), timeout)
    return verdict, heard.lines


def test_logs_in_in_two_steps_begins_a_message_and_takes_it_back():
    verdict, heard = probe(*START, LET_IN_SMTP, MAIL, RCPT, RSET, QUIT_SMTP)
    assert verdict.outcome == "ok"
    assert verdict.proved == "MAIL FROM and RCPT TO a@b.com accepted, then RSET"
    assert b"AUTH XOAUTH2\r\n" in heard
    assert heard[-1] == b"quit\r\n"


def test_implicit_tls_works_too():
    steps = (EHLO, AUTH_SMTP, LET_IN_SMTP, MAIL, RCPT, RSET, QUIT_SMTP)
    verdict, _ = probe(*steps, tls="implicit")
    assert verdict.is_ok


def test_a_refusal_keeps_the_servers_words_with_their_stamp():
    words = (
        b"535 5.7.3 Authentication unsuccessful [LO4P.PROD.OUTLOOK.COM 2026-03-01T12:00:00Z 08D]"
    )
    verdict, heard = probe(*START, (SAID, words + b"\r\n"), QUIT_SMTP)
    assert (verdict.outcome, verdict.said) == ("refused", (words.decode(),))
    assert verdict.advice is not None
    assert heard[-1] == b"quit\r\n"


def test_a_failure_challenge_is_answered_with_an_empty_line():
    challenge = (SAID, b"334 " + CHALLENGE + b"\r\n")
    verdict, _ = probe(*START, challenge, (b"\r\n", b"535 5.7.8 no\r\n"), QUIT_SMTP)
    assert (verdict.outcome, verdict.said) == ("refused", (REASON, "535 5.7.8 no"))


def test_a_challenge_that_is_no_base64_ends_the_conversation():
    verdict, _ = probe(*START, (SAID, b"334 A\r\n"))
    assert verdict.outcome == "unreachable"


def test_a_server_without_xoauth2_refuses():
    no = (b"AUTH XOAUTH2", b"504 5.7.4 Unrecognized authentication type\r\n")
    verdict, _ = probe(EHLO, SHAKE_HANDS, EHLO, no, QUIT_SMTP)
    assert (verdict.outcome, verdict.said[0][:9]) == ("refused", "504 5.7.4")


@pytest.mark.parametrize(
    "steps",
    [
        [(b"mail", b"550 5.7.60 SMTP; Client does not have permissions\r\n")],
        [MAIL, (b"rcpt", b"550 5.1.10 Recipient not found\r\n")],
    ],
)
def test_ok_is_not_proof_when_the_message_may_not_begin(steps):
    verdict, _ = probe(*START, LET_IN_SMTP, *steps, QUIT_SMTP)
    assert verdict.outcome == "no_access"
    assert verdict.said[0].startswith("550 5.")


def test_a_server_without_starttls_gets_no_token():
    bare = (b"ehlo", b"250-localhost\r\n250 AUTH XOAUTH2\r\n")
    verdict, heard = probe(bare)
    assert (verdict.outcome, verdict.said) == ("no_tls", ("the server offers no STARTTLS",))
    assert not any(b"AUTH" in line for line in heard)


def test_a_refused_starttls_gets_no_token():
    verdict, heard = probe(EHLO, (b"STARTTLS", b"454 4.7.0 TLS not available\r\n"))
    assert (verdict.outcome, verdict.said) == ("no_tls", ("454 4.7.0 TLS not available",))
    assert not any(b"AUTH" in line for line in heard)


def test_a_certificate_for_another_name_gets_no_token():
    verdict, heard = probe(*START, host="127.0.0.1")
    assert verdict.outcome == "no_tls"
    assert not any(b"AUTH" in line for line in heard)


def test_silence_ends_in_a_timeout():
    verdict, _ = probe(*START, (SAID, Hang()), timeout=0.5)
    assert verdict.outcome == "unreachable"


@pytest.mark.parametrize("greeting", [b"", b"554 no service\r\n", b"220 " + b"x" * 9000 + b"\r\n"])
def test_what_greets_otherwise_is_unreachable(greeting):
    verdict, _ = probe(greeting=greeting, timeout=1.0)
    assert verdict.outcome == "unreachable"


def test_a_hello_that_is_refused_is_unreachable():
    no = b"502 unknown\r\n"
    verdict, _ = probe((b"ehlo", no), (b"helo", no))
    assert (verdict.outcome, verdict.said) == ("unreachable", ("502 unknown",))


def test_nobody_there_is_unreachable():
    with server(greeting=HELLO_SMTP, tls="starttls") as (host, _):
        smtp.probe(host, certificate()[1], login("smtp"), 1.0)
    assert smtp.probe(host, certificate()[1], login("smtp"), 1.0).said == ("Connection refused",)
