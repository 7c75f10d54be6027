"""Exchange Online's SMTP submission on Twisted's: STARTTLS, XOAUTH2, then one mail at a time."""

import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from twisted.internet.defer import Deferred, fail, succeed
from twisted.mail.smtp import ESMTP, Address, SMTPServerError, User
from twisted.python.failure import Failure

from provision.sandbox.exchange.admission import Admitted, Reason, Refused
from provision.sandbox.exchange.submission import (
    CONCURRENT_CONNECTIONS,
    LARGEST_MESSAGE,
    Denied,
    Submitted,
    check_message,
    check_recipient,
    deliver,
)
from provision.sandbox.exchange.xoauth2_login import Doorkeeper

if TYPE_CHECKING:
    from provision.sandbox.context import Context

_DISABLED: Final = {
    Reason.SMTP_DISABLED_FOR_TENANT: "Tenant",
    Reason.SMTP_DISABLED_FOR_MAILBOX: "Mailbox",
}
_TOO_MANY: Final = Denied(
    432,
    "4.3.2 Concurrent connections limit exceeded. "
    "Visit https://aka.ms/concurrent_sending for more information.",
)


@dataclass(slots=True)
class Submissions:
    """What the connections of one server share."""

    context: "Context"
    doorkeeper: Doorkeeper
    sessions: dict[str, list["ExchangeSmtp"]] = field(default_factory=lambda: defaultdict(list))
    """Logged-in connections by owner, the oldest first."""

    def is_over_the_limit(self, owner: str, session: "ExchangeSmtp") -> bool:
        """Tell whether a connection came when its mailbox already had as many as it may."""
        return session not in self.sessions[owner][:CONCURRENT_CONNECTIONS]


