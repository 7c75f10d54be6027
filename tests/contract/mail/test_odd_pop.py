"""POP conversations that go wrong in the ways that servers have found."""

import pytest

from provision.mail import pop
from provision.mail.verdict import Verdict
from tests.contract.mail.dialogues import (
    AUTH_POP,
    CHALLENGE,
    HELLO_POP,
    LET_IN_POP,
    QUIT_POP,
    SAID,
    login,
)
from tests.contract.mail.scripted import Hang, ShakeHands, certificate, server

CAPA = (b"CAPA", b"+OK\r\nSTLS\r\n.\r\n")


def probe(*steps, greeting=HELLO_POP, timeout=5.0, **where) -> tuple[Verdict, list[bytes]]:
    with server(*steps, greeting=greeting, **where) as (host, heard):
        verdict = pop.probe(host, certificate()[1], login("pop"), timeout)
    return verdict, heard.lines


def test_logs_in_on_two_lines_counts_and_quits():
    verdict, heard = probe(AUTH_POP, LET_IN_POP, (b"STAT", b"+OK 2 345\r\n"), QUIT_POP)
    assert (verdict.outcome, verdict.proved) == ("ok", "STAT: 2 messages, 345 octets")
    assert heard == [b"AUTH XOAUTH2\r\n", SAID, b"STAT\r\n", b"QUIT\r\n"]


def test_a_refusal_keeps_the_servers_words_and_quits():
    words = b"-ERR Authentication failure: unknown user name or bad password."
    verdict, heard = probe(AUTH_POP, (SAID, words + b"\r\n"), QUIT_POP)
    assert (verdict.outcome, verdict.said) == ("refused", (words.decode(),))
    assert verdict.advice is not None
    assert heard[-1] == b"QUIT\r\n"


def test_a_failure_challenge_is_answered_with_an_empty_line():
    challenge = (SAID, b"+ " + CHALLENGE + b"\r\n")
    verdict, _ = probe(AUTH_POP, challenge, (b"\r\n", b"-ERR no\r\n"), QUIT_POP)
    assert (verdict.outcome, verdict.said[-1]) == ("refused", "-ERR no")


def test_a_server_without_xoauth2_refuses():
    verdict, _ = probe((b"AUTH XOAUTH2", b"-ERR Protocol error. 14\r\n"), QUIT_POP)
    assert (verdict.outcome, verdict.said) == ("refused", ("-ERR Protocol error. 14",))


def test_ok_is_not_proof_when_stat_fails():
    verdict, _ = probe(AUTH_POP, LET_IN_POP, (b"STAT", b"-ERR not connected\r\n"), QUIT_POP)
    assert verdict.outcome == "no_access"


@pytest.mark.parametrize("answer", [b"+OK\r\n", b"+OK many\r\n", b"+" * 3000 + b"\r\n"])
def test_numbers_that_are_none_prove_nothing(answer):
    verdict, _ = probe(AUTH_POP, LET_IN_POP, (b"STAT", answer), QUIT_POP)
    assert verdict.outcome == "unreachable"


def test_a_farewell_that_fails_is_no_success():
    goodbye = (b"QUIT", b"-ERR some deleted messages not removed\r\n")
    verdict, _ = probe(AUTH_POP, LET_IN_POP, (b"STAT", b"+OK 0 0\r\n"), goodbye)
    assert verdict.outcome == "no_access"


def test_silence_ends_in_a_timeout():
    verdict, _ = probe(AUTH_POP, (SAID, Hang()), timeout=0.5)
    assert (verdict.outcome, verdict.said) == ("unreachable", ("no answer in time",))


@pytest.mark.parametrize("greeting", [b"", b"-ERR busy\r\n", b"x" * 3000 + b"\r\n"])
def test_what_greets_otherwise_is_unreachable(greeting):
    verdict, _ = probe(greeting=greeting, timeout=1.0)
    assert verdict.outcome == "unreachable"


def test_starts_tls_before_anything_is_said():
    start = (b"STLS", ShakeHands(b"+OK begin\r\n"))
    steps = (CAPA, start, AUTH_POP, LET_IN_POP, (b"STAT", b"+OK 0 0\r\n"), QUIT_POP)
    verdict, _ = probe(*steps, tls="starttls")
    assert verdict.is_ok


def test_a_server_without_starttls_gets_no_token():
    no = (b"STLS", b"-ERR unknown\r\n")
    verdict, heard = probe(CAPA, no, tls="starttls")
    assert verdict.outcome == "no_tls"
    assert not any(b"AUTH" in line for line in heard)


def test_a_certificate_for_another_name_gets_no_token():
    verdict, heard = probe(host="127.0.0.1")
    assert (verdict.outcome, heard) == ("no_tls", [])


def test_nobody_there_is_unreachable():
    with server(greeting=HELLO_POP) as (host, _):
        pop.probe(host, certificate()[1], login("pop"), 1.0)
    assert pop.probe(host, certificate()[1], login("pop"), 1.0).said == ("Connection refused",)
