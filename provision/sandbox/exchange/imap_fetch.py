"""One FETCH response: the items a client named, as bytes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Final

from twisted.mail.imap4 import getBodyStructure

from provision.sandbox.exchange.sections import find_part, pick_fields, split
from provision.sandbox.exchange.store import StoredMessage
from provision.sandbox.exchange.structure import MessagePart, make_envelope

Item = Any
"""What Twisted's parser makes of a fetch item: an object with a `type`, untyped."""

Renderer = Callable[[StoredMessage], bytes]

_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


def marks_as_seen(item: Item) -> bool:
    r"""Tell whether fetching an item sets `\Seen`."""
    if item.type == "body":
        return not item.peek and _names_a_section(item)
    return bool(item.type in {"rfc822", "rfc822text"})


def renderers(items: list[Item], *, with_uid: bool, with_flags: bool) -> list[Renderer]:
    """Return what writes the items between the parentheses of a FETCH response.

    Args:
        items: What the client named.
        with_uid: Whether the UID is told even if it was not named.
        with_flags: The same for the flags, which the fetch itself may have changed.
    """
    named = {item.type for item in items}
    untold = {"uid": with_uid, "flags": with_flags}
    added = [name for name, is_wanted in untold.items() if is_wanted and name not in named]
    return [_renderer(item) for item in items] + [_ITEMS[name] for name in added]


def _renderer(item: Item) -> Renderer:
    if item.type == "body":
        return lambda message: _render_body(message.content, item)
    return _ITEMS[item.type]


def _flags(message: StoredMessage) -> bytes:
    return b"FLAGS (%b)" % " ".join(sorted(message.flags)).encode()


def internal_date(seconds: float) -> str:
    """Return an instant as IMAP's date-time; the names of months know no locale."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day:2d}-{_MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"


def _render_body(content: bytes, item: Item) -> bytes:
    if not _names_a_section(item):
        return b"BODY " + _structure(content, is_extended=False)
    section = _section(content, item)
    if item.partialBegin is None:
        return bytes(item) + b" " + (b"NIL" if section is None else _literal(section))
    name = bytes(item).partition(b"<")[0]
    begin = item.partialBegin
    piece = (section or b"")[begin : begin + item.partialLength]
    return name + b"<%d> " % begin + _literal(piece)


def _names_a_section(item: Item) -> bool:
    return bool(item.empty or item.header or item.text or item.mime)


def _section(content: bytes, item: Item) -> bytes | None:
    if item.part:
        part = find_part(content, item.part)
        if part is None:
            return None
        header, body = split(part)
        if item.mime:
            return header
        if item.empty:
            return body
        content = body  # HEADER and TEXT of a part speak of the message that is attached
    header, body = split(content)
    if item.text:
        return body
    if item.header:
        fields = item.header.fields
        return pick_fields(header, fields, negate=item.header.negate) if fields else header
    return content


def _structure(content: bytes, *, is_extended: bool) -> bytes:
    return render_nested(getBodyStructure(MessagePart(content), is_extended))


def render_nested(value: object) -> bytes:
    """Return strings, numbers, None and lists of them in IMAP's parentheses.

    Lists at the head of a list, which are the parts of a multipart or the addresses of a field,
    stand without spaces between them (RFC 3501 section 9, `body-type-mpart` and `env-from`).
    """
    if value is None:
        return b"NIL"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, str):
        return b'"%b"' % value.replace("\\", "\\\\").replace('"', '\\"').encode("ascii", "replace")
    items = list(value) if isinstance(value, Iterable) else []
    head = list(takewhile(lambda item: isinstance(item, list | tuple), items))
    rendered = [render_nested(item) for item in items]
    groups = [b"".join(rendered[: len(head)]), *rendered[len(head) :]]
    return b"(%b)" % b" ".join(groups if head else groups[1:])


def _literal(content: bytes) -> bytes:
    return b"{%d}\r\n%b" % (len(content), content)


_ITEMS: Final[Mapping[str, Renderer]] = {
    "bodystructure": lambda m: b"BODYSTRUCTURE " + _structure(m.content, is_extended=True),
    "envelope": lambda m: b"ENVELOPE " + render_nested(make_envelope(m.content)),
    "flags": _flags,
    "internaldate": lambda m: b'INTERNALDATE "%b"' % internal_date(m.received_at).encode(),
    "rfc822": lambda m: b"RFC822 " + _literal(m.content),
    "rfc822header": lambda m: b"RFC822.HEADER " + _literal(split(m.content)[0]),
    "rfc822size": lambda m: b"RFC822.SIZE %d" % len(m.content),
    "rfc822text": lambda m: b"RFC822.TEXT " + _literal(split(m.content)[1]),
    "uid": lambda m: b"UID %d" % m.uid,
}
"""By the `type` of Twisted's items; `body` has its own function."""
