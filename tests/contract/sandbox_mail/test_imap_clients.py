"""What real IMAP clients send, in the order and the spelling in which they send it."""

import imaplib
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import Line, MailServers

HEADERS = "From To Cc Bcc Subject Date Message-ID Priority X-Priority References In-Reply-To"


@pytest.fixture
def line(servers: MailServers, forms: Account) -> Iterator[Line]:
    """Log in line by line to a mailbox with one message."""
    servers.store.deliver(
        forms.user_principal_name,
        b"From: a@contoso.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nbody\r\n",
    )
    with servers.line(servers.ports.imap) as connected:
        connected.ask(f"1 AUTHENTICATE XOAUTH2 {servers.encoded(forms)}")
        yield connected


def until_done(line: Line, command: str, tag: str = "") -> list[str]:
    """Return every line of an answer, the tagged one last."""
    tag = tag or command.partition(" ")[0]
    said = [line.ask(command)]
    while not said[-1].startswith(f"{tag} "):
        said.append(line.receive())
    return said


def test_answers_thunderbird(line: Line) -> None:
    until_done(line, "2 CAPABILITY")
    said = until_done(line, '3 ID ("name" "Thunderbird" "version" "140.0")')
    assert said[-1] == "3 OK ID completed"
    assert until_done(line, "4 NAMESPACE")[0] == '* NAMESPACE (("" "/")) NIL NIL'
    assert '* LIST (\\HasNoChildren) "/" "INBOX"' in until_done(line, '5 LIST "" "*"')
    assert '* LSUB (\\HasNoChildren) "/" "INBOX"' in until_done(line, '6 LSUB "" "*"')
    assert until_done(line, '7 LIST "" "INBOX"')[0] == '* LIST (\\HasNoChildren) "/" "INBOX"'
    assert until_done(line, '8 SELECT "INBOX"')[-1] == "8 OK [READ-WRITE] SELECT completed."
    assert until_done(line, "9 UID fetch 1:* (FLAGS)")[0] == "* 1 FETCH (FLAGS () UID 1)"
    header = f"BODY.PEEK[HEADER.FIELDS ({HEADERS})]"
    fetched = until_done(line, f"10 UID fetch 1 (UID RFC822.SIZE FLAGS {header})")
    assert fetched[0].startswith("* 1 FETCH (UID 1 RFC822.SIZE 67 FLAGS () BODY[HEADER.FIELDS (")
    assert fetched[-1] == "10 OK FETCH completed."
    fetched = until_done(line, "11 UID fetch 1 (UID RFC822.SIZE BODY[])")
    assert fetched[-1] == "11 OK FETCH completed."
    assert until_done(line, "12 UID store 1 +Flags (\\Seen)")[-1] == "12 OK STORE completed."
    assert line.ask("13 IDLE") == "+ IDLE accepted, awaiting DONE command."
    assert line.ask("DONE") == "13 OK IDLE completed."
    assert until_done(line, "14 noop")[-1] == "14 OK NOOP completed."
    assert until_done(line, "15 logout")[-1] == "15 OK LOGOUT completed."


def test_takes_a_literal_that_was_announced(line: Line) -> None:
    assert line.ask("2 EXAMINE {5}").startswith("+ Ready for 5 octets")
    assert until_done(line, "INBOX", "2")[0] == "* 1 EXISTS"


def test_takes_a_literal_that_comes_unasked(line: Line) -> None:
    said = until_done(line, "2 STATUS {5+}\r\nINBOX (MESSAGES)")
    assert said == ['* STATUS "INBOX" (MESSAGES 1)', "2 OK STATUS completed."]


def test_takes_a_message_that_comes_unasked(line: Line) -> None:
    said = until_done(line, "2 APPEND Drafts (\\Seen) {14+}\r\nSubject: a\r\n\r\n")
    assert said[0].startswith("2 OK [APPENDUID ")


