"""The loopback listener: a port on this machine that waits for one sign-in's answer."""

import selectors
import socket
import threading
from types import TracebackType
from typing import Self

from provision.oauth.authorization_request import ResponseMode
from provision.oauth.callback import Callback
from provision.oauth.loopback_server import LoopbackServer, open_servers
from provision.oauth.redirect_receiver import Inbox


class Listener:
    """Listens from entering the block until leaving it.

    Order of use: enter, make the sign-in with `redirect_uri`, `expect` its state, open the
    browser, `wait`, leave. Until the block is left a repeated answer gets the same page again.
    """

    def __init__(self, response_mode: ResponseMode = "form_post") -> None:
        self._mode: ResponseMode = response_mode
        self._inbox = Inbox()
        self._servers: tuple[LoopbackServer, ...] = ()
        self._thread: threading.Thread | None = None
        self._bell: socket.socket | None = None

    def __enter__(self) -> Self:
        self._servers = open_servers(self._inbox, self._mode)
        heard, self._bell = socket.socketpair()
        self._thread = threading.Thread(
            target=_serve, args=(self._servers, heard), name="oauth-listener", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def redirect_uri(self) -> str:
        """What the sign-in has to name; Entra ignores the port of `http://localhost`.

        Source:
            https://learn.microsoft.com/entra/identity-platform/reply-url
        """
        return f"http://localhost:{self._servers[0].port}"

    def expect(self, state: str) -> None:
        """Take the answer to the sign-in with this state; refuse all others with a page."""
        self._inbox.expect(state)

    def wait(self, timeout: float) -> Callback:
        """Return the code once the browser has brought it.

        Raises:
            SignInRequired: Nothing came; the hint explains what Microsoft shows on its own page.
            ProvisionError: What Entra answered instead.
        """
        return self._inbox.wait(timeout)

    def close(self) -> None:
        """Answer who has already connected, then stop and join every thread; may be repeated."""
        if self._thread is None or self._bell is None:
            return
        self._bell.close()
        self._thread.join()
        self._thread = None
        for server in self._servers:
            server.server_close()


def _serve(servers: tuple[LoopbackServer, ...], bell: socket.socket) -> None:
    with bell, selectors.DefaultSelector() as selector:
        selector.register(bell, selectors.EVENT_READ)
        for server in servers:
            selector.register(server, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            for server in servers:
                if server in ready:
                    server.handle_request()
            if ready == {bell}:
                return
