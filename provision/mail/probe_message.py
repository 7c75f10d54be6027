"""The message that proves delivery: small, honest, and recognisable byte for byte."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final

SUBJECT: Final = "provision delivery check"
_TEXT: Final = """\
This message was sent by provision, from this mailbox to itself, to prove that
sending and receiving work. Nothing depends on it: delete it if you like.
"""


@dataclass(frozen=True, slots=True)
class ProbeMessage:
    """One message that no other can be taken for."""

    message_id: str
    """With its angle brackets."""
    marker: bytes
    """A line of the body."""
    content: bytes
    """Headers and body, lines ended by CRLF."""

    def is_in(self, content: bytes) -> bool:
        """Tell whether a message as it arrived still has the marker, byte for byte."""
        return self.marker in content.splitlines()


def compose(address: str, now: datetime) -> ProbeMessage:
    """Return a fresh message from a mailbox to itself."""
    unique = secrets.token_hex(16)
    message_id = f"<{unique}@provision.invalid>"
    marker = f"provision-marker: {unique}"
    lines = (
        f"From: <{address}>",
        f"To: <{address}>",
        f"Subject: {SUBJECT}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "Content-Transfer-Encoding: 7bit",
        "",
        *_TEXT.splitlines(),
        "",
        marker,
        "",
    )
    return ProbeMessage(message_id, marker.encode(), "\r\n".join(lines).encode())
