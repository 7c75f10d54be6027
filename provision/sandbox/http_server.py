"""The web server under Entra and Graph: TLS on both loopback addresses, one port."""

import asyncio
import contextlib
import errno
import logging
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from provision.errors import UsageError
from provision.sandbox.certificates import TlsFiles
from provision.sandbox.fault_injection import ABORT

_BIND_ATTEMPTS: Final = 20
_LAST_REQUESTS: Final = 1
"""Seconds that requests in flight get when the sandbox ends."""
_IDLE: Final = 120
"""Seconds that an unused connection is kept: longer than any client of ours pauses."""


_RESET: Final = struct.pack("ii", 1, 0)
"""`SO_LINGER` with no time: the connection ends with RST instead of FIN."""


class _Config(uvicorn.Config):
    """uvicorn's, with what a new connection asks first."""

    closes_connection: Callable[[], bool]


class _Protocol(H11Protocol):
    """HTTP/1.1 over a connection that the application can cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Let every request of this connection reach the transport's `abort`."""
        super().connection_made(transport)
        # asyncio does it only for sockets that were opened with an explicit protocol number.
        # Without it head and body of an answer, two writes, are 40 ms apart.
        opened = transport.get_extra_info("socket")
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = self.app

        def abort(is_reset: bool) -> None:  # noqa: FBT001  (nobody else calls it)
            if is_reset:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()

        if isinstance(self.config, _Config) and self.config.closes_connection():
            abort(False)  # noqa: FBT003  (as above)
            return

        async def with_abort(scope: Scope, receive: Receive, send: Send) -> None:
            scope[ABORT] = abort
            await app(scope, receive, send)

        self.app = with_abort


class HttpServer(uvicorn.Server):
    """uvicorn that leaves the signals to us and tells when it listens."""

    def __init__(
        self, application: ASGIApp, tls: TlsFiles, closes_connection: Callable[[], bool]
    ) -> None:
        logging.getLogger("uvicorn.access").propagate = False
        config = _Config(
            application,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            ssl_certfile=tls.certificate_pem,
            ssl_keyfile=tls.key_pem,
            timeout_graceful_shutdown=_LAST_REQUESTS,
            timeout_keep_alive=_IDLE,
        )
        config.closes_connection = closes_connection
        super().__init__(config)
        self.listens = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signal handlers alone."""
        yield

    async def wait_until_listening(self, serving: "asyncio.Task[None]") -> None:
        """Return when connections are taken; raise what ended `serving` before that."""
        listening = asyncio.create_task(self.listens.wait())
        await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        if not self.listens.is_set():
            listening.cancel()
            await serving

    def finish(self) -> None:
        """End soon, after the requests in flight."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        await super().startup(sockets)
        self.listens.set()


def bind_loopback(port: int) -> list[socket.socket]:
    """Return sockets on 127.0.0.1 and, where there is IPv6, on ::1, with the same port."""
    for _ in range(_BIND_ATTEMPTS if port == 0 else 1):
        try:
            first = socket.create_server(("127.0.0.1", port))
        except OSError as error:
            raise _port_taken(port, error) from error
        try:
            bound = first.getsockname()[1]
            return [first, socket.create_server(("::1", bound), family=socket.AF_INET6)]
        except OSError as error:
            if not _is_taken(error):  # no IPv6 on this machine
                return [first]
            first.close()
    raise UsageError(f"sandbox: port {port or 'any'} is taken on ::1")


def _is_taken(error: OSError) -> bool:
    return error.errno == errno.EADDRINUSE


def _port_taken(port: int, error: OSError) -> UsageError:
    return UsageError(
        f"sandbox: cannot listen on 127.0.0.1 port {port} ({error.strerror})",
        hint="choose another `--port`, or none to take a free one",
    )


def close_all(sockets: list[socket.socket]) -> None:
    """Close sockets, open or not."""
    for opened in sockets:
        opened.close()
