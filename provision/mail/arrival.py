"""A message as it came back, held against what was sent: names, content types, every byte."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from provision.mail.outgoing import Document, Outgoing

_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the standard library raises for a message that makes no sense."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One attachment: what was sent, and what came."""

    sent: Document
    came: Document | None
    """None when nothing like it did."""

    @property
    def differences(self) -> tuple[str, ...]:
        """Return what is not as it was sent, in words; nothing when all of it is."""
        sent, came = self.sent, self.came
        if came is None:
            return ("did not arrive",)
        sizes = f"{len(sent.content):,} octets became {len(came.content):,}"
        digests = f"SHA-256 {sent.sha256[:12]}… became {came.sha256[:12]}…"
        kinds = f"{came.content_type} instead of {sent.content_type}"
        found = (
            (sent.name != came.name, f"arrived under the name {came.name!r}"),
            (sent.content_type != came.content_type, f"arrived as {kinds}"),
            (sent.sha256 != came.sha256, f"arrived with other content: {sizes}, {digests}"),
        )
        return tuple(words for differs, words in found if differs)


def compare(sent: Outgoing, content: bytes) -> tuple[Arrival, ...]:
    """Return each attachment beside what came for it: by its name, or else by its content."""
    left = _attachments(content)
    arrivals = []
    for document in sent.documents:
        came = next((d for d in left if d.name == document.name), None)
        came = came or next((d for d in left if d.sha256 == document.sha256), None)
        if came is not None:
            left.remove(came)
        arrivals.append(Arrival(document, came))
    return tuple(arrivals)


def _attachments(content: bytes) -> list[Document]:
    """Return what a message carries, wherever a gateway may have put it."""
    try:
        message = message_from_bytes(content, policy=default)
        return list(_documents(message))
    except _BROKEN:
        return []


def _documents(message: EmailMessage) -> Iterator[Document]:
    for part in message.walk():
        name = part.get_filename()
        if name is None and part.get_content_disposition() != "attachment":
            continue
        payload = part.get_payload(decode=True)
        octets = payload if isinstance(payload, bytes) else b""
        yield Document(name or "", part.get_content_type(), octets)