def test_takes_a_literal_among_search_keys(line: Line) -> None:
    until_done(line, "2 EXAMINE INBOX")
    assert line.ask("3 UID SEARCH CHARSET UTF-8 SUBJECT {7}").startswith("+ Ready for 7 octets")
    assert until_done(line, "Grüße ALL", "3")[0] == "* SEARCH 1"


def test_takes_two_literals_among_search_keys(line: Line) -> None:
    until_done(line, "2 EXAMINE INBOX")
    said = until_done(line, "3 SEARCH FROM {1+}\r\na BODY {4+}\r\nbody UNSEEN")
    assert said == ["* SEARCH 1", "3 OK SEARCH completed."]


def test_takes_a_quoted_name_with_quotes_in_it(line: Line) -> None:
    assert until_done(line, '2 SELECT "say \\"hi\\" \\\\"') == ['2 NO say "hi" \\ doesn\'t exist.']


def test_takes_a_token_that_arrives_in_pieces(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.imap) as line:
        line.ask("a AUTHENTICATE XOAUTH2")
        said = servers.encoded(forms)
        line.send(said[:100])
        line.send(said[100:700])
        assert line.ask(said[700:]) == "a OK AUTHENTICATE completed."


def test_answers_commands_that_come_all_at_once(line: Line) -> None:
    line.send("2 SELECT INBOX\r\n3 FETCH 1 (FLAGS)\r\n4 SEARCH ALL\r\n5 FETCH 1 (UID)\r\n")
    said = [line.receive() for _ in range(13)]
    assert said[7:] == [
        "* 1 FETCH (FLAGS ())",
        "3 OK FETCH completed.",
        "* SEARCH 1",
        "4 OK SEARCH completed.",
        "* 1 FETCH (UID 1)",
        "5 OK FETCH completed.",
    ]


def test_refuses_what_is_known_elsewhere_apart_from_what_is_unknown(line: Line) -> None:
    assert line.ask("2 FETCH 1 FLAGS") == "2 BAD Command received in Invalid state."
    assert line.ask("3 LOGIN a b") == "3 BAD Command received in Invalid state."
    assert line.ask("4 ENABLE CONDSTORE") == "4 BAD Command Error. 10"
    assert line.ask("5") == "5 BAD Command Error. 10"


def test_does_not_tell_how_it_is_made(line: Line) -> None:
    until_done(line, "2 EXAMINE INBOX")
    assert line.ask("3 FETCH 1 NONSENSE") == "3 BAD Command Argument Error. 11"
    assert line.ask("4 FETCH x FLAGS") == "4 BAD Command Argument Error. 11"
    assert line.ask("5 SEARCH OR") == "5 BAD Command Argument Error. 11"
    assert line.ask('6 STATUS "&" (') == "6 BAD Command Argument Error. 11"


def test_connects_the_twenty_first_login_to_nothing(servers: MailServers, forms: Account) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(servers.line(servers.ports.imap)) for _ in range(21)]
        login = f"a AUTHENTICATE XOAUTH2 {servers.encoded(forms)}"
        assert {line.ask(login) for line in lines} == {"a OK AUTHENTICATE completed."}
        assert lines[19].ask('b LIST "" ""') == '* LIST (\\Noselect \\HasChildren) "/" ""'
        said = lines[20].ask('b LIST "" ""')
        assert said == "b BAD User is authenticated but not connected."


def test_frees_the_place_of_a_connection_that_ends(servers: MailServers, forms: Account) -> None:
    for _ in range(21):
        with servers.imap(forms) as client:
            assert client.noop()[0] == "OK"


def test_refuses_plain_like_every_password(servers: MailServers) -> None:
    with servers.line(servers.ports.imap) as line:
        said = line.ask("a AUTHENTICATE PLAIN AGEAYg==")
        assert said == "a NO AUTHENTICATE failed. Basic authentication is disabled."


def test_greets_without_capabilities(servers: MailServers) -> None:
    with imaplib.IMAP4_SSL("localhost", servers.ports.imap, ssl_context=servers.tls) as client:
        said = b"* OK The provision sandbox's Exchange IMAP4 service is ready. ["
        assert client.welcome.startswith(said)
