"""Exchange Online's POP3 on Twisted's line handling: two-step XOAUTH2, then the inbox."""

import logging
from collections.abc import Iterable
from typing import Final

from twisted.mail.pop3 import POP3, POP3Error
from twisted.protocols.basic import LineReceiver

from provision.sandbox.exchange.admission import Admitted
from provision.sandbox.exchange.connection import GuardedConnection
from provision.sandbox.exchange.pop_maildrop import Maildrop
from provision.sandbox.exchange.sections import take_lines
from provision.sandbox.exchange.store import MailStore
from provision.sandbox.exchange.xoauth2_login import Doorkeeper, parse_response

_LOG = logging.getLogger(__name__)

LONGEST_TOKEN: Final = 4096
"""Longer ones are a protocol error since July 2025. Reported: jstedfast/MailKit#1948."""

_REFUSED: Final = b"Authentication failure: unknown user name or bad password."
_PROTOCOL_ERROR: Final = b"Protocol error. Connection is closed. 10"
"""Reported: getmail6/getmail6#256."""
_AFTER_LOGIN: Final = 1800.0
"""Seconds; https://learn.microsoft.com/powershell/module/exchange/set-popsettings"""


class _PausablePop(POP3):
    """Twisted's POP3 with its other line receiver, which stops between two lines when asked."""

    line_mode = True
    paused = _busyReceiving = False
    dataReceived = LineReceiver.dataReceived


class ExchangePop(GuardedConnection, _PausablePop):
    """One connection."""

    timeOut = 60
    """Seconds before the login; Exchange's too."""
    AUTH_CMDS: list[bytes] = [b"CAPA", b"USER", b"PASS", b"AUTH", b"QUIT", b"NOOP"]  # noqa: RUF012  (Twisted's)
    magic = b"The provision sandbox's Exchange POP3 service is ready. [bG9jYWxob3N0]"
    mbox: Maildrop | None = None

    def __init__(self, doorkeeper: Doorkeeper, store: MailStore) -> None:
        self._doorkeeper = doorkeeper
        self._store = store
        self._user_is_named = False

    @property
    def maildrop(self) -> Maildrop:
        """The inbox; commands outside `AUTH_CMDS` only run when there is one."""
        if self.mbox is None:
            raise POP3Error(b"not logged in")
        return self.mbox

    def state_COMMAND(self, line: bytes) -> None:
        """Carry out a command; one that is unknown or malformed is refused, and no more."""
        try:
            self.processCommand(*line.split(b" "))
        except (POP3Error, TypeError, ValueError, LookupError) as error:
            _LOG.debug("pop: a command failed: %s", type(error).__name__)
            self.failResponse(b"Command is not valid in this state.")

    def state_AUTH(self, line: bytes) -> None:
        """Take the second line of AUTH; `*` cancels it."""
        self.state = "COMMAND"
        response = parse_response(line)
        if response is not None and len(response.token) > LONGEST_TOKEN:
            self._refuse_protocol()
            return
        match self._doorkeeper.admit("pop", line):
            case Admitted(mailbox=mailbox):
                self.mbox = Maildrop(self._store.inbox(mailbox))
                self.setTimeout(_AFTER_LOGIN)
                self.successResponse(b"User successfully authenticated.")
            case _:
                self.failResponse(_REFUSED)

    def do_AUTH(self, mechanism: bytes = b"", *rest: bytes) -> None:
        """Begin the two-step exchange; the one-line form is a protocol error."""
        if self.mbox is not None:
            raise POP3Error(b"AUTH after the login")
        if not mechanism:
            self._send_lines([b"PLAIN", b"XOAUTH2"])
        elif mechanism.upper() != b"XOAUTH2":
            self.failResponse(_REFUSED)
        elif rest:
            self._refuse_protocol()  # the one-line form: in RFC 5034, not in Exchange
        else:
            self.state = "AUTH"
            self.sendLine(b"+ ")

    def do_USER(self, _user: bytes = b"") -> None:
        """Ask for a password, which will not help."""
        if self.mbox is not None:
            raise POP3Error(b"USER after the login")
        self._user_is_named = True
        self.successResponse()

    def do_PASS(self, *_words: bytes) -> None:
        """Refuse every password."""
        if not self._user_is_named:
            raise POP3Error(b"PASS without USER")
        self.failResponse(_REFUSED)  # whatever it is: passwords let nobody in

    def do_CAPA(self) -> None:
        """Say what this server can do."""
        self._send_lines([b"TOP", b"UIDL", b"SASL PLAIN XOAUTH2", b"USER"])

    def do_STAT(self) -> None:
        """Count the messages."""
        sizes = [len(message.content) for _, message in self.maildrop.present()]
        self.successResponse(b"%d %d" % (len(sizes), sum(sizes)))

    def do_LIST(self, number: bytes | None = None) -> None:
        """List the sizes of messages."""
        if number is not None:
            message = self.maildrop.find(number)
            self.successResponse(b"%d %d" % (int(number), len(message.content)))
        else:
            self._send_lines(b"%d %d" % (n, len(m.content)) for n, m in self.maildrop.present())

    def do_UIDL(self, number: bytes | None = None) -> None:
        """List the unique ids of messages."""
        if number is not None:
            unique_id = self.maildrop.unique_id(self.maildrop.find(number))
            self.successResponse(b"%d %b" % (int(number), unique_id))
        else:
            drop = self.maildrop
            self._send_lines(b"%d %b" % (n, drop.unique_id(m)) for n, m in drop.present())

    def do_RETR(self, number: bytes) -> None:
        """Send a message."""
        self._send_content(self.maildrop.find(number).content)

    def do_TOP(self, number: bytes, count: bytes) -> None:
        """Send a message's header and its first lines."""
        if not count.isdigit():
            raise ValueError(count)
        self._send_content(take_lines(self.maildrop.find(number).content, int(count)))

    def do_DELE(self, number: bytes) -> None:
        """Mark a message for removal at QUIT."""
        self.maildrop.delete(self.maildrop.find(number))
        self.successResponse()

    def do_RSET(self) -> None:
        """Forget every mark."""
        self.maildrop.undelete()
        self.successResponse()

    def do_QUIT(self) -> None:
        """Remove what was marked, say goodbye and hang up."""
        if self.mbox is not None:
            self.mbox.commit()
        self.successResponse(b"The provision sandbox is signing off.")
        self.hang_up()

    do_APOP = do_RPOP = do_LAST = None  # Twisted's, unknown to Exchange

    def say_idle(self) -> None:
        """Tell the client that it idled too long."""
        self.failResponse(b"Connection is closed. 10")

    def say_too_long(self) -> None:
        """Tell the client that its line is too long."""
        self.failResponse(_PROTOCOL_ERROR)

    def _send_content(self, content: bytes) -> None:
        self._send_lines([content.removesuffix(b"\r\n")])

    def _send_lines(self, lines: Iterable[bytes]) -> None:
        self.successResponse()
        stuffed = b"".join(b"\r\n" + line for line in lines).replace(b"\r\n.", b"\r\n..")
        self.transport.write(stuffed[2:] + b"\r\n.\r\n" if stuffed else b".\r\n")

    def _refuse_protocol(self) -> None:
        self.failResponse(_PROTOCOL_ERROR)
        self.hang_up()
