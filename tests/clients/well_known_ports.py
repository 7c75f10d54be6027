"""Mail servers on their well-known ports, for clients that know no others."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from provision.sandbox.ready import Ready

_CHUNK = 65536


class _Forwarder(ThreadingTCPServer):
    """Hands each connection on to a port of this machine."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], target: int) -> None:
        super().__init__(address, _Connection)
        self.target = target


class _Connection(BaseRequestHandler):
    """One connection, both ways at once."""

    server: _Forwarder  # type: ignore[mutable-override]  # the one that makes it

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.target)) as onward:
            back = Thread(target=_pump, args=(onward, self.request))
            back.start()
            _pump(self.request, onward)
            back.join()


@contextmanager
def well_known_ports(ready: Ready) -> Iterator[str]:
    """Serve a sandbox's mail on 993, 995 and 587 of a loopback address that nobody else uses.

    Skips the test where only root may listen there.
    """
    address = f"127.{secrets.choice(range(16, 255))}.{secrets.randbelow(256)}.1"
    targets = {993: ready.imap.port, 995: ready.pop.port, 587: ready.smtp.port}
    with ExitStack() as stack:
        for port, target in targets.items():
            try:
                server = stack.enter_context(_Forwarder((address, port), target))
            except PermissionError:
                pytest.skip(f"only root may listen on port {port} here")
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield address


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # one side is gone, and the other learns it by its own end
        return
