"""ENVELOPE, and what Twisted needs to know of a message to write its BODYSTRUCTURE."""

from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from io import BytesIO
from typing import Final

from provision.sandbox.exchange.sections import WIRE, children, split

_DEFAULTS: Final = {
    "content-type": "text/plain; charset=us-ascii",
    "content-transfer-encoding": "7bit",
}
Nested = str | None | list["Nested"]


def make_envelope(content: bytes) -> list[Nested]:
    """Return the ten fields of RFC 3501's ENVELOPE; empty Sender and Reply-To repeat From."""
    header = message_from_bytes(split(content)[0])
    sender = _addresses(header, "from")
    return [
        _text(header, "date"),
        _text(header, "subject"),
        sender,
        _addresses(header, "sender") or sender,
        _addresses(header, "reply-to") or sender,
        _addresses(header, "to"),
        _addresses(header, "cc"),
        _addresses(header, "bcc"),
        _text(header, "in-reply-to"),
        _text(header, "message-id"),
    ]


class MessagePart:
    """A message or body part behind the interface `twisted.mail.imap4.IMessagePart`."""

    def __init__(self, content: bytes, message: Message | None = None) -> None:
        self._message = message_from_bytes(content) if message is None else message
        self._body = split(content)[1]
        self._children = children(self._message) if self._message.is_multipart() else []

    def getHeaders(self, negate: object, *names: str) -> dict[str, str]:
        """Return fields by lower-case name; what MIME presumes is filled in."""
        wanted = {name.lower() for name in names}
        found = _DEFAULTS | {n.lower(): _text(self._message, n) or "" for n in self._message}
        return {name: value for name, value in found.items() if (name in wanted) != bool(negate)}

    def getBodyFile(self) -> BytesIO:
        """Return what follows the header."""
        return BytesIO(self._body)

    def getSize(self) -> int:
        """Return the number of bytes that follow the header."""
        return len(self._body)

    def isMultipart(self) -> bool:
        """Tell whether there are parts below this one."""
        return self._message.is_multipart()

    def getSubPart(self, part: int) -> "MessagePart":
        """Return the part of that number, counted from 0; IndexError past the last."""
        if self._message.get_content_type() == "message/rfc822":
            return MessagePart(self._body)
        found = self._children[part]
        return MessagePart(found.as_bytes(policy=WIRE), found)


def _text(header: Message, name: str) -> str | None:
    value = header.get(name)
    if value is None:
        return None
    # Envelope strings are ASCII; headers in raw 8 bit lose what has no place there.
    return " ".join(str(value).split()).encode("ascii", "replace").decode("ascii")


def _addresses(header: Message, name: str) -> Nested:
    values = [str(value) for value in header.get_all(name, [])]
    found: list[Nested] = []
    for display_name, address in getaddresses(values):
        local, at, domain = address.rpartition("@")
        if at:
            ascii_name = display_name.encode("ascii", "replace").decode("ascii")
            found.append([ascii_name or None, None, local, domain])
    return found or None
