"""What keeps one client from holding a connection, memory or the loop for ever."""

from abc import ABC, abstractmethod
from typing import Any, Final

from twisted.python.failure import Failure

LONGEST_LINE: Final = 65536
"""Far above any token; a longer line is refused, and the connection ended."""

_STALLED: Final = 600.0
"""Seconds that a client may leave unread what was written to it."""
_FAREWELL: Final = 10.0
"""Seconds that a client may take to read the last words and to hang up as well."""


class GuardedConnection(ABC):
    """Mixed in before a protocol of Twisted's that is a `LineReceiver` and has a `TimeoutMixin`.

    It is the producer of its own transport: while the client does not read, nothing more is taken
    from it. What its timer ends is first told so, and then cut off whether it listened or not.
    """

    MAX_LENGTH = LONGEST_LINE
    paused = False
    is_leaving = False
    transport: Any
    _is_minded = False
    _is_full = False
    _patience: float | None = None

    def connectionLost(self, reason: Failure) -> None:
        """Stop every clock."""
        super().connectionLost(reason)  # type: ignore[misc]  # Twisted's, as in all of these
        self._set_timeout(None)

    def dataReceived(self, data: bytes) -> None:
        """Take what arrives, unless goodbye was said: a TLS connection still delivers then.

        From here on it matters how fast the client reads. Not earlier: the greeting waits for the
        end of a TLS handshake, for which the client must be read.
        """
        if not self._is_minded:
            self._is_minded = True
            self.transport.registerProducer(self, streaming=True)
        if not self.is_leaving:
            super().dataReceived(data)  # type: ignore[misc]

    def pauseProducing(self) -> None:
        """Take nothing more: the client is slower than we are."""
        self._is_full = True
        self._patience = self._set_timeout(_STALLED)
        self.settle()

    def resumeProducing(self) -> None:
        """Go on: the client has read."""
        self._is_full = False
        if not self.is_leaving:
            self._set_timeout(self._patience)
        self.settle()

    def stopProducing(self) -> None:
        """Take nothing more, ever: the connection is gone."""
        self.paused = True

    def is_held(self) -> bool:
        """Tell whether nothing should be taken from the client now."""
        return self._is_full

    def settle(self) -> None:
        """Begin or cease to read, after something that `is_held` looks at has changed."""
        if self.is_held() == self.paused:
            return
        self.paused = self.is_held()
        if self.paused:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()
            self.dataReceived(b"")  # what had arrived before the pause

    def hang_up(self) -> None:
        """End the connection when the client has read what was said, or soon after."""
        self.is_leaving = True
        self.transport.unregisterProducer()
        self.transport.loseConnection()
        self._set_timeout(_FAREWELL)

    def timeoutConnection(self) -> None:
        """End a connection that idled too long."""
        if self.is_leaving:
            self.transport.abortConnection()
        else:
            self.say_idle()
            self.hang_up()

    def lineLengthExceeded(self, _line: bytes) -> None:
        """Refuse a line that does not end."""
        self.say_too_long()
        self.hang_up()

    @abstractmethod
    def say_idle(self) -> None:
        """Tell the client that it idled too long."""

    @abstractmethod
    def say_too_long(self) -> None:
        """Tell the client that its line is too long."""

    def _set_timeout(self, seconds: float | None) -> float | None:
        previous: float | None = self.setTimeout(seconds)  # type: ignore[attr-defined]
        return previous
