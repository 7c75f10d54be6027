"""The three servers on both loopback addresses, with the sandbox's certificate."""

import errno
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from twisted.internet import reactor as installed_reactor
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.internet.protocol import Protocol, ServerFactory
from zope.interface import implementer

from provision.errors import UsageError
from provision.sandbox.exchange import MailPorts
from provision.sandbox.exchange.damage import damaged
from provision.sandbox.exchange.imap_mailbox import ExchangeImap
from provision.sandbox.exchange.pop import ExchangePop
from provision.sandbox.exchange.smtp import ExchangeSmtp, Submissions
from provision.sandbox.exchange.store import MailStore
from provision.sandbox.exchange.submission_limits import SubmissionLimits
from provision.sandbox.exchange.xoauth2_login import Doorkeeper

if TYPE_CHECKING:
    from provision.sandbox.certificates import TlsFiles
    from provision.sandbox.context import Context
    from provision.sandbox.faults.decisions import Faults

_BIND_ATTEMPTS = 20
_BACKLOG = 256
_reactor: Any = installed_reactor


@implementer(IOpenSSLServerConnectionCreator)
class _Tls:
    """The sandbox's certificate; Twisted's own options take objects that pyOpenSSL deprecates."""

    def __init__(self, files: "TlsFiles") -> None:
        self._context = SSL.Context(SSL.TLS_SERVER_METHOD)
        self._context.set_min_proto_version(SSL.TLS1_2_VERSION)
        self._context.use_certificate_chain_file(str(files.certificate_pem))
        self._context.use_privatekey_file(str(files.key_pem))

    def serverConnectionForTLS(self, _protocol: object) -> SSL.Connection:
        """Return the TLS half of a new connection."""
        return SSL.Connection(self._context, None)


class _Server(ServerFactory):
    """Makes one protocol object per connection."""

    noisy = False

    def __init__(self, name: str, make: Callable[[], Protocol], faults: "Faults") -> None:
        self.name = name
        self._make = make
        self._faults = faults

    def buildProtocol(self, _address: object) -> Protocol:
        """Return the protocol object of a new connection."""
        protocol = self._make()
        protocol.factory = self
        return damaged(protocol, self.name, self._faults, self)


def listen(context: "Context", tls: "TlsFiles", ports: MailPorts) -> MailPorts:
    """Bind all three servers and return their ports.

    Raises:
        UsageError: A port that was asked for is taken.
    """
    store = MailStore.open(context)
    context.mail = store
    doorkeeper = Doorkeeper(context)
    submissions = Submissions(context, doorkeeper, SubmissionLimits(context))
    credentials = _Tls(tls)
    faults = context.faults
    connections: Counter[str] = Counter()
    imap = _Server("imap", lambda: ExchangeImap(doorkeeper, store, connections), faults)
    pop = _Server("pop", lambda: ExchangePop(doorkeeper, store), faults)
    smtp = _Server("smtp", lambda: ExchangeSmtp(submissions, credentials), faults)
    return MailPorts(
        imap=_bind(imap, ports.imap, credentials),
        pop=_bind(pop, ports.pop, credentials),
        smtp=_bind(smtp, ports.smtp, None),
    )


def _bind(server: _Server, port: int, tls: _Tls | None) -> int:
    """Listen on 127.0.0.1 and, where there is IPv6, on ::1, with the same port."""
    name = server.name
    for _ in range(_BIND_ATTEMPTS if port == 0 else 1):
        first = _listen_on("127.0.0.1", name, port, server, tls)
        bound: int = first.getHost().port
        try:
            _open(bound, server, tls, "::1")
        except CannotListenError as error:
            if error.socketError.errno != errno.EADDRINUSE:  # no IPv6 on this machine
                return bound
            first.stopListening()
        else:
            return bound
    raise UsageError(f"sandbox: port {port or 'any'} for {name} is taken on ::1")


def _listen_on(address: str, name: str, port: int, server: _Server, tls: _Tls | None) -> Any:  # noqa: ANN401  (Twisted's ports have no public type)
    try:
        return _open(port, server, tls, address)
    except CannotListenError as error:
        raise UsageError(
            f"sandbox: cannot listen on {address} port {port} ({error.socketError.strerror})",
            hint=f"choose another `--{name}-port`, or none to take a free one",
        ) from error


def _open(port: int, server: _Server, tls: _Tls | None, address: str) -> Any:  # noqa: ANN401  (as above)
    if tls is None:
        return _reactor.listenTCP(port, server, backlog=_BACKLOG, interface=address)
    return _reactor.listenSSL(port, server, tls, backlog=_BACKLOG, interface=address)
