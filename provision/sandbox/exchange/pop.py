"""Exchange Online's POP3 on Twisted's line handling: two-step XOAUTH2, then the inbox."""

import logging
from collections.abc import Iterable
from typing import Final

from twisted.mail.pop3 import POP3, POP3Error

from provision.sandbox.exchange.admission import Admitted
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


class ExchangePop(POP3):
    """One connection."""

    AUTH_CMDS: list[bytes] = [b"CAPA", b"USER", b"PASS", b"AUTH", b"QUIT", b"NOOP"]  # noqa: RUF012  (Twisted's)
    magic = b"The provision sandbox's Exchange POP3 service is ready."
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
            self._hang_up()
            return
        match self._doorkeeper.admit("pop", line):
            case Admitted(mailbox=mailbox):
                self.mbox = Maildrop(self._store.inbox(mailbox))
                self.successResponse(b"User successfully authenticated.")
            case _:
                self.failResponse(_REFUSED)

    def do_AUTH(self, mechanism: bytes = b"", *rest: bytes) -> None:
        """Begin the two-step exchange; the one-line form is a protocol error."""
        if not mechanism:
            self._send_lines([b"XOAUTH2"])
        elif mechanism.upper() != b"XOAUTH2":
            self.failResponse(_REFUSED)
        elif rest:
            self._hang_up()  # the one-line form, which RFC 5034 allows and Exchange does not
        else:
            self.state = "AUTH"
            self.sendLine(b"+ ")

    def do_USER(self, _user: bytes = b"") -> None:
        """Ask for a password, which will not help."""
        self._user_is_named = True
        self.successResponse()

    def do_PASS(self, *_words: bytes) -> None:
        """Refuse every password."""
        if not self._user_is_named:
            raise POP3Error(b"PASS without USER")
        self.failResponse(_REFUSED)  # whatever it is: passwords let nobody in

    def do_CAPA(self) -> None:
        """Say what this server can do."""
        self._send_lines([b"TOP", b"UIDL", b"SASL XOAUTH2", b"USER"])

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
        self.transport.loseConnection()

    do_APOP = do_RPOP = do_LAST = None  # Twisted's, unknown to Exchange

    def _send_content(self, content: bytes) -> None:
        self._send_lines(content.removesuffix(b"\r\n").split(b"\r\n"))

    def _send_lines(self, lines: Iterable[bytes]) -> None:
        self.successResponse()
        for line in lines:
            self.sendLine(b"." + line if line.startswith(b".") else line)
        self.sendLine(b".")

    def _hang_up(self) -> None:
        self.failResponse(_PROTOCOL_ERROR)
        self.transport.loseConnection()
