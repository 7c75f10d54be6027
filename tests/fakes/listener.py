"""A loopback listener without a socket: an answer is handed to it instead of sent."""

from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from provision.oauth.authorization_request import ResponseMode
from provision.oauth.callback import Callback
from provision.oauth.listener import Listener
from provision.oauth.redirect_receiver import sign_in_inbox


class MemoryListener(Listener):
    """Takes answers as the real one does, by the same inbox."""

    def __init__(self, response_mode: ResponseMode = "form_post") -> None:
        super().__init__(response_mode)
        self.response_mode = response_mode
        self.timeout = -1.0
        self.is_open = False
        self._taken = sign_in_inbox()

    def __enter__(self) -> Self:
        self.is_open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_open = False

    @property
    def redirect_uri(self) -> str:
        return "http://localhost:49152"

    def expect(self, state: str) -> None:
        self._taken.expect(state)

    def arrive(self, address: str) -> None:
        """Let a browser come to this address."""
        self._taken.take(urlsplit(address).query)
        self._taken.tell_shown()

    def wait(self, timeout: float) -> Callback:
        self.timeout = timeout
        return self._taken.wait(0)
