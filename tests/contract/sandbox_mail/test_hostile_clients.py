"""What clients must not be able to do: get in by a trick, hold the server, or bring it down."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import MailServers

BEGIN = {
    "imap": b"a AUTHENTICATE XOAUTH2\r\n",
    "pop": b"AUTH XOAUTH2\r\n",
    "smtp": b"AUTH XOAUTH2\r\n",
}

each = pytest.mark.parametrize("protocol", ["imap", "pop", "smtp"])
tls_ports = pytest.mark.parametrize("protocol", ["imap", "pop"])


@pytest.fixture
def still_serves(servers: MailServers, forms: Account) -> Iterator[Callable[[], None]]:
    """Log in to all three protocols."""

    def logs_in() -> None:
        with servers.imap(forms) as imap, servers.pop(forms) as pop, servers.smtp(forms) as smtp:
            assert imap.select("INBOX", readonly=True)[0] == "OK"
            assert pop.stat()
            assert smtp.noop()[0] == 250

    yield logs_in
    logs_in()


def port(servers: MailServers, protocol: str) -> int:
    number: int = getattr(servers.ports, protocol)
    return number


@contextmanager
def plain(servers: MailServers, protocol: str) -> Iterator[socket.socket]:
    """Connect without TLS."""
    with socket.create_connection(("localhost", port(servers, protocol)), timeout=60) as opened:
        yield opened


@contextmanager
def speaking(servers: MailServers, protocol: str, forms: Account) -> Iterator[ssl.SSLSocket]:
    """Connect and log in, past the last answer to that."""
    said = servers.encoded(forms).encode()
    with ExitStack() as stack:
        raw = stack.enter_context(plain(servers, protocol))
        if protocol == "smtp":
            raw.recv(999)
            raw.sendall(b"EHLO me\r\n")
            raw.recv(999)
            raw.sendall(b"STARTTLS\r\n")
            raw.recv(999)
        wrapped = stack.enter_context(servers.tls.wrap_socket(raw, server_hostname="localhost"))
        if protocol == "smtp":
            wrapped.sendall(b"EHLO me\r\n")
        wrapped.recv(999)
        wrapped.sendall(BEGIN[protocol])
        wrapped.recv(999)
        wrapped.sendall(said + b"\r\n")
        answer = wrapped.recv(999)
        assert answer.startswith((b"a OK", b"+OK", b"235"))
        yield wrapped


def drain(connection: socket.socket) -> bytes:
    """Return everything until the server hangs up."""
    pieces = iter(lambda: _received(connection), b"")
    return b"".join(pieces)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except (ConnectionResetError, ssl.SSLEOFError):
        return b""


@pytest.mark.usefixtures("still_serves")
def test_drops_what_was_sent_in_the_clear_behind_starttls(servers: MailServers) -> None:
    with plain(servers, "smtp") as raw:
        raw.recv(999)
        raw.sendall(b"EHLO me\r\nSTARTTLS\r\nRSET\r\nHELP\r\n")
        said = raw.recv(999)
        while b"220 2.0.0 SMTP server ready" not in said:
            said += raw.recv(999)
        with servers.tls.wrap_socket(raw, server_hostname="localhost") as wrapped:
            wrapped.sendall(b"NOOP\r\nQUIT\r\n")
            assert drain(wrapped) == (
                b"250 2.0.0 OK\r\n221 2.0.0 Service closing transmission channel\r\n"
            )


@pytest.mark.usefixtures("still_serves")
def test_drops_half_a_line_that_came_in_the_clear_behind_starttls(servers: MailServers) -> None:
    with plain(servers, "smtp") as raw:
        raw.recv(999)
        raw.sendall(b"STARTTLS\r\nRSET ")
        assert raw.recv(999) == b"220 2.0.0 SMTP server ready\r\n"
        with servers.tls.wrap_socket(raw, server_hostname="localhost") as wrapped:
            wrapped.sendall(b"NOOP\r\nQUIT\r\n")
            assert drain(wrapped).startswith(b"250 2.0.0 OK\r\n")


@tls_ports
@pytest.mark.usefixtures("still_serves")
def test_hangs_up_on_plain_text_where_tls_belongs(servers: MailServers, protocol: str) -> None:
    with plain(servers, protocol) as raw:
        raw.sendall(b"a CAPABILITY\r\n")
        assert b"CAPABILITY" not in drain(raw)


@pytest.mark.usefixtures("still_serves")
def test_does_not_answer_tls_where_starttls_belongs(servers: MailServers) -> None:
    with plain(servers, "smtp") as raw, pytest.raises(ssl.SSLError):
        servers.tls.wrap_socket(raw, server_hostname="localhost")


@tls_ports
@pytest.mark.usefixtures("still_serves")
def test_serves_others_while_two_hundred_handshakes_hang(
    servers: MailServers, protocol: str
) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(plain(servers, protocol)) for _ in range(200)]
        opened[0].sendall(b"\x16\x03\x01")
        with servers.line(port(servers, protocol)) as line:
            assert line.ask("a NOOP").startswith(("a OK", "-ERR"))


@each
@pytest.mark.usefixtures("still_serves")
def test_refuses_a_line_without_an_end(servers: MailServers, forms: Account, protocol: str) -> None:
    with speaking(servers, protocol, forms) as connection:
        connection.sendall(b"x" * 70_000)
        said = drain(connection)
    assert said.startswith((b"* BAD", b"-ERR", b"500 "))
    assert len(said) < 200


@each
@pytest.mark.usefixtures("still_serves")
def test_answers_noise_and_goes_on(servers: MailServers, forms: Account, protocol: str) -> None:
    goodbye = b"\r\nz LOGOUT\r\n" if protocol == "imap" else b"\r\nQUIT\r\n"
    with speaking(servers, protocol, forms) as connection:
        connection.sendall(bytes(range(256)) * 8 + b"\r\n\x00\x00\r\n\xff\xfe \xff\r\n" + goodbye)
        said = drain(connection)
    assert b"Traceback" not in said
    assert said.rstrip().rpartition(b"\r\n")[2].startswith((b"z OK", b"+OK", b"221 "))


@pytest.mark.parametrize(
    "command",
    [
        b"b UID FETCH " + b",".join(b"%d" % n for n in range(1, 20_000, 2))[:60_000] + b"1 FLAGS",
        b"b FETCH 1:4294967295,1:* FLAGS",
        b"b SEARCH " + b"(" * 30_000 + b"ALL" + b")" * 30_000,
        b"b SEARCH " + b"NOT " * 15_000 + b"ALL",
        b"b SEARCH UID " + b",".join(b"%d:*" % n for n in range(1, 8_000)),
        b'b LIST "" ' + b"*%" * 30_000,
        b'b LIST "" "' + b"%a" * 30_000 + b'"',
        b"b FETCH 1 (" + b"BODY[] " * 8_000 + b"FLAGS)",
        b"b FETCH 1 BODY[" + b"1." * 30_000 + b"1]",
        b"b STORE 1 FLAGS (" + b"\\Seen " * 9_000 + b"\\Seen)",
        b"b STATUS INBOX (" + b"UIDNEXT " * 7_000 + b"MESSAGES)",
    ],
    ids=lambda command: command[:16].decode(),
)
def test_answers_pathological_commands_at_once(
    servers: MailServers, forms: Account, command: bytes
) -> None:
    servers.store.deliver(forms.user_principal_name, b"Subject: x\r\n\r\n")
    with speaking(servers, "imap", forms) as connection:
        connection.sendall(b"a SELECT INBOX\r\n" + command + b"\r\nz LOGOUT\r\n")
        said = drain(connection)
    assert b"\r\nb " in said
    assert said.endswith(b"z OK LOGOUT completed.\r\n")


@pytest.mark.parametrize(
    "command",
    [
        b"a LOGIN {99999999999}",
        b"a LOGIN {5000}",
        b"a LOGIN {-1}",
        b"a LOGIN {x}",
        b"a LOGIN {5",
    ],
)
def test_refuses_a_literal_before_it_is_sent(servers: MailServers, command: bytes) -> None:
    with servers.line(servers.ports.imap) as line:
        assert line.ask(command.decode()) == "a BAD Command Argument Error. 11"
        assert line.ask("b NOOP") == "b OK NOOP completed."


def test_refuses_a_message_that_is_too_large_before_it_is_sent(
    servers: MailServers, forms: Account
) -> None:
    with servers.imap(forms) as client:
        tag = client._new_tag()  # noqa: SLF001  (imaplib sends a message only with its literal)
        client.send(tag + b" APPEND INBOX {36700161}\r\n")
        assert client.readline() == tag + b" BAD Command Argument Error. 11\r\n"


@pytest.mark.parametrize(
    "command", ["a LOGIN {5000+}", "a APPEND INBOX {3+}", "a NONSENSE {3+}", "a SELECT {3+}"]
)
def test_hangs_up_on_a_literal_that_comes_unasked_and_unwanted(
    servers: MailServers, command: str
) -> None:
    with servers.line(servers.ports.imap) as line:
        assert line.ask(command).startswith("a BAD ")
        assert line.receive() == "* BYE Connection closed. 14"
        assert line.receive() == ""


@each
@pytest.mark.parametrize(
    "response",
    [
        "=",
        "====",
        "*x",
        "AAAA",
        "dXNlcj0",
        "dXNlcj1hAWF1dGg9QmVhcmVyIAEB",
        "\x00\x01",
        "é",
        "",
        " ",
    ],
)
def test_refuses_every_malformed_response(
    servers: MailServers, protocol: str, response: str
) -> None:
    with ExitStack() as stack:
        raw = stack.enter_context(plain(servers, protocol))
        if protocol == "smtp":
            raw.recv(999)
            raw.sendall(b"STARTTLS\r\n")
            raw.recv(999)
        wrapped = stack.enter_context(servers.tls.wrap_socket(raw, server_hostname="localhost"))
        if protocol == "smtp":
            wrapped.sendall(b"EHLO me\r\n")
        wrapped.recv(999)
        wrapped.sendall(BEGIN[protocol])
        assert wrapped.recv(999).startswith((b"+ ", b"334 "))
        wrapped.sendall(f"{response}\r\n".encode())
        said = wrapped.recv(999)
    assert said.startswith(
        (b"a NO AUTHENTICATE failed.", b"-ERR Authentication failure: ", b"535 5.7.3 ")
    )


def test_does_not_go_on_for_a_client_that_reads_nothing(
    servers: MailServers, forms: Account, still_serves: Callable[[], None]
) -> None:
    letter = servers.store.deliver(
        forms.user_principal_name, b"Subject: large\r\n\r\n" + b"x" * 8_000_000 + b"\r\n"
    )
    with speaking(servers, "imap", forms) as connection:
        connection.sendall(b"b SELECT INBOX\r\nc FETCH 1:* BODY.PEEK[]\r\n")
        connection.sendall(b"d STORE 1 +FLAGS \\Flagged\r\ne LOGOUT\r\n")
        still_serves()
        assert letter.flags == set()
        assert drain(connection).endswith(b"e OK LOGOUT completed.\r\n")
    assert letter.flags == {"\\Flagged"}


def test_serves_others_while_a_large_message_is_searched(
    servers: MailServers, forms: Account, still_serves: Callable[[], None]
) -> None:
    part = b"--cut\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 6_000
    head = b'Content-Type: multipart/mixed; boundary="cut"\r\n\r\n'
    servers.store.deliver(forms.user_principal_name, head + part + b"--cut--\r\n")
    with speaking(servers, "imap", forms) as connection:
        connection.sendall(b"b SELECT INBOX\r\nc SEARCH TEXT needle\r\nd FETCH 1 BODYSTRUCTURE\r\n")
        still_serves()
        connection.sendall(b"e LOGOUT\r\n")
        said = drain(connection)
    assert b"* SEARCH\r\nc OK SEARCH completed.\r\n" in said
    assert said.endswith(b"e OK LOGOUT completed.\r\n")
