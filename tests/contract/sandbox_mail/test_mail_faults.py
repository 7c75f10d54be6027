"""Mail connections that go wrong when a rule says so."""

import imaplib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from time import monotonic

import pytest

from provision.sandbox.directory import Account
from provision.sandbox.faults.document import parse_rules
from tests.contract.sandbox_mail.harness import MailServers

Use = Callable[..., None]


@pytest.fixture
def use(servers: MailServers) -> Iterator[Use]:
    """Return how to set one rule, which ends with the test."""

    def set_rule(fault: str, **members: object) -> None:
        rules = [{"fault": fault, **members}]
        servers.context.faults.replace(parse_rules({"version": 1, "rules": rules}, "test"))

    yield set_rule
    servers.context.faults.replace(())


def log_in(servers: MailServers, protocol: str, account: Account) -> AbstractContextManager[object]:
    doors = {"imap": servers.imap, "pop": servers.pop, "smtp": servers.smtp}
    return doors[protocol](account)  # type: ignore[no-any-return, operator]


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_a_rule_is_over_after_its_times(servers: MailServers, use: Use, protocol: str) -> None:
    use("mail-bye", at="greeting", times=1)
    account = servers.add_account()

    with pytest.raises((imaplib.IMAP4.error, smtplib.SMTPException)):
        log_in(servers, protocol, account).__enter__()
    with log_in(servers, protocol, account):
        pass


def test_imap_says_goodbye_instead_of_a_greeting(servers: MailServers, use: Use) -> None:
    use("mail-bye", protocol="imap", at="greeting")

    with pytest.raises(imaplib.IMAP4.error, match=r"BYE Server Unavailable"):
        imaplib.IMAP4_SSL("localhost", servers.ports.imap, ssl_context=servers.tls, timeout=10)


def test_smtp_is_not_active(servers: MailServers, use: Use) -> None:
    use("mail-bye", protocol="smtp", at="greeting")

    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP("localhost", servers.ports.smtp, timeout=10)
    assert refused.value.smtp_code == 421


def test_pop_is_unavailable(servers: MailServers, use: Use) -> None:
    use("mail-bye", protocol="pop", at="greeting")

    with (
        socket.create_connection(("localhost", servers.ports.pop), timeout=10) as plain,
        servers.tls.wrap_socket(plain, server_hostname="localhost") as wrapped,
        wrapped.makefile("rb") as file,
    ):
        assert file.read() == b"-ERR Server Unavailable. 21\r\n"


def test_imap_says_goodbye_after_the_login(servers: MailServers, use: Use) -> None:
    use("mail-bye")

    with (
        pytest.raises(imaplib.IMAP4.abort, match=r"Connection closed\. 14|BYE|EOF"),
        servers.imap(servers.add_account()) as client,
    ):
        client.select("INBOX")


def test_imap_is_lost_after_the_login(servers: MailServers, use: Use) -> None:
    use("mail-dropped")
    encoded = servers.encoded(servers.add_account())

    with servers.line(servers.ports.imap) as line:
        assert line.ask(f"A1 AUTHENTICATE XOAUTH2 {encoded}").startswith("A1 OK")
        assert line.receive() == ""


def test_pop_is_lost_after_the_login(servers: MailServers, use: Use) -> None:
    use("mail-dropped")
    encoded = servers.encoded(servers.add_account())

    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        assert line.ask(encoded).startswith("+OK")
        assert line.receive() == ""


def test_smtp_is_lost_after_the_login(servers: MailServers, use: Use) -> None:
    use("mail-dropped")

    with (
        servers.smtp(servers.add_account()) as client,
        pytest.raises(smtplib.SMTPServerDisconnected),
    ):
        client.noop()


def test_imap_refuses_a_login_for_now(servers: MailServers, use: Use) -> None:
    use("mail-refused")
    encoded = servers.encoded(servers.add_account())

    with servers.line(servers.ports.imap) as line:
        assert line.ask(f"A7 AUTHENTICATE XOAUTH2 {encoded}") == "A7 NO Server Unavailable. 15"
        assert line.receive() == ""


def test_pop_refuses_a_login_for_now(servers: MailServers, use: Use) -> None:
    use("mail-refused")
    encoded = servers.encoded(servers.add_account())

    with servers.line(servers.ports.pop) as line:
        assert line.ask("AUTH XOAUTH2").startswith("+")
        assert line.ask(encoded) == "-ERR Server Unavailable. 21"


def test_smtp_refuses_a_login_for_now(servers: MailServers, use: Use) -> None:
    use("mail-refused")

    with pytest.raises(smtplib.SMTPException) as refused:
        servers.smtp(servers.add_account()).__enter__()
    assert getattr(refused.value, "smtp_code", None) == 451


def test_a_wrong_token_is_refused_as_ever(servers: MailServers, use: Use) -> None:
    use("mail-refused")

    with servers.line(servers.ports.imap) as line:
        assert line.ask("A1 AUTHENTICATE XOAUTH2 eA==").startswith("A1 NO AUTHENTICATE failed")


def test_smtp_takes_no_message_for_now(servers: MailServers, use: Use) -> None:
    use("mail-deferred", times=1)
    account = servers.add_account()

    with servers.smtp(account) as client:
        code, said = client.mail(account.user_principal_name)
    assert (code, said.split()[0]) == (451, b"4.7.500")
    with servers.smtp(account) as client:
        assert client.mail(account.user_principal_name)[0] == 250


@pytest.mark.parametrize("protocol", ["imap", "pop", "smtp"])
def test_a_greeting_is_slow(servers: MailServers, use: Use, protocol: str) -> None:
    use("mail-slow-greeting", seconds=0.3)
    begun = monotonic()

    with log_in(servers, protocol, servers.add_account()):
        assert monotonic() - begun >= 0.25


def test_a_client_that_leaves_before_a_slow_greeting_is_forgotten(
    servers: MailServers, use: Use
) -> None:
    use("mail-slow-greeting", protocol="imap", seconds=0.2)

    with (
        socket.create_connection(("localhost", servers.ports.imap)) as plain,
        servers.tls.wrap_socket(plain, server_hostname="localhost"),
    ):
        pass
    use("mail-bye", times=0)
    with servers.imap(servers.add_account()) as client:
        assert client.noop()[0] == "OK"


def test_a_tls_handshake_never_ends(servers: MailServers, use: Use) -> None:
    use("mail-tls-stalled", protocol="imap")

    with (
        socket.create_connection(("localhost", servers.ports.imap), timeout=0.3) as plain,
        pytest.raises((TimeoutError, ssl.SSLError)),
    ):
        servers.tls.wrap_socket(plain, server_hostname="localhost")


def test_starttls_is_agreed_to_and_never_begun(servers: MailServers, use: Use) -> None:
    use("mail-tls-stalled", protocol="smtp")

    with servers.smtp_connection() as client:
        assert client.sock is not None
        client.sock.settimeout(0.3)
        with pytest.raises((TimeoutError, ssl.SSLError)):
            client.starttls(context=servers.tls)
