"""How long a client may idle, trickle or not read, on Twisted's own clock."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.sandbox_mail.harness import MailServers

Connect = Callable[[str], tuple[Any, Any]]


@pytest.fixture
def time() -> Any:
    from twisted.internet.task import Clock  # noqa: PLC0415  (after the servers chose its reactor)

    return Clock()


@pytest.fixture
def connect(servers: MailServers, time: Any) -> Connect:
    """Connect to a protocol without a network, on a clock of its own."""
    # All of these load Twisted's reactor, which the servers have to choose before.
    from twisted.internet.testing import StringTransport  # noqa: PLC0415

    from provision.sandbox.exchange.imap_mailbox import ExchangeImap  # noqa: PLC0415
    from provision.sandbox.exchange.pop import ExchangePop  # noqa: PLC0415
    from provision.sandbox.exchange.smtp import ExchangeSmtp, Submissions  # noqa: PLC0415
    from provision.sandbox.exchange.submission_limits import SubmissionLimits  # noqa: PLC0415
    from provision.sandbox.exchange.xoauth2_login import Doorkeeper  # noqa: PLC0415

    doorkeeper, store = Doorkeeper(servers.context), servers.store
    limits = SubmissionLimits(servers.context)
    protocols: dict[str, Callable[[], Any]] = {
        "imap": lambda: ExchangeImap(doorkeeper, store, Counter()),
        "pop": lambda: ExchangePop(doorkeeper, store),
        "smtp": lambda: ExchangeSmtp(Submissions(servers.context, doorkeeper, limits), None),
    }

    def connected(name: str) -> tuple[Any, Any]:
        protocol, transport = protocols[name](), StringTransport()
        protocol.callLater = time.callLater
        protocol.makeConnection(transport)
        return protocol, transport

    return connected


each = pytest.mark.parametrize(
    ("name", "patience", "last_words"),
    [
        ("imap", 60, b"* BYE Connection closed. 14\r\n"),
        ("pop", 60, b"-ERR Connection is closed. 10\r\n"),
        ("smtp", 600, b"451 4.7.0 Timeout waiting for client input\r\n"),
    ],
)


@each
def test_ends_a_connection_on_which_a_line_comes_byte_by_byte(
    connect: Connect,
    time: Any,
    name: str,
    patience: int,
    last_words: bytes,
) -> None:
    protocol, transport = connect(name)
    waits = [(protocol.dataReceived(b"x"), time.advance(1)) for _ in range(patience - 1)]
    assert not transport.disconnecting
    time.advance(1)
    assert waits
    assert transport.disconnecting
    assert transport.value().endswith(last_words)


@each
def test_cuts_off_a_client_that_does_not_take_the_last_words(
    connect: Connect,
    time: Any,
    name: str,
    patience: int,
    last_words: bytes,
) -> None:
    protocol, transport = connect(name)
    protocol.dataReceived(b"x")
    time.pump([patience, 9])
    assert transport.value().endswith(last_words)
    assert not transport.disconnected
    time.advance(1)
    assert transport.disconnected


@pytest.mark.parametrize("name", ["imap", "pop", "smtp"])
def test_takes_nothing_from_a_client_that_does_not_read(connect: Connect, name: str) -> None:
    protocol, transport = connect(name)
    protocol.dataReceived(b"NOOP\r\n")
    transport.producer.pauseProducing()
    assert transport.producerState == "paused"
    transport.producer.resumeProducing()
    assert transport.producerState == "producing"


@pytest.mark.parametrize("name", ["imap", "pop", "smtp"])
def test_ends_a_connection_whose_client_does_not_read_for_ten_minutes(
    connect: Connect,
    time: Any,
    name: str,
) -> None:
    protocol, transport = connect(name)
    protocol.dataReceived(b"NOOP\r\n")
    transport.producer.pauseProducing()
    time.advance(599)
    assert not transport.disconnecting
    time.advance(1)
    assert transport.disconnecting


@pytest.mark.parametrize("name", ["imap", "pop", "smtp"])
def test_carries_out_nothing_after_goodbye(
    connect: Connect,
    time: Any,
    name: str,
) -> None:
    protocol, transport = connect(name)
    protocol.dataReceived(b"x")
    time.advance(600)
    transport.clear()
    protocol.dataReceived(b"\r\na NOOP\r\nNOOP\r\n")
    assert transport.value() == b""


def test_does_not_let_the_lines_of_a_message_wind_the_clock(
    connect: Connect,
    time: Any,
) -> None:
    protocol, transport = connect("smtp")
    protocol.mode = "DATA"
    protocol.state_DATA = len
    lines = [(protocol.dataReceived(b"line\r\n"), time.advance(10)) for _ in range(60)]
    assert lines
    assert transport.disconnecting
