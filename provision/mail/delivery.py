"""A message out by SMTP and found again by IMAP and POP; nothing is ever deleted."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provision.clock import Clock
from provision.cloud import Cloud
from provision.errors import UsageError
from provision.mail import imap, imap_messages, pop, pop_messages, smtp
from provision.mail.client_exceptions import Stopped, translated
from provision.mail.login_probe import TIMEOUT, mail_host
from provision.mail.probe_message import ProbeMessage, compose
from provision.mail.sasl import Login, login_for
from provision.mail.verdict import Verdict, proven, stopped_short
from provision.secret import Secret
from provision.tenant.mailbox import PROTOCOLS, Mailbox, Protocol

DEADLINE: Final = 120.0
"""Seconds that a message may be on its way."""
_FIRST_WAIT: Final = 0.25
_LONGEST_WAIT: Final = 8.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of one message."""

    message_id: str
    verdicts: tuple[Verdict, ...]
    """SMTP first, then each protocol that looked for the message."""


@dataclass(frozen=True, slots=True)
class Post:
    """What a delivery needs besides the mailbox."""

    cloud: Cloud
    context: ssl.SSLContext
    clock: Clock
    deadline: float = DEADLINE
    timeout: float = TIMEOUT


def deliver(mailbox: Mailbox, tokens: Mapping[Protocol, Secret], post: Post) -> Delivery:
    """Send one message from a mailbox to itself and look for it; it stays there.

    Args:
        mailbox: Sender and recipient.
        tokens: By protocol; SMTP must be among them, and IMAP or POP for the message to be found.
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
    message = compose(mailbox.address, post.clock.now())
    sent = _send(message, logins["smtp"], post)
    if not sent.is_ok:
        return Delivery(message.message_id, (sent,))
    readers = [login for protocol, login in logins.items() if protocol != "smtp"]
    found = tuple(_search(message, login, post) for login in readers)
    return Delivery(message.message_id, (sent, *found))


def _send(message: ProbeMessage, login: Login, post: Post) -> Verdict:
    host = mail_host(post.cloud, "smtp")
    try:
        with (
            smtp.session(host, post.context, login, post.timeout) as client,
            translated(login, "no_access"),
        ):
            answer = smtp.send(client, login, message.content)
    except Stopped as stopped:
        return stopped_short(login, stopped)
    return proven(login, f"message {message.message_id} accepted", (answer,))


def _search(message: ProbeMessage, login: Login, post: Post) -> Verdict:
    begun = post.clock.monotonic()
    try:
        content = _awaited(message, login, post)
    except Stopped as stopped:
        return stopped_short(login, stopped)
    if not message.is_in(content):
        return stopped_short(login, Stopped("altered", ()))
    seconds = post.clock.monotonic() - begun
    return proven(login, f"found after {seconds:.1f} s, {len(content)} octets, marker intact")


def _awaited(message: ProbeMessage, login: Login, post: Post) -> bytes:
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


def _fetch(message: ProbeMessage, login: Login, post: Post) -> bytes | None:
    host = mail_host(post.cloud, login.protocol)
    if login.protocol == "imap":
        with imap.session(host, post.context, login, post.timeout) as client:
            return imap_messages.fetch(client, login, message.message_id)
    with pop.session(host, post.context, login, post.timeout) as popper:
        return pop_messages.fetch(popper, login, message.message_id)
