"""What becomes of a submitted message: who may send it, who receives it, what is added to it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import format_datetime, getaddresses
from typing import TYPE_CHECKING, Final

from provision.sandbox.directory import Directory
from provision.sandbox.exchange.admission import find_account, may_send_as
from provision.sandbox.exchange.sections import split

if TYPE_CHECKING:
    from provision.sandbox.context import Context

LARGEST_MESSAGE: Final = 35 * 1024 * 1024
"""Exchange Online's default for sending.

https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#message-limits
"""

LARGEST_HEADER: Final = 256 * 1024
"""https://learn.microsoft.com/exchange/mail-flow/message-size-limits (MaxHeaderSize)"""

_LONGEST_AUTHORS: Final = 8192
"""Characters of From and Sender together; addresses are read slowly."""


@dataclass(frozen=True, slots=True)
class Denied:
    """A reply that refuses."""

    code: int
    text: str


TOO_LARGE: Final = Denied(552, "5.3.4 Message size exceeds fixed maximum message size")
_FULL: Final = Denied(
    554,
    "5.2.2 mailbox full; "
    "STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionQuotaExceeded",
)


@dataclass(frozen=True, slots=True)
class Submitted:
    """One message, as it came in."""

    owner: str
    """User principal name of the login."""
    envelope_sender: str
    """What MAIL FROM said; empty for the null sender."""
    recipients: tuple[str, ...]
    content: bytes
    size: int
    """More than the content's length when the message was too large to be kept."""


def check_recipient(directory: Directory, recipient: str) -> Denied | None:
    """Return why a recipient cannot be had, or None: only the sandbox's own mailboxes receive."""
    account = find_account(directory, recipient)
    if account is not None and account.has_mailbox:
        return None
    domains = {name.rpartition("@")[2] for name in directory.accounts} | {directory.domain.lower()}
    if recipient.rpartition("@")[2].lower() in domains:
        return Denied(
            550,
            "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        )
    return Denied(550, "5.7.1 Nothing leaves the sandbox: only its own mailboxes receive mail")


def check_message(directory: Directory, message: Submitted) -> Denied | None:
    """Return why a message is refused after its last line, or None.

    The envelope, From and Sender must be the login's own address or one that it may send as;
    Exchange looks at none of them before the message is there.
    """
    if message.size > LARGEST_MESSAGE:
        return TOO_LARGE
    denied = _check_standing(directory, message.owner)
    if denied is not None:
        return denied
    sender = message.envelope_sender
    if sender and not may_send_as(directory, message.owner, sender):
        return Denied(550, "5.7.60 SMTP; Client does not have permissions to send as this sender")
    return _check_header(directory, message)


def _check_standing(directory: Directory, owner: str) -> Denied | None:
    if directory.switches.sending_over_threshold:
        return Denied(550, "5.7.705 Access denied, tenant has exceeded threshold")
    account = find_account(directory, owner)
    if account is not None and account.sending_blocked:
        return Denied(550, "5.1.8 Access denied, bad outbound sender")
    if account is not None and account.mailbox_full:
        return _FULL
    return None


def _check_header(directory: Directory, message: Submitted) -> Denied | None:
    header = split(message.content)[0]
    if len(header) > LARGEST_HEADER:
        return Denied(552, "5.3.4 Header size exceeds fixed maximum size")
    try:
        authors = _addresses(message_from_bytes(header))
    except (RecursionError, ValueError):  # comments in comments in comments, and the like
        return Denied(554, "5.6.0 Invalid message content")
    for author in authors:
        if not may_send_as(directory, message.owner, author):
            shown = author.encode("ascii", "replace").decode("ascii")
            return Denied(
                554,
                f"5.2.252 SendAsDenied; {message.owner} not allowed to send as {shown}; "
                "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
            )
    return None


def _addresses(header: Message) -> list[str]:
    fields = [str(field) for name in ("from", "sender") for field in header.get_all(name, [])]
    if sum(map(len, fields)) > _LONGEST_AUTHORS:
        raise ValueError("too many authors")
    return [address for _, address in getaddresses(fields)]


def deliver(context: "Context", message: Submitted, queue_id: str) -> None:
    """Put a message into its recipients' inboxes and the login's Sent Items: one copy in memory.

    Source:
        https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements
    """
    if context.mail is None:
        return
    content = _trace(message, queue_id, context.clock.now()) + message.content
    for recipient in dict.fromkeys(name.lower() for name in message.recipients):
        context.mail.deliver(recipient, content)
    context.mail.keep_sent(message.owner, content)


def _trace(message: Submitted, queue_id: str, at: datetime) -> bytes:
    lines = [f"Received: by localhost with ESMTPSA id {queue_id}; {format_datetime(at)}"]
    header = message_from_bytes(split(message.content)[0])
    if header["message-id"] is None:
        lines.append(f"Message-ID: <{secrets.token_hex(16)}@localhost>")
    if header["date"] is None:
        lines.append(f"Date: {format_datetime(at)}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")
