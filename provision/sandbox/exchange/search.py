"""IMAP's SEARCH: a parsed query becomes a test, and the test is asked of each message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final

from provision.sandbox.exchange.number_set import NumberSet
from provision.sandbox.exchange.sections import split
from provision.sandbox.exchange.store import StoredMessage

Query = list["bytes | Query"]
"""Words and parenthesised lists, as Twisted's parser leaves them."""


class QueryInvalid(ValueError):
    """A search key that is unknown, or lacks its argument."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message and its place in the folder that is searched."""

    sequence: int
    message: StoredMessage
    last_sequence: int
    last_uid: int


Test = Callable[[Candidate], bool]

_FLAGS: Final[Mapping[bytes, str]] = {
    b"ANSWERED": "\\Answered",
    b"DELETED": "\\Deleted",
    b"DRAFT": "\\Draft",
    b"FLAGGED": "\\Flagged",
    b"RECENT": "\\Recent",
    b"SEEN": "\\Seen",
}
_HEADERS: Final = frozenset({b"BCC", b"CC", b"FROM", b"HEADER", b"SUBJECT", b"TO"})
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)


def compile_query(query: Query) -> Test:
    """Return the test that all keys of a query make together.

    Raises:
        ValueError: A key is unknown, or its argument is missing or makes no sense.
    """
    remaining = list(query)
    tests = []
    while remaining:
        tests.append(_next_test(remaining))
    return lambda candidate: all(test(candidate) for test in tests)


def _next_test(remaining: Query) -> Test:
    key = _pop(remaining)
    if isinstance(key, list):
        return compile_query(key)
    name = key.upper()
    simple = _flag_test(name)
    if simple is not None:
        return simple
    if name == b"NOT":
        inner = _next_test(remaining)
        return lambda candidate: not inner(candidate)
    if name == b"OR":
        left, right = _next_test(remaining), _next_test(remaining)
        return lambda candidate: left(candidate) or right(candidate)
    if name[:1].isdigit() or name[:1] == b"*":
        sequences = cache(NumberSet.parse(name).within)
        return lambda c: sequences(c.last_sequence)(c.sequence)
    return _argument_test(name, remaining)


def _flag_test(name: bytes) -> Test | None:
    if name == b"ALL":
        return lambda _: True
    if name in {b"NEW", b"OLD"}:  # no message is ever \Recent here
        return lambda _: name == b"OLD"
    wanted = not (name.startswith(b"UN") and name[2:] in _FLAGS)
    flag = _FLAGS.get(name if wanted else name[2:])
    if flag is None:
        return None
    return lambda candidate: (flag in candidate.message.flags) == wanted


def _argument_test(name: bytes, remaining: Query) -> Test:
    field = _word(remaining) if name == b"HEADER" else name
    word = _word(remaining)
    if name in _HEADERS:
        return _header_test(field.decode("ascii", "replace"), word)
    if name in {b"TEXT", b"BODY"}:
        return _text_test(word, with_header=name == b"TEXT")
    if name == b"UID":
        uids = cache(NumberSet.parse(word).within)
        return lambda c: uids(c.last_uid)(c.message.uid)
    if name in {b"KEYWORD", b"UNKEYWORD"}:
        keyword, wanted = word.decode("ascii", "replace"), name == b"KEYWORD"
        return lambda c: (keyword in c.message.flags) == wanted
    if name in {b"LARGER", b"SMALLER"}:
        sign, size = (1 if name == b"LARGER" else -1), _number(word)
        return lambda c: sign * len(c.message.content) > sign * size
    return _date_test(name, word)


def _date_test(name: bytes, word: bytes) -> Test:
    when, is_sent = name.removeprefix(b"SENT"), name.startswith(b"SENT")
    if when not in {b"BEFORE", b"ON", b"SINCE"}:
        raise QueryInvalid(f"unknown search key {name.decode('ascii', 'replace')}")
    day = _day(word)

    def test(candidate: Candidate) -> bool:
        message = candidate.message
        found = _sent_on(message) if is_sent else _received_on(message)
        if found is None:
            return False
        return (
            found < day if when == b"BEFORE" else found == day or (when == b"SINCE" and found > day)
        )

    return test


def _header_test(field: str, word: bytes) -> Test:
    needle = word.decode("utf-8", "replace").casefold()

    def test(candidate: Candidate) -> bool:
        values = _header(candidate.message).get_all(field, [])
        return any(needle in _decoded(str(value)).casefold() for value in values)

    return test


def _text_test(word: bytes, *, with_header: bool) -> Test:
    needle = word.decode("utf-8", "replace").casefold()

    def test(candidate: Candidate) -> bool:
        message = message_from_bytes(candidate.message.content)
        texts = [_text_of(part) for part in message.walk() if not part.is_multipart()]
        if with_header:
            texts += [f"{name}: {_decoded(str(value))}" for name, value in message.items()]
        return any(needle in text.casefold() for text in texts)

    return test


def _text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError):
        return value


def _received_on(message: StoredMessage) -> date:
    return datetime.fromtimestamp(message.received_at, UTC).date()


def _sent_on(message: StoredMessage) -> date | None:
    try:
        return parsedate_to_datetime(str(_header(message)["Date"])).date()
    except ValueError:
        return None


def _header(message: StoredMessage) -> Message:
    return message_from_bytes(split(message.content)[0])


def _pop(remaining: Query) -> "bytes | Query":
    if not remaining:
        raise QueryInvalid("a search key lacks its argument")
    return remaining.pop(0)


def _word(remaining: Query) -> bytes:
    word = _pop(remaining)
    if isinstance(word, list):
        raise QueryInvalid("a list stands where a word belongs")
    return word


def _number(word: bytes) -> int:
    if not word.isdigit():
        raise QueryInvalid("a word stands where a number belongs")
    return int(word)


def _day(word: bytes) -> date:
    parts = word.decode("ascii", "replace").strip().lower().split("-")
    try:
        day, month, year = parts
        return date(int(year), _MONTHS.index(month[:3]) + 1, int(day))
    except ValueError as error:
        raise QueryInvalid("a date is written 1-Feb-2026") from error
