"""Whatever a client says, the servers answer or hang up, tell nothing, and serve the next one."""

import base64
import re
import socket
import ssl
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import MailServers

IMAP = """
CAPABILITY LOGOUT NOOP AUTHENTICATE LOGIN SELECT EXAMINE CREATE DELETE RENAME SUBSCRIBE LIST LSUB
STATUS APPEND CHECK CLOSE UNSELECT EXPUNGE SEARCH FETCH STORE COPY MOVE UID IDLE DONE ID NAMESPACE
ENABLE STARTTLS XOAUTH2 INBOX Archive FLAGS +FLAGS BODY[] BODYSTRUCTURE ENVELOPE (FLAGS BODY[1]<0.5>
BODY.PEEK[1.2.HEADER.FIELDS (Subject)] UID) ALL FULL 1 1:* *:1 2,4:7 0 -1 4294967296 OR NOT HEADER
SUBJECT SINCE 1-Feb-2026 CHARSET UTF-8 "" "*" "%" "a\\"b" &AOk- & ( ) [ ] { {3} {3+} {0} {99999999}
\\Seen (\\Deleted) $x "28-Feb-2026 10:00:00 +0100" "28-Feb-99999 10:00:00 +0100" NIL * a b
"""
POP = """
USER PASS AUTH XOAUTH2 PLAIN STAT LIST RETR DELE NOOP RSET QUIT TOP UIDL CAPA APOP STLS LAST RPOP
0 1 2 -1 99999999999 1_0 x * = AAAA
"""
SMTP = """
EHLO HELO STARTTLS AUTH XOAUTH2 LOGIN PLAIN MAIL RCPT DATA RSET NOOP QUIT VRFY EXPN BDAT HELP TURN
ETRN FROM:<> FROM:<a@b> FROM:<a@contoso.com> TO:<a@contoso.com> TO:<> TO:a SIZE=99999999999 SIZE=-1
BODY=8BITMIME SMTPUTF8 = * . .. : <"a\\"b"@c> From:a@contoso.com
"""
WORDS = {"imap": IMAP.split(), "pop": POP.split(), "smtp": SMTP.split()}
BEGIN = {
    "imap": b"a AUTHENTICATE XOAUTH2\r\n",
    "pop": b"AUTH XOAUTH2\r\n",
    "smtp": b"EHLO me\r\nAUTH XOAUTH2\r\n",
}
GOODBYE = {
    "imap": b"\r\nDONE\r\nz LOGOUT\r\n",
    "pop": b"\r\nQUIT\r\n",
    "smtp": b"\r\n.\r\nQUIT\r\n",
}


def lines(protocol: str) -> st.SearchStrategy[bytes]:
    """Return lines that are nearly commands, and lines that are not."""
    words = st.lists(st.sampled_from(WORDS[protocol]), max_size=8).map(" ".join)
    tagged = words.map(lambda text: f"t {text}" if protocol == "imap" else text)
    return st.one_of(tagged.map(str.encode), st.binary(max_size=40))


def noise(protocol: str) -> st.SearchStrategy[bytes]:
    """Return what a client says."""
    return st.lists(lines(protocol), min_size=1, max_size=20).map(b"\r\n".join)


def said_in_answer(
    servers: MailServers, protocol: str, account: Account | None, noise: bytes
) -> bytes:
    """Return all that a server says, on a connection of its own, until it hangs up."""
    with ExitStack() as stack:
        where = "localhost", getattr(servers.ports, protocol)
        connection = stack.enter_context(socket.create_connection(where, timeout=10))
        if protocol == "smtp":
            connection.recv(999)
            connection.sendall(b"STARTTLS\r\n")
            connection.recv(999)
        tls = servers.tls.wrap_socket(connection, server_hostname="localhost")
        connection = stack.enter_context(tls)
        if account is not None:
            connection.sendall(BEGIN[protocol] + servers.encoded(account).encode() + b"\r\n")
        connection.sendall(noise + GOODBYE[protocol])
        return b"".join(iter(lambda: _received(connection), b""))


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except (ConnectionResetError, ssl.SSLEOFError):
        return b""


@pytest.mark.parametrize("protocol", ["imap", "pop", "smtp"])
@pytest.mark.parametrize("is_logged_in", [False, True])
def test_answers_noise_and_serves_the_next_client(
    servers: MailServers, protocol: str, is_logged_in: bool
) -> None:
    account = servers.add_account()
    servers.store.deliver(account.user_principal_name, b"Subject: x\r\n\r\nbody\r\n")
    login = account if is_logged_in else None

    @given(noise(protocol))
    def answers(said: bytes) -> None:
        heard = said_in_answer(servers, protocol, login, said).split()
        # IMAP repeats the client's tag, whatever it is.
        answer = b" ".join(word for word in heard if word not in said.split())
        assert b"Traceback" not in answer
        assert b"Error: " not in answer
        assert b".py" not in answer

    answers()
    with servers.imap(account) as imap, servers.pop(account) as pop, servers.smtp(account) as smtp:
        assert imap.select("INBOX")[0] == "OK"
        assert pop.stat()
        assert smtp.noop()[0] == 250


@pytest.mark.parametrize("protocol", ["imap", "pop", "smtp"])
def test_refuses_every_response_that_was_damaged(
    servers: MailServers, forms: Account, protocol: str
) -> None:
    good = base64.b64decode(servers.encoded(forms))

    @given(st.integers(0, len(good) - 1), st.binary(max_size=3))
    def refuses(at: int, instead: bytes) -> None:
        damaged = base64.b64encode(good[:at] + instead + b"\x02" + good[at + 1 :])
        answer = said_in_answer(servers, protocol, None, BEGIN[protocol] + damaged)
        assert re.search(rb"a OK|\+OK User|235 2", answer) is None
        assert damaged not in answer

    refuses()
