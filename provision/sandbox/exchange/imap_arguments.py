"""IMAP's lines and arguments: Twisted's parser, with what it lacks and with Exchange's refusals."""

import re
from collections.abc import Awaitable
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.mail.imap4 import IllegalClientResponse, IMAP4Exception, IMAP4Server

from provision.sandbox.exchange.connection import GuardedConnection
from provision.sandbox.exchange.number_set import NumberSet, NumberSetInvalid
from provision.sandbox.exchange.submission import LARGEST_MESSAGE

Argument = tuple[object, bytes] | Awaitable[tuple[object, bytes]]
"""What was read, and the rest of the line; later, where a literal has to arrive first."""

ARGUMENT_ERROR: Final = b"Command Argument Error. 11"
INVALID_STATE: Final = b"Command received in Invalid state."
NOT_CONNECTED: Final = b"User is authenticated but not connected."
UNKNOWN_COMMAND: Final = b"Command Error. 10"

_KNOWN: Final = frozenset({ARGUMENT_ERROR, INVALID_STATE, NOT_CONNECTED, UNKNOWN_COMMAND})
_NO_COMMAND: Final = frozenset({b"Missing command", b"Null command", b"Unsupported command"})
_LITERAL: Final = re.compile(rb"\{(\d{1,10})(\+?)\}$")
_QUOTED: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"(?: |$)')


class ImapArguments(GuardedConnection, IMAP4Server):
    """One connection, as far as lines and their parts go."""

    _is_announced = False
    """The client sends its literal without waiting (RFC 7888)."""
    _is_unwanted = False
    """It does so with one that nobody will take."""

    def lineReceived(self, line: bytes) -> None:
        """Take a line; what cannot be understood at all is refused without a tag."""
        self.resetTimeout()
        try:
            getattr(self, f"parse_{self.parseState}")(line)
        except (IMAP4Exception, ValueError, LookupError, TypeError, AttributeError):
            self.sendBadResponse()

    def rawDataReceived(self, data: bytes) -> None:
        """Take a piece of a literal; it does not wind the clock, so that a literal must end."""
        rest = self._pendingLiteral.write(data)
        if rest is not None:
            self.setLineMode(rest)

    def lookupCommand(self, command: bytes) -> object:
        """Return what carries out a command in this state."""
        return super().lookupCommand(command) if command.isalpha() else None

    def dispatchCommand(
        self, tag: bytes, cmd: bytes, rest: bytes | None, uid: int | None = None
    ) -> None:
        """Carry out a command, or tell that it is unknown or out of place."""
        if self.lookupCommand(cmd) is not None:
            super().dispatchCommand(tag, cmd, rest, uid)
            return
        elsewhere = cmd.isalpha() and any(
            hasattr(self, f"{state}_{cmd.decode()}") for state in ("unauth", "auth", "select")
        )
        self.refuse(tag, INVALID_STATE if elsewhere else UNKNOWN_COMMAND, rest)

    def refuse(self, tag: bytes, message: bytes, rest: bytes | None) -> None:
        """Refuse a command; one whose literal comes unasked, and unwanted, ends the connection."""
        literal = _LITERAL.search(rest or b"")
        self._is_unwanted = bool(literal and literal[2])
        self.sendBadResponse(tag, message)

    def sendBadResponse(self, tag: bytes | None = None, message: bytes = ARGUMENT_ERROR) -> None:
        """Refuse in Exchange's words: Twisted's would tell how it is made."""
        known = message if message in _KNOWN else ARGUMENT_ERROR
        super().sendBadResponse(tag, UNKNOWN_COMMAND if message in _NO_COMMAND else known)
        if self._is_unwanted:
            self.say_bye()
            self.hang_up()

    def sendContinuationRequest(self, msg: bytes = b"") -> None:
        """Ask for a literal, unless it comes by itself."""
        if self._is_announced:
            self._is_announced = False
        else:
            super().sendContinuationRequest(msg)

    def say_bye(self) -> None:
        """Tell the client that the connection ends."""
        self.sendUntaggedResponse(b"BYE Connection closed. 14")

    def say_idle(self) -> None:
        """Tell the client that it idled too long."""
        self.say_bye()

    def say_too_long(self) -> None:
        """Tell the client that its line is too long."""
        self.sendBadResponse()
        self.say_bye()

    def arg_word(self, line: bytes) -> Argument:
        """Read an atom, a quoted string with its escapes, or a literal."""
        quoted = _QUOTED.match(line)
        if quoted:
            return re.sub(rb"\\(.)", rb"\1", quoted[1]), line[quoted.end() :]
        if not line.startswith(b"{"):
            return self.arg_astring(line)  # type: ignore[no-any-return]
        arrived = self.arg_astring(self._expected(line, self._literalStringLimit))
        arrived.addCallback(lambda pair: (pair[0], pair[1].removeprefix(b" ")))
        return arrived  # type: ignore[no-any-return]

    def arg_last_word(self, line: bytes) -> Argument:
        """Read the same at the end of a line, where the literal may be empty."""
        return (
            (b"", b"")
            if _LITERAL.match(line) and int(line[1:-1].rstrip(b"+")) == 0
            else (self.arg_word(line))
        )

    def arg_message(self, line: bytes) -> Argument:
        """Read the literal that is a message."""
        return self.arg_literal(self._expected(line, LARGEST_MESSAGE))  # type: ignore[no-any-return]

    def arg_numbers(self, line: bytes) -> Argument:
        """Read a set of sequence numbers or UIDs."""
        numbers, _, rest = line.partition(b" ")
        try:
            return NumberSet.parse(numbers), rest
        except NumberSetInvalid as error:
            raise IllegalClientResponse(str(error)) from error

    def arg_query(self, line: bytes) -> Argument:
        """Read SEARCH's keys, for which literals may have to arrive first."""
        return self._query(b"", line)

    def _query(self, so_far: bytes, line: bytes) -> Argument:
        if _LITERAL.search(line) is None:
            return self.arg_searchkeys(so_far + line)  # type: ignore[no-any-return]
        expected = self._expected(line, self._literalStringLimit)
        size = int(_LITERAL.search(expected)[1])  # type: ignore[index]
        arrived: Deferred[Any] = self._stringLiteral(size)
        arrived.addCallback(
            lambda pair: self._query(so_far + expected + b"\r\n" + pair[0], pair[1])
        )
        return arrived  # type: ignore[no-any-return]

    def _expected(self, line: bytes, limit: int) -> bytes:
        literal = _LITERAL.search(line)
        if literal is None:
            raise IllegalClientResponse("the literal has no size")
        if int(literal[1]) > limit:
            self._is_unwanted = bool(literal[2])
            raise IllegalClientResponse("the literal is too long")
        self._is_announced = bool(literal[2])
        return line[: literal.start()] + b"{%b}" % literal[1]
