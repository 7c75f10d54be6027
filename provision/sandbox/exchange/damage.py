"""A mail connection that goes wrong as the faults decide, whatever the protocol inside does."""

import re
from collections.abc import Iterable
from typing import Any, Final

from twisted.internet import reactor as installed_reactor
from twisted.internet.interfaces import ITransport
from twisted.internet.protocol import Protocol, ServerFactory
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from provision.sandbox.exchange.server_words import BUSY, DEFERRED, GOODBYE, REFUSED
from provision.sandbox.faults.decisions import Faults
from provision.sandbox.faults.rules import MailFault

_reactor: Any = installed_reactor
_ASKED: Final = re.compile(rb"(?im)^(\S+ )?AUTH")
"""A client begins to log in."""
_SUCCESS: Final = {
    "imap": re.compile(rb"[^*+\s]\S* OK"),
    "pop": re.compile(rb"\+OK"),
    "smtp": re.compile(rb"235 "),
}


def damaged(protocol: Protocol, name: str, faults: Faults, factory: ServerFactory) -> Protocol:
    """Return the protocol object of a new connection, wrapped when something goes wrong with it.

    Args:
        protocol: What would serve it.
        name: `imap`, `pop` or `smtp`.
        faults: Decide.
        factory: What made the protocol.
    """
    fault = faults.next_mail_fault(name)
    if fault is None:
        return protocol
    return _Damaged(WrappingFactory(factory), protocol, name, fault)


class _Damaged(ProtocolWrapper):
    """Stands between a server and its connection."""

    def __init__(
        self, factory: WrappingFactory, wrapped: Protocol, name: str, fault: MailFault
    ) -> None:
        super().__init__(factory, wrapped)
        self._name = name
        self._fault = fault
        self._has_asked = False
        self._is_stalled = False
        self._timer: Any = None

    def makeConnection(self, transport: ITransport) -> None:
        """Greet, late or not at all."""
        match self._fault:
            case MailFault("mail-slow-greeting"):
                connect = super().makeConnection
                self._timer = _reactor.callLater(self._fault.seconds, connect, transport)
            case MailFault("mail-bye", at="greeting"):
                transport.write(BUSY[self._name])
                transport.loseConnection()
            case MailFault("mail-tls-stalled") if self._name != "smtp":
                # The TLS half of the connection reads on, or its end would go unnoticed.
                transport.dataReceived = _ignore
            case _:
                super().makeConnection(transport)

    def startTLS(self, *arguments: object) -> None:
        """Begin TLS, or leave the client waiting for it."""
        if self._fault.name == "mail-tls-stalled":
            self._is_stalled = True
        else:
            self.transport.startTLS(*arguments)

    def dataReceived(self, data: bytes) -> None:
        """Pass on what the client says."""
        if self._is_stalled:
            return
        self._has_asked = self._has_asked or bool(_ASKED.search(data))
        is_mail = data.upper().startswith(b"MAIL FROM")
        if self._fault.name == "mail-deferred" and is_mail and data.count(b"\n") == 1:
            self.transport.write(DEFERRED)
        else:
            super().dataReceived(data)

    def write(self, data: bytes) -> None:
        """Pass on what the server says, until the client is logged in."""
        if not self._has_asked or not _SUCCESS[self._name].match(data):
            super().write(data)
            return
        self._has_asked = False
        match self._fault.name:
            case "mail-dropped":
                super().write(data)
                self.loseConnection()
            case "mail-bye":
                super().write(data + GOODBYE[self._name])
                self.loseConnection()
            case "mail-refused":
                tag = data.partition(b" ")[0]
                text = REFUSED[self._name]
                super().write(text % tag if b"%b" in text else text)
                self.loseConnection()
            case _:
                super().write(data)

    def writeSequence(self, data: Iterable[bytes]) -> None:
        """Pass on what the server says in pieces."""
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        """Hang up; TLS would wait for a producer first."""
        self.unregisterProducer()
        super().loseConnection()

    def connectionLost(self, reason: Any) -> None:  # noqa: ANN401  (Twisted's Failure)
        """Forget what was still to come."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self.transport is not None:
            super().connectionLost(reason)


def _ignore(_data: bytes) -> None:
    """Hear what a client says, and do nothing about it."""
