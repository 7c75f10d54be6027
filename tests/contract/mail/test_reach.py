"""How far a connection to a mail host comes, at real sockets."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from provision.cloud import MailHost
from provision.mail.reach import reach
from provision.mail.tls import tls_context
from tests.contract.mail.harness import People


@contextmanager
def listener(said: bytes) -> Iterator[int]:
    """Accept one connection, say something, and hang up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("protocol", ["imap", "pop", "smtp"])
def test_a_host_that_answers_shows_its_tls(people: People, protocol):
    host = getattr(people.cloud, protocol)

    found = reach(protocol, host, people.context)

    assert (found.failed_at, found.said) == (None, "")
    assert (found.what, found.host, found.port) == (protocol.upper(), host.host, host.port)
    assert found.tls in ("TLSv1.2", "TLSv1.3")
    assert found.issuer


def test_a_name_that_nobody_knows():
    nowhere = MailHost("no-such-host.invalid", 993, "implicit")

    assert reach("imap", nowhere, tls_context(None)).failed_at == "name"


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_port_that_is_closed(tls):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    found = reach("imap", MailHost("127.0.0.1", port, tls), tls_context(None))

    assert (found.failed_at, found.said) == ("connection", "Connection refused")


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_a_certificate_that_is_not_trusted_here(people: People, protocol):
    host = getattr(people.cloud, protocol)

    found = reach(protocol, host, tls_context(None))

    assert found.failed_at == "tls"
    assert found.said.startswith("certificate verify failed")


def test_a_server_that_offers_no_starttls():
    with listener(b"220 here\r\n250 here\r\n500 what\r\n") as port:
        found = reach("smtp", MailHost("127.0.0.1", port, "starttls"), tls_context(None))

    assert found.failed_at == "tls"


def test_a_server_that_greets_in_another_language():
    with listener(b"554 not for you\r\n") as port:
        found = reach("smtp", MailHost("127.0.0.1", port, "starttls"), tls_context(None))

    assert (found.failed_at, found.said) == ("connection", "554 not for you")
