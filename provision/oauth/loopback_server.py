"""The listener's sockets on this machine, and one request and one page over each connection."""

import errno
import logging
import socket
import socketserver
import threading
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Final, assert_never, cast

from provision.errors import RefusedError
from provision.oauth.authorization_request import ResponseMode
from provision.oauth.browser_request import BrowserRequest, InAddress, InBody, NoAnswer, find_answer
from provision.oauth.page import HEADERS, Page
from provision.oauth.redirect_receiver import Inbox

_LOG: Final = logging.getLogger(__name__)
_LARGEST_DRAINED: Final = 1024 * 1024
_CONNECTION_TIMEOUT: Final = 10.0
_TRIES: Final = 20
_ADDRESSES: Final = ("127.0.0.1", "::1")
_NO_SUCH_FAMILY: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class LoopbackServer(socketserver.ThreadingTCPServer):
    """One address of the listener; every connection has a thread, joined by `server_close`."""

    def __init__(self, address: str, port: int, inbox: Inbox[object], mode: ResponseMode) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.inbox = inbox
        self.mode = mode
        self.timeout = 0
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__((address, port), _Handler)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind, to IPv6 alone on an IPv6 address."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept, and remember the connection so that closing need not wait for it."""
        request, address = super().get_request()
        request.settimeout(_CONNECTION_TIMEOUT)
        with self._open_lock:
            self._open.add(request)
        return request, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close one connection."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_connection: object) -> None:
        """Note a connection that broke; nothing of it is printed."""
        _LOG.debug("a connection to the loopback listener broke")

    def server_close(self) -> None:
        """Stop listening, end idle connections and join their threads.

        Browsers open connections in advance and never use them. Only reading ends: an answer that
        is being written is finished.
        """
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):  # the browser was faster
                    connection.shutdown(socket.SHUT_RD)
        super().server_close()


def open_servers(
    inbox: Inbox[object],
    mode: ResponseMode,
    addresses: tuple[str, str] = _ADDRESSES,
    ports: Iterable[int] = (0,) * _TRIES,
) -> tuple[LoopbackServer, ...]:
    """Listen on every address that the machine has, on one port.

    Browsers try either address for `localhost`, so a port that is taken on one of them will not do.

    Args:
        inbox: Takes the answer.
        mode: How it comes.
        addresses: Of this machine; a family that it lacks is left out.
        ports: Tried in turn; 0 is a random one.

    Raises:
        RefusedError: The machine gives no such port.
    """
    reason = "no port is free on both addresses"
    for port in ports:
        try:
            return _open_on(port, addresses, inbox, mode)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                reason = error.strerror or type(error).__name__
                break
    raise RefusedError(
        f"listening on this machine for the sign-in's answer: {reason}",
        hint="sign in without a listener: provision authorize --paste",
    )


def _open_on(
    port: int, addresses: tuple[str, str], inbox: Inbox[object], mode: ResponseMode
) -> tuple[LoopbackServer, ...]:
    opened: list[LoopbackServer] = []
    try:
        for address in addresses:
            try:
                opened.append(LoopbackServer(address, port, inbox, mode))
            except OSError as error:
                is_last = address == addresses[-1]
                if error.errno not in _NO_SUCH_FAMILY or (is_last and not opened):
                    raise
            else:
                port = opened[-1].port
    except BaseException:
        for server in opened:
            server.server_close()
        raise
    return tuple(opened)


class _Handler(BaseHTTPRequestHandler):
    server_version = "provision"
    sys_version = ""

    def do_GET(self) -> None:
        """Take what is in the address."""
        self._serve()

    def do_HEAD(self) -> None:
        """Show that somebody is here."""
        self._serve()

    def do_POST(self) -> None:
        """Take what is in the body."""
        self._serve()

    @property
    def _listener(self) -> LoopbackServer:
        return cast("LoopbackServer", self.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (http.server's name)
        """Print nothing: a request line may carry the code."""

    def _serve(self) -> None:
        request = BrowserRequest(self.command, self.path, self.headers)
        match find_answer(request, self._listener.mode, self._listener.port):
            case Page() as page:
                # Read what is coming: closing on unread data would take the page away with it.
                self.rfile.read(min(request.length or 0, _LARGEST_DRAINED))
                self._show(page)
            case InAddress(form):
                self._deliver(form)
            case NoAnswer():
                self._show(self._listener.inbox.page())
            case InBody(length):
                self._deliver(self.rfile.read(length).decode("utf-8", errors="replace"))
            case found:
                assert_never(found)

    def _deliver(self, form: str) -> None:
        try:
            self._show(self._listener.inbox.take(form))
        finally:  # the answer counts even if the browser did not stay for the page
            self._listener.inbox.tell_shown()

    def _show(self, page: Page) -> None:
        content = page.html.encode()
        self.send_response(page.status)
        for name, value in HEADERS:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
