"""A CONNECT proxy that leads Microsoft's names to a sandbox, and nothing else anywhere."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import cast

NAMES = ("login.microsoftonline.com", "graph.microsoft.com", "localhost")
"""The last one because the sandbox's next pages and metadata name the sandbox itself."""
_CHUNK = 65536


@dataclass
class ConnectProxy:
    """Where it listens, and which other names were asked for in vain."""

    port: int
    sandbox_port: int
    turned_away: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    proxy: ConnectProxy


class _Tunnel(StreamRequestHandler):
    """One connection: a CONNECT line, then bytes both ways."""

    def handle(self) -> None:
        proxy = cast("_Server", self.server).proxy
        words = self.rfile.readline().decode("latin-1").split()
        while self.rfile.readline().strip():
            pass
        name = words[1].partition(":")[0] if len(words) > 1 else ""
        if words[:1] != ["CONNECT"] or name not in NAMES:
            proxy.turned_away.append(name)
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", proxy.sandbox_port)) as far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = Thread(target=_pour, args=(far, self.connection), daemon=True)
            back.start()
            _pour(self.connection, far)
            back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(_CHUNK):
            target.sendall(content)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def connect_proxy(sandbox_port: int) -> Iterator[ConnectProxy]:
    """Run a proxy on a free port for as long as the block lasts."""
    with _Server(("127.0.0.1", 0), _Tunnel) as server:
        server.proxy = ConnectProxy(server.server_address[1], sandbox_port)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.proxy
        finally:
            server.shutdown()
            thread.join()
