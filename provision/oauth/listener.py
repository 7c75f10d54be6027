"""The loopback listener: a port on this machine that waits for one answer of Entra's."""

import selectors
import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Generic, Self, TypeVar

from provision.oauth.admin_consent import ConsentGiven, ConsentRequest, accept_consent
from provision.oauth.authorization_request import ResponseMode
from provision.oauth.callback import Callback
from provision.oauth.loopback_server import LoopbackServer, open_servers
from provision.oauth.page import consented_page
from provision.oauth.redirect_receiver import Inbox, sign_in_inbox

_T = TypeVar("_T", covariant=True)  # noqa: PLC0105  (read only where it is used)


class Loopback(Generic[_T]):
    """Listens from entering the block until leaving it.

    Order of use: enter, make the sign-in with `redirect_uri`, `expect` its state, open the
    browser, `wait`, leave. Until the block is left a repeated answer gets the same page again.
    """

    def __init__(self, response_mode: ResponseMode, inbox: Inbox[_T]) -> None:
        self._mode: ResponseMode = response_mode
        self._inbox = inbox
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

    def wait(self, timeout: float) -> _T:
        """Return the answer once the browser has brought it.

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


class Listener(Loopback[Callback]):
    """Waits for the answer to a sign-in."""

    def __init__(self, response_mode: ResponseMode = "form_post") -> None:
        super().__init__(response_mode, sign_in_inbox())


class ConsentListener(Loopback[ConsentGiven]):
    """Waits for the answer to an administrator's consent link, which Entra gives as a query.

    Make the request with `redirect_uri`, then `expect_consent`, in place of `expect`.
    """

    def __init__(self) -> None:
        self._request: ConsentRequest | None = None
        super().__init__("query", Inbox(self._accept, consented_page))

    def expect_consent(self, request: ConsentRequest) -> None:
        """Take the answer to this request; refuse all others with a page."""
        self._request = request
        self.expect(request.state)

    def _accept(self, parameters: Mapping[str, str]) -> ConsentGiven:
        assert self._request is not None  # noqa: S101  (no state is expected before it)
        return accept_consent(parameters, self._request)


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
