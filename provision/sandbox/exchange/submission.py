"""What becomes of a submitted message: who may send it, who receives it, what is added to it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
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

CONCURRENT_CONNECTIONS: Final = 3
"""Per mailbox. https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements"""


@dataclass(frozen=True, slots=True)
class Denied:
    """A reply that refuses."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """One message for one recipient, as it came in."""

    owner: str
    """User principal name of the login."""
    envelope_sender: str
    """What MAIL FROM said; empty for the null sender."""
    recipient: str
    content: bytes


def check_recipient(directory: Directory, recipient: str) -> Denied | None:
    """Return why a recipient cannot be had, or None: only the sandbox's own mailboxes receive."""
    if find_account(directory, recipient) is not None:
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

    Both the envelope and the From header must be the login's own address or one that it may send
    as; Exchange looks at neither before the message is there.
    """
    if len(message.content) > LARGEST_MESSAGE:
        return Denied(552, "5.3.4 Message size exceeds fixed maximum message size")
    sender = message.envelope_sender
    if sender and not may_send_as(directory, message.owner, sender):
        return Denied(550, "5.7.60 SMTP; Client does not have permissions to send as this sender")
    fields = message_from_bytes(split(message.content)[0]).get_all("from", [])
    for _, author in getaddresses([str(field) for field in fields]):
        if not may_send_as(directory, message.owner, author):
            shown = author.encode("ascii", "replace").decode("ascii")
            return Denied(
                554,
                f"5.2.252 SendAsDenied; {message.owner} not allowed to send as {shown}; "
                "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
            )
    return None


def deliver(context: "Context", message: Submitted, queue_id: str) -> None:
    """Put a message into its recipient's inbox."""
    if context.mail is not None:
        added = _trace(message, queue_id, context.clock.now())
        context.mail.deliver(message.recipient, added + message.content)


def _trace(message: Submitted, queue_id: str, at: datetime) -> bytes:
    lines = [
        f"Received: by localhost with ESMTPSA id {queue_id}",
        f"\tfor <{message.recipient}>; {format_datetime(at)}",
    ]
    header = message_from_bytes(split(message.content)[0])
    if header["message-id"] is None:
        lines.append(f"Message-ID: <{secrets.token_hex(16)}@localhost>")
    if header["date"] is None:
        lines.append(f"Date: {format_datetime(at)}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")
