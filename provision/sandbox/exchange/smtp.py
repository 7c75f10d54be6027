"""Exchange Online's SMTP submission on Twisted's: STARTTLS, XOAUTH2, then one mail at a time."""

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twisted.mail.smtp import ESMTP, Address, SMTPServerError, User
from twisted.python.failure import Failure

from provision.sandbox.exchange.admission import Admitted, Refused
from provision.sandbox.exchange.connection import GuardedConnection
from provision.sandbox.exchange.incoming_message import IncomingMessage
from provision.sandbox.exchange.login_refusals import (
    UNSPECIFIC,
    login_refusal,
    password_refusal,
)
from provision.sandbox.exchange.server_words import SMTP_WORDS
from provision.sandbox.exchange.submission import (
    LARGEST_MESSAGE,
    TOO_LARGE,
    Denied,
    Submitted,
    check_message,
    check_recipient,
    deliver,
)
from provision.sandbox.exchange.submission_limits import RECIPIENTS_PER_MESSAGE, SubmissionLimits
from provision.sandbox.exchange.xoauth2_login import Doorkeeper

if TYPE_CHECKING:
    from provision.sandbox.context import Context

_NEED_HELLO: Final = frozenset({b"AUTH", b"MAIL"})
_SIZE: Final = re.compile(rb"\sSIZE=(\d{1,20})(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Submissions:
    """What the connections of one server share."""

    context: "Context"
    doorkeeper: Doorkeeper
    limits: SubmissionLimits


class ExchangeSmtp(GuardedConnection, ESMTP):
    """One connection."""

    noisy = False

    def __init__(self, submissions: Submissions, tls: object) -> None:
        super().__init__({}, tls)
        self.host = b"localhost"
        self.owner = ""
        """User principal name of the login; empty before it."""
        self._submissions = submissions
        self._drops_the_rest = self._has_greeted = False
        self._to: list[object] = []
        self._recipients: list[str] = []

    def greeting(self) -> bytes:
        """Return the text after 220."""
        return b"localhost The provision sandbox's ESMTP MAIL service is ready"

    def extensions(self) -> dict[bytes, list[bytes] | None]:
        """Return what EHLO announces: AUTH only over TLS, and LOGIN although it lets nobody in."""
        offered: dict[bytes, list[bytes] | None] = {b"SIZE": [b"%d" % LARGEST_MESSAGE]}
        offered |= {b"PIPELINING": None, b"ENHANCEDSTATUSCODES": None}
        offered |= {b"AUTH": [b"LOGIN", b"XOAUTH2"]} if self.startedTLS else {b"STARTTLS": None}
        return offered | {b"8BITMIME": None}

    def connectionLost(self, reason: Failure) -> None:
        """Free the place among the connections of the mailbox."""
        if self.owner:
            self._submissions.limits.leave(self.owner, self)
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:
        """Take what arrives; what was sent in the clear behind STARTTLS is dropped unread."""
        super().dataReceived(data)
        if self._drops_the_rest:
            self._buffer, self._drops_the_rest = b"", False

    def lineReceived(self, line: bytes) -> None:
        """Take a line; within a message lines do not wind the clock, so that it must end."""
        if self.mode != "DATA":
            self.resetTimeout()
        if not (self._drops_the_rest or self.is_leaving):
            getattr(self, f"state_{self.mode}")(line)

    def lookupMethod(self, command: bytes) -> object:
        """Return what carries out a command; some need a greeting, after STARTTLS a second one."""
        if command.upper() in _NEED_HELLO and not self._has_greeted:
            return lambda _rest: self.sendCode(503, b"5.5.2 Send hello first")
        return super().lookupMethod(command) if command.isalpha() else None

    def sendCode(self, code: int, message: bytes = b"") -> None:
        """Send a reply in Exchange's words."""
        super().sendCode(code, SMTP_WORDS.get(message, message))

    def do_HELO(self, rest: bytes) -> None:
        """Greet the client, and forget the message that was begun."""
        self._say_hello(rest, [])

    def do_EHLO(self, rest: bytes) -> None:
        """Greet the client and say what this server can do."""
        self._say_hello(rest, self.listExtensions().split(b"\n"))

    def ext_STARTTLS(self, rest: bytes) -> None:
        """Begin TLS; whatever else came in the clear with this line was never said."""
        was_secure = self.startedTLS
        super().ext_STARTTLS(rest)
        self._drops_the_rest = self.startedTLS and not was_secure
        self._has_greeted = was_secure and self._has_greeted

    def ext_AUTH(self, rest: bytes) -> None:
        """Take XOAUTH2 in one step or begin it in two; passwords are refused."""
        mechanism, _, initial_response = rest.partition(b" ")
        if self.owner:
            self.sendCode(503, b"5.5.1 Already authenticated")
        elif self.startedTLS and mechanism.upper() in {b"LOGIN", b"PLAIN"}:
            self._refuse(password_refusal(self._submissions.context.directory.switches))
        elif not self.startedTLS or mechanism.upper() != b"XOAUTH2":
            self.sendCode(504, b"5.7.4 Unrecognized authentication type")
        elif initial_response:
            self._log_in(initial_response.strip())
        else:
            self.mode = "AUTH"
            self.sendCode(334)

    def state_AUTH(self, response: bytes) -> None:
        """Take the response of a two-step AUTH; `*` cancels it."""
        self.mode = "COMMAND"
        if response == b"*":
            self.sendCode(501, b"5.7.0 Authentication aborted")
        else:
            self._log_in(response)

    def do_MAIL(self, rest: bytes) -> None:
        """Begin a message, for those who logged in over TLS."""
        announced = _SIZE.search(rest)
        if not self.startedTLS:
            self.sendCode(451, b"5.7.3 STARTTLS is required to send mail")
        elif not self.owner:
            self.sendCode(530, b"5.7.57 Client not authenticated to send mail.")
        elif not rest.isascii():
            self.sendCode(501, b"5.1.7 Invalid address")
        elif announced and int(announced[1]) > LARGEST_MESSAGE:
            self.sendCode(TOO_LARGE.code, TOO_LARGE.text.encode())
        else:
            self._recipients = []
            super().do_MAIL(rest)

    def do_RCPT(self, rest: bytes) -> None:
        """Add a recipient."""
        if rest.isascii():
            super().do_RCPT(rest)
        else:
            self.sendCode(501, b"5.1.3 Invalid address")

    def do_DATA(self, rest: bytes) -> None:
        """Receive the message once, not once for each recipient."""
        self._to = self._to[:1]
        super().do_DATA(rest)

    def do_NOOP(self, _rest: bytes) -> None:
        """Do nothing."""
        self.sendCode(250, b"2.0.0 OK")

    def do_RSET(self, _rest: bytes) -> None:
        """Forget the message that was begun."""
        self._forget()
        self.sendCode(250, b"2.0.0 Resetting")

    def do_QUIT(self, _rest: bytes) -> None:
        """Say goodbye and hang up."""
        self.sendCode(221, b"2.0.0 Service closing transmission channel")
        self.hang_up()

    def do_UNKNOWN(self, _rest: bytes) -> None:
        """Refuse a command that does not exist."""
        self.sendCode(500, b"5.3.3 Unrecognized command")

    def say_idle(self) -> None:
        """Tell the client that it idled too long."""
        self.sendCode(451, b"4.7.0 Timeout waiting for client input")

    def say_too_long(self) -> None:
        """Tell the client that its line is too long."""
        self.sendCode(500, b"5.5.2 Line too long")

    def validateFrom(self, _helo: object, origin: Address) -> Address:
        """Accept any sender: whether the login may be them is judged with the message."""
        return origin

    def validateTo(self, user: User) -> object:
        """Add a recipient, and return what makes the receiver of the message."""
        denied = check_recipient(self._submissions.context.directory, str(user.dest))
        if denied is None and len(self._recipients) >= RECIPIENTS_PER_MESSAGE:
            denied = Denied(452, "4.5.3 Too many recipients")
        if denied is not None:
            raise SMTPServerError(denied.code, denied.text)
        self._recipients.append(str(user.dest))
        sender = str(user.orig)
        return lambda: IncomingMessage(
            Submitted(self.owner, sender, tuple(self._recipients), b"", 0), self._finish
        )

    def receivedHeader(self, *_about: object) -> None:
        """Add nothing here: the message gets its trace when it is delivered."""

    def _cbFromValidate(
        self, origin: Address, code: int = 250, msg: bytes = b"2.1.0 Sender OK"
    ) -> None:
        super()._cbFromValidate(origin, code, msg)

    def _cbToValidate(
        self,
        to: object,
        user: User | None = None,
        code: int = 250,
        msg: bytes = b"2.1.5 Recipient OK",
    ) -> None:
        super()._cbToValidate(to, user, code, msg)

    def _messageHandled(self, results: list[tuple[bool, object]]) -> None:
        _, outcome = results[0]
        if isinstance(outcome, Failure) and isinstance(outcome.value, SMTPServerError):
            self.sendCode(outcome.value.code, outcome.value.resp.encode())
        else:
            self.sendCode(250, f"2.0.0 OK <{outcome}> Queued mail for delivery".encode())

    def _finish(self, message: Submitted) -> Denied | str:
        shared = self._submissions
        denied = shared.limits.check(self.owner, self, len(message.recipients))
        denied = denied or check_message(shared.context.directory, message)
        if denied is not None:
            return denied
        queue_id = secrets.token_hex(8).upper()
        deliver(shared.context, message, queue_id)
        shared.limits.count(self.owner, len(message.recipients))
        return queue_id

    def _forget(self) -> None:
        self._from = None
        self._to = []

    def _say_hello(self, name: bytes, extensions: list[bytes]) -> None:
        peer = self.transport.getPeer().host
        self._helo = (name, peer.encode())
        self._has_greeted = True
        self._forget()
        greeting = f"localhost Hello [{peer}]".encode()
        self.sendCode(250, b"\n".join([greeting, *extensions]))

    def _log_in(self, response: bytes) -> None:
        match self._submissions.doorkeeper.admit("smtp", response):
            case Admitted(owner=owner):
                self.owner = owner
                self._submissions.limits.enter(owner, self)
                self.sendCode(235, b"2.7.0 Authentication successful")
            case Refused(reason):
                self._refuse(login_refusal(reason, self._submissions.context.directory.switches))
            case _:
                self._refuse(UNSPECIFIC)

    def _refuse(self, refusal: Denied) -> None:
        at = self._submissions.context.clock.now().isoformat(timespec="milliseconds")
        stamp = f"[localhost {at.replace('+00:00', 'Z')} {secrets.token_hex(8).upper()}]"
        self.sendCode(refusal.code, f"{refusal.text} {stamp}".encode())
