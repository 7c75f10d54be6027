"""The messages that prove delivery: documents of every awkward kind, recognisable byte for byte."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256, shake_256
from typing import Final, Literal

SUBJECT: Final = "provision delivery check"
LARGE: Final = 1_100_000
"""Octets of the largest attachment."""
_TEXT: Final = """\
This message was sent by provision, from this mailbox to itself, to prove that
sending and receiving work. Nothing depends on it: delete it if you like.
"""

SendOperation = Literal["Send with Document", "Send with Map of Attachments"]
"""As AEM's e-mail service calls them.

https://experienceleague.adobe.com/docs/experience-manager-65/forms/use-aem-forms/service-reference.html
"""


@dataclass(frozen=True, slots=True)
class Document:
    """One attachment."""

    name: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the digest of the content, in hexadecimal."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that no other can be taken for."""

    operation: SendOperation
    message_id: str
    """With its angle brackets."""
    documents: tuple[Document, ...]
    content: bytes
    """The whole message, lines ended by CRLF."""


def with_document(address: str, now: datetime) -> Outgoing:
    """Return a fresh message from a mailbox to itself, with one document."""
    unique = secrets.token_hex(16)
    form = f'<?xml version="1.0" encoding="UTF-8"?>\n<check unique="{unique}"/>\n'
    document = Document("form-data.xml", "application/xml", form.encode())
    return _composed("Send with Document", address, now, unique, (document,))


def with_map(address: str, now: datetime) -> Outgoing:
    """Return a fresh message from a mailbox to itself, with all that servers may spoil.

    Names beyond ASCII, with blanks and quotes; every octet there is; nothing at all; lines that end
    in CRLF, in LF, in neither; dots that begin a line; and more than a megabyte.
    """
    unique = secrets.token_hex(16)
    documents = (
        Document("all octets.bin", "application/octet-stream", bytes(range(256)) * 4),
        Document("Größe 表格.txt", "text/plain", f"Grüße\r\n{unique}\r\n".encode()),
        Document("unix lines.txt", "text/plain", b".\n..\n.dots begin lines\nand no end"),
        Document('the "quoted" name.csv', "text/csv", b"a;b\r\n\r\n \t\r\n1;2\r\n"),
        Document("empty.dat", "application/octet-stream", b""),
        Document("large.bin", "application/octet-stream", _noise(unique)),
    )
    return _composed("Send with Map of Attachments", address, now, unique, documents)


def _noise(unique: str) -> bytes:
    """Return octets that nobody can compress or guess, the same for the same message."""
    return shake_256(unique.encode()).digest(LARGE)


def _composed(
    operation: SendOperation,
    address: str,
    now: datetime,
    unique: str,
    documents: tuple[Document, ...],
) -> Outgoing:
    message_id = f"<{unique}@provision.invalid>"
    message = EmailMessage(policy=SMTP)
    message["From"] = message["To"] = f"<{address}>"
    message["Subject"] = SUBJECT
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_TEXT)
    for document in documents:
        main, _, sub = document.content_type.partition("/")
        message.add_attachment(document.content, maintype=main, subtype=sub, filename=document.name)
    return Outgoing(operation, message_id, documents, message.as_bytes())