class ExchangeSmtp(ESMTP):
    """One connection."""

    noisy = False
    MAX_LENGTH = 65536

    def __init__(self, submissions: Submissions, tls: object) -> None:
        super().__init__({}, tls)
        self.host = b"localhost"
        self._submissions = submissions
        self._owner = ""

    def greeting(self) -> bytes:
        """Return the text after 220."""
        return b"localhost The provision sandbox's ESMTP MAIL service is ready"

    def extensions(self) -> dict[bytes, list[bytes] | None]:
        """Return what EHLO announces: AUTH only over TLS."""
        offered: dict[bytes, list[bytes] | None] = {b"SIZE": [b"%d" % LARGEST_MESSAGE]}
        offered |= {b"PIPELINING": None, b"ENHANCEDSTATUSCODES": None, b"8BITMIME": None}
        if self.startedTLS:
            return offered | {b"AUTH": [b"XOAUTH2"]}
        return offered | {b"STARTTLS": None}

    def connectionLost(self, reason: Failure) -> None:
        """Free the place among the connections of the mailbox."""
        if self._owner:
            self._submissions.sessions[self._owner].remove(self)
        super().connectionLost(reason)

    def ext_AUTH(self, rest: bytes) -> None:
        """Take XOAUTH2 in one step or begin it in two; passwords are refused."""
        mechanism, _, initial_response = rest.partition(b" ")
        if self._owner:
            self.sendCode(503, b"5.5.1 Already authenticated")
        elif self.startedTLS and mechanism.upper() in {b"LOGIN", b"PLAIN"}:
            self._refuse("5.7.139 Authentication unsuccessful, basic authentication is disabled.")
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
        if not self.startedTLS:
            self.sendCode(451, b"5.7.3 STARTTLS is required to send mail")
        elif not self._owner:
            self.sendCode(530, b"5.7.57 Client not authenticated to send mail.")
        else:
            super().do_MAIL(rest)

    def do_NOOP(self, _rest: bytes) -> None:
        """Do nothing."""
        self.sendCode(250, b"2.0.0 OK")

    def do_RSET(self, _rest: bytes) -> None:
        """Forget the message that was begun."""
        self._from = None
        self._to: list[object] = []
        self.sendCode(250, b"2.0.0 Resetting")

    def do_QUIT(self, _rest: bytes) -> None:
        """Say goodbye and hang up."""
        self.sendCode(221, b"2.0.0 Service closing transmission channel")
        self.transport.loseConnection()

    def do_UNKNOWN(self, _rest: bytes) -> None:
        """Refuse a command that does not exist."""
        self.sendCode(500, b"5.3.3 Unrecognized command")

    def validateFrom(self, _helo: object, origin: Address) -> Address:
        """Accept any sender: whether the login may be them is judged with the message."""
        return origin

    def validateTo(self, user: User) -> "Envelope":
        """Return what takes the message for one recipient."""
        denied = check_recipient(self._submissions.context.directory, str(user.dest))
        if denied is not None:
            raise SMTPServerError(denied.code, denied.text)
        return Envelope(self, str(user.orig), str(user.dest))

    def receivedHeader(self, *_about: object) -> None:
        """Add nothing here: the message gets its trace when it is delivered."""

    def judge(self, message: Submitted) -> Denied | None:
        """Return why a message is refused, or None."""
        if self._submissions.is_over_the_limit(self._owner, self):
            return _TOO_MANY
        return check_message(self._submissions.context.directory, message)

    def accept(self, message: Submitted) -> str:
        """Deliver a message and return the id it got."""
        queue_id = secrets.token_hex(8).upper()
        deliver(self._submissions.context, message, queue_id)
        return queue_id

    @property
    def owner(self) -> str:
        """User principal name of the login; empty before it."""
        return self._owner

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
        # Every recipient's copy is judged alike, so the first answer is everybody's.
        _, outcome = results[0]
        if isinstance(outcome, Failure) and isinstance(outcome.value, SMTPServerError):
            self.sendCode(outcome.value.code, outcome.value.resp.encode())
        else:
            self.sendCode(250, f"2.0.0 OK <{outcome}> Queued mail for delivery".encode())

    def _log_in(self, response: bytes) -> None:
        match self._submissions.doorkeeper.admit("smtp", response):
            case Admitted(owner=owner):
                self._owner = owner
                self._submissions.sessions[owner].append(self)
                self.sendCode(235, b"2.7.0 Authentication successful")
            case Refused(reason) if reason in _DISABLED:
                self._refuse(
                    "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled "
                    f"for the {_DISABLED[reason]}. "
                    "Visit https://aka.ms/smtp_auth_disabled for more information."
                )
            case _:
                self._refuse("5.7.3 Authentication unsuccessful")

    def _refuse(self, text: str) -> None:
        at = self._submissions.context.clock.now().isoformat(timespec="milliseconds")
        stamp = f"[localhost {at.replace('+00:00', 'Z')} {secrets.token_hex(8).upper()}]"
        self.sendCode(535, f"{text} {stamp}".encode())


class Envelope:
    """One recipient's copy of a message that is coming in, line by line."""

    def __init__(self, session: ExchangeSmtp, sender: str, recipient: str) -> None:
        self._session = session
        self._sender = sender
        self._recipient = recipient
        self._lines: list[bytes] = []

    def __call__(self) -> "Envelope":
        """Begin to receive, as Twisted asks it to at DATA."""
        return self

    def lineReceived(self, line: bytes) -> None:
        """Take one line without its end."""
        self._lines.append(line)

    def eomReceived(self) -> "Deferred[str]":
        """Judge and deliver the whole message."""
        content = b"".join(line + b"\r\n" for line in self._lines)
        message = Submitted(self._session.owner, self._sender, self._recipient, content)
        denied = self._session.judge(message)
        if denied is not None:
            return fail(SMTPServerError(denied.code, denied.text))
        return succeed(self._session.accept(message))

    def connectionLost(self) -> None:
        """Drop what came so far."""
        self._lines.clear()
