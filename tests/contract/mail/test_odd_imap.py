"""IMAP conversations that go wrong in the ways that servers have found."""

import pytest

from provision.mail import imap
from provision.mail.verdict import Verdict
from tests.contract.mail.dialogues import (
    AUTHENTICATE,
    AUTHENTICATED,
    CAPABILITY,
    CHALLENGE,
    EXAMINE,
    HELLO_IMAP,
    LIST,
    LOGOUT,
    REASON,
    SAID,
    START_TLS,
    TOKEN,
    login,
)
from tests.contract.mail.scripted import Hang, certificate, server

START = (CAPABILITY, AUTHENTICATE)


def probe(*steps, greeting=HELLO_IMAP, timeout=5.0, **where) -> tuple[Verdict, list[bytes]]:
    with server(*steps, greeting=greeting, **where) as (host, heard):
        verdict = imap.probe(host, certificate()[1], login("imap"), timeout)
    return verdict, heard.lines


def test_lists_and_examines_and_logs_out():
    verdict, heard = probe(*START, AUTHENTICATED, LIST, EXAMINE, LOGOUT)
    assert verdict.outcome == "ok"
    assert verdict.proved == "LIST and EXAMINE INBOX: 3 messages"
    assert verdict.advice is None
    assert b"LOGOUT" in heard[-1]


def test_starts_tls_before_anything_is_said():
    steps = (CAPABILITY, START_TLS, *START, AUTHENTICATED, LIST, EXAMINE, LOGOUT)
    verdict, _ = probe(*steps, tls="starttls")
    assert verdict.is_ok


def test_a_server_without_starttls_gets_no_token():
    bare = (b"{tag} CAPABILITY", b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n")
    verdict, heard = probe(bare, LOGOUT, tls="starttls")
    assert (verdict.outcome, verdict.said) == ("no_tls", ("the server offers no STARTTLS",))
    assert not any(b"AUTHENTICATE" in line for line in heard)


def test_a_failure_challenge_is_answered_with_an_empty_line():
    verdict, heard = probe(
        *START,
        (SAID, b"+ " + CHALLENGE + b"\r\n"),
        (b"\r\n", b"{tag} NO AUTHENTICATE failed.\r\n"),
        LOGOUT,
    )
    assert (verdict.outcome, verdict.said) == ("refused", (REASON, "AUTHENTICATE failed."))
    assert b"LOGOUT" in heard[-1]


def test_a_server_that_never_stops_asking_is_left():
    challenges = [(b"\r\n", b"+ " + CHALLENGE + b"\r\n")] * 2
    abort = (b"*", b"{tag} BAD cancelled\r\n")
    verdict, _ = probe(*START, (SAID, b"+ " + CHALLENGE + b"\r\n"), *challenges, abort, LOGOUT)
    assert verdict.outcome == "refused"


def test_a_plain_refusal_keeps_the_servers_words_and_gets_advice():
    verdict, _ = probe(*START, (SAID, b"{tag} NO AUTHENTICATE failed.\r\n"), LOGOUT)
    assert (verdict.outcome, verdict.said) == ("refused", ("AUTHENTICATE failed.",))
    assert verdict.advice is not None


def test_ok_is_not_proof_when_the_next_command_is_bad():
    bad = (b"{tag} LIST", b"{tag} BAD User is authenticated but not connected.\r\n")
    verdict, _ = probe(*START, AUTHENTICATED, bad, LOGOUT)
    assert verdict.outcome == "no_access"
    assert verdict.said == ("User is authenticated but not connected.",)
    assert verdict.advice is not None
    assert "no mailbox" in verdict.advice.meaning


def test_ok_is_not_proof_when_the_inbox_stays_closed():
    no = (b"{tag} EXAMINE", b"{tag} NO no such mailbox\r\n")
    verdict, _ = probe(*START, AUTHENTICATED, LIST, no, LOGOUT)
    assert (verdict.outcome, verdict.said) == ("no_access", ("NO no such mailbox",))


def test_a_server_that_hangs_up_is_unreachable():
    verdict, _ = probe(*START, (SAID, b"* BYE Connection closed. 14\r\n"))
    assert verdict.outcome == "unreachable"


@pytest.mark.parametrize("hanging", [(), START])
def test_silence_ends_in_a_timeout(hanging):
    script = (*hanging, (b"", Hang()))
    verdict, _ = probe(*script, timeout=0.5)
    assert (verdict.outcome, verdict.said) == ("unreachable", ("no answer in time",))


def test_an_echoed_token_is_masked():
    echo = b"{tag} NO what is " + TOKEN.encode() + b" or " + SAID
    verdict, _ = probe(*START, (SAID, echo), LOGOUT)
    assert verdict.said == ("what is … or …",)


@pytest.mark.parametrize(
    "greeting", [b"220 not IMAP\r\n", b"* BYE too busy\r\n", b"", b"x" * 1_100_000 + b"\r\n"]
)
def test_what_is_no_imap_server_is_unreachable(greeting):
    verdict, _ = probe((b"", Hang()) if greeting else CAPABILITY, greeting=greeting, timeout=1.0)
    assert verdict.outcome == "unreachable"


def test_a_challenge_that_is_no_base64_ends_the_conversation():
    verdict, _ = probe(*START, (SAID, b"+ ?\r\n"), LOGOUT)
    assert verdict.outcome == "unreachable"


def test_a_certificate_for_another_name_gets_no_token():
    verdict, heard = probe(*START, host="127.0.0.1")
    assert verdict.outcome == "no_tls"
    assert verdict.said[0].startswith("certificate verify failed")
    assert heard == []


def test_nobody_there_is_unreachable():
    with server(greeting=HELLO_IMAP) as (host, _):
        imap.probe(host, certificate()[1], login("imap"), 1.0)
    verdict = imap.probe(host, certificate()[1], login("imap"), 1.0)
    assert (verdict.outcome, verdict.said) == ("unreachable", ("Connection refused",))
