"""The parts of a message that IMAP's FETCH and POP's TOP name, byte for byte where they can be."""

import re
from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import Final

WIRE: Final = compat32.clone(linesep="\r\n", max_line_length=0)
"""Parts are written as they came."""
_FIELD: Final = re.compile(rb"[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


def split(content: bytes) -> tuple[bytes, bytes]:
    """Return a message's header, its closing empty line included, and its body."""
    if content.startswith(b"\r\n"):
        return content[:2], content[2:]
    header, separator, body = content.partition(b"\r\n\r\n")
    return header + (separator or b"\r\n"), body


def pick_fields(header: bytes, names: Sequence[bytes], *, negate: bool) -> bytes:
    """Return the header fields of these names, or all others, closed by an empty line."""
    wanted = {name.lower() for name in names}
    fields = [
        field
        for field in _FIELD.findall(header)
        if field != b"\r\n" and (field.partition(b":")[0].strip().lower() in wanted) != negate
    ]
    return b"".join(fields) + b"\r\n"


def find_part(content: bytes, numbers: Sequence[int]) -> bytes | None:
    """Return one body part with its MIME header, or None when there is no such part.

    Args:
        content: The whole message.
        numbers: The part's numbers, counted from 0: IMAP's `BODY[2.1]` is (1, 0).
    """
    part: Message = message_from_bytes(content)
    for depth, number in enumerate(numbers):
        if depth > 0 and part.get_content_type() == "message/rfc822":
            part = children(part)[0]
        below = children(part) if part.is_multipart() else [part]
        if number >= len(below):
            return None
        part = below[number]
    return part.as_bytes(policy=WIRE)


def take_lines(content: bytes, count: int) -> bytes:
    """Return the header and the first lines of the body."""
    header, body = split(content)
    return header + b"".join(body.splitlines(keepends=True)[:count])


def children(part: Message) -> list[Message]:
    """Return the parts right below one."""
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)]
