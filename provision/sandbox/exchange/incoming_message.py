"""One submitted message while it comes in, line by line, for all of its recipients."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from twisted.internet.defer import Deferred, fail, succeed
from twisted.mail.smtp import SMTPServerError

from provision.sandbox.exchange.submission import LARGEST_MESSAGE, Denied, Submitted


class IncomingMessage:
    """Twisted's `IMessage`; Twisted would have one for each recipient."""

    def __init__(self, begun: Submitted, finish: Callable[[Submitted], Denied | str]) -> None:
        self._begun = begun
        self._finish = finish
        self._content = BytesIO()
        self._size = 0

    def lineReceived(self, line: bytes) -> None:
        """Take one line without its end; what is over the limit is counted and not kept."""
        self._size += len(line) + 2
        if self._size <= LARGEST_MESSAGE:
            self._content.write(line + b"\r\n")

    def eomReceived(self) -> "Deferred[str]":
        """Hand over the whole message, and return its id or why it is refused."""
        content = self._content.getvalue()
        outcome = self._finish(replace(self._begun, content=content, size=self._size))
        if isinstance(outcome, Denied):
            return fail(SMTPServerError(outcome.code, outcome.text))
        return succeed(outcome)

    def connectionLost(self) -> None:
        """Drop what came so far."""
        self._content.close()
