"""AEM's three operations: send one document, send several, and receive them byte for byte."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from provision.clock import Clock
from provision.cloud import Cloud
from provision.errors import UsageError
from provision.mail import imap, imap_messages, pop, pop_messages, smtp
from provision.mail.arrival import Arrival, compare
from provision.mail.client_exceptions import Stopped, translated
from provision.mail.login_probe import TIMEOUT, mail_host
from provision.mail.outgoing import Outgoing, SendOperation, with_document, with_map
from provision.mail.sasl import Login, login_for
from provision.mail.verdict import Verdict, proven, stopped_short
from provision.secret import Secret
from provision.tenant.mailbox import PROTOCOLS, Mailbox, Protocol

DEADLINE: Final = 120.0
"""Seconds that a message may be on its way."""
_FIRST_WAIT: Final = 0.25
_LONGEST_WAIT: Final = 8.0


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of AEM's e-mail service, and what came of it."""

    name: SendOperation | Literal["Receive"]
    verdict: Verdict
    message_ids: tuple[str, ...]
    arrivals: tuple[Arrival, ...] = ()
    """Each attachment that was looked for; empty for what sends."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was sent, and what each protocol gave back."""

    operations: tuple[Operation, ...]
    """In the order in which they were done; the first that cannot send is the last to try."""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return one verdict an operation."""
        return tuple(operation.verdict for operation in self.operations)


@dataclass(frozen=True, slots=True)
class Post:
    """What a delivery needs besides the mailbox."""

    cloud: Cloud
    context: ssl.SSLContext
    clock: Clock
    deadline: float = DEADLINE
    timeout: float = TIMEOUT


def deliver(mailbox: Mailbox, tokens: Mapping[Protocol, Secret], post: Post) -> Delivery:
    """Send two messages from a mailbox to itself and receive them; they stay there.

    Args:
        mailbox: Sender and recipient.
        tokens: By protocol; SMTP must be among them, and IMAP or POP for anything to be received.
        post: Where, and how long.

    Raises:
        UsageError: There is no token for SMTP, or the cloud has no host for a protocol.
    """
    if "smtp" not in tokens:
        raise UsageError(
            f"mailbox {mailbox.address}: sending needs the protocol smtp",
            hint="add smtp to the mailbox's `protocols`, or verify without --send",
        )
    logins = {p: login_for(mailbox, p, tokens[p]) for p in PROTOCOLS if p in tokens}
    now = post.clock.now()
    sent, done = [], []
    for message in (with_document(mailbox.address, now), with_map(mailbox.address, now)):
        operation = _send(message, logins["smtp"], post)
        done.append(operation)
        if not operation.verdict.is_ok:
            break
        sent.append(message)
    readers = [login for protocol, login in logins.items() if protocol != "smtp"]
    received = [_receive(sent, login, post) for login in readers if sent]
    return Delivery((*done, *received))


def _send(message: Outgoing, login: Login, post: Post) -> Operation:
    host, ids = mail_host(post.cloud, "smtp"), (message.message_id,)
    try:
        with (
            smtp.session(host, post.context, login, post.timeout) as client,
            translated(login, "no_access"),
        ):
            answer = smtp.send(client, login, message.content)
    except Stopped as stopped:
        return Operation(message.operation, stopped_short(login, stopped), ids)
    count, size = len(message.documents), len(message.content)
    what = f"{count} attachment{'' if count == 1 else 's'} in {size:,} octets accepted"
    return Operation(message.operation, proven(login, what, (answer,)), ids)


def _receive(messages: list[Outgoing], login: Login, post: Post) -> Operation:
    begun = post.clock.monotonic()
    arrivals: list[Arrival] = []
    ids = tuple(message.message_id for message in messages)
    try:
        for message in messages:
            arrivals.extend(compare(message, _awaited(message, login, post)))
    except Stopped as stopped:
        return Operation("Receive", stopped_short(login, stopped), ids, tuple(arrivals))
    verdict = _verdict(login, arrivals, post.clock.monotonic() - begun)
    return Operation("Receive", verdict, ids, tuple(arrivals))


def _verdict(login: Login, arrivals: list[Arrival], seconds: float) -> Verdict:
    if any(arrival.differences for arrival in arrivals):
        return stopped_short(login, Stopped("altered", ()))
    octets = sum(len(arrival.sent.content) for arrival in arrivals)
    what = f"{len(arrivals)} attachments of {octets:,} octets are byte for byte as sent"
    return proven(login, f"{what}, after {seconds:.1f} s")


def _awaited(message: Outgoing, login: Login, post: Post) -> bytes:
    """Return the message once it is there, waiting longer each time.

    Raises:
        Stopped: The deadline passed, or the mailbox cannot be read.
    """
    give_up_at = post.clock.monotonic() + post.deadline
    wait = _FIRST_WAIT
    while (content := _fetch(message, login, post)) is None:
        if post.clock.monotonic() + wait > give_up_at:
            raise Stopped("missing", ())
        post.clock.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)
    return content


def _fetch(message: Outgoing, login: Login, post: Post) -> bytes | None:
    host = mail_host(post.cloud, login.protocol)
    if login.protocol == "imap":
        with imap.session(host, post.context, login, post.timeout) as client:
            return imap_messages.fetch(client, login, message.message_id)
    with pop.session(host, post.context, login, post.timeout) as popper:
        return pop_messages.fetch(popper, login, message.message_id)
