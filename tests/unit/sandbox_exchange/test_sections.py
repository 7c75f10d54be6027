"""The parts of a message that protocols name."""

import pytest

from provision.sandbox.exchange.sections import find_part, pick_fields, split, take_lines
from provision.sandbox.exchange.structure import MessagePart, make_envelope

HEADER = b"A: 1\r\nB: 2\r\n  folded\r\na: 3\r\n\r\n"
ATTACHED = (
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\n\r\nplain\r\n"
    b"--x\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: inner\r\n\r\ninner words\r\n"
    b"--x--\r\n"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"A: 1\r\n\r\nbody", (b"A: 1\r\n\r\n", b"body")),
        (b"A: 1\r\n", (b"A: 1\r\n\r\n", b"")),
        (b"\r\nbody", (b"\r\n", b"body")),
    ],
)
def test_splits_header_and_body(content: bytes, expected: tuple[bytes, bytes]) -> None:
    assert split(content) == expected


def test_picks_fields_in_their_order_with_their_folds() -> None:
    assert pick_fields(HEADER, [b"b"], negate=False) == b"B: 2\r\n  folded\r\n\r\n"
    assert pick_fields(HEADER, [b"B"], negate=True) == b"A: 1\r\na: 3\r\n\r\n"


def test_finds_a_part_inside_an_attached_message() -> None:
    assert find_part(ATTACHED, (1, 0)) == b"Subject: inner\r\n\r\ninner words"


def test_takes_a_message_without_parts_as_its_own_first_part() -> None:
    assert find_part(b"A: 1\r\n\r\nbody", (0,)) == b"A: 1\r\n\r\nbody"


def test_finds_no_part_past_the_last() -> None:
    assert find_part(ATTACHED, (2,)) is None


def test_takes_no_more_lines_than_asked_for() -> None:
    assert take_lines(b"A: 1\r\n\r\none\r\ntwo\r\n", 1) == b"A: 1\r\n\r\none\r\n"


def test_repeats_the_author_where_sender_and_reply_to_are_missing() -> None:
    envelope = make_envelope(b"From: A <a@b>\r\nTo: undisclosed-recipients:;\r\n\r\n")
    assert envelope[2:6] == [[["A", None, "a", "b"]]] * 3 + [None]


def test_shows_raw_eight_bit_headers_as_question_marks() -> None:
    assert make_envelope("Subject: h\u00e9\r\n\r\n".encode())[1] == "h??"


def test_presumes_plain_text_where_nothing_is_said() -> None:
    headers = MessagePart(b"\r\nbody").getHeaders(False, "Content-Type")
    assert headers == {"content-type": "text/plain; charset=us-ascii"}


def test_ends_a_message_after_its_last_part() -> None:
    with pytest.raises(IndexError):
        MessagePart(ATTACHED).getSubPart(2)


def test_opens_an_attached_message() -> None:
    inner = MessagePart(ATTACHED).getSubPart(1).getSubPart(0)
    assert inner.getHeaders(False, "subject") == {"subject": "inner"}
    assert inner.getSize() == len(inner.getBodyFile().read())
