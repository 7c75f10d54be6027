"""Attachments that came back: what is alike, and what is told when it is not."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.policy import default

import pytest

from provision.mail.arrival import Arrival, compare
from provision.mail.outgoing import Outgoing, with_document, with_map

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENT = with_map("a@b.com", NOW)


def opened(message: Outgoing = SENT) -> EmailMessage:
    return message_from_bytes(message.content, policy=default)


def found(message: Message, sent: Outgoing = SENT) -> dict[str, tuple[str, ...]]:
    """Return what is told of each attachment that is not as it was sent."""
    arrivals = compare(sent, message.as_bytes())
    return {a.sent.name: a.differences for a in arrivals if a.differences}


def part(message: EmailMessage, name: str) -> EmailMessage:
    return next(p for p in message.walk() if p.get_filename() == name)


@pytest.mark.parametrize("make", [with_document, with_map])
def test_what_arrives_as_sent_is_alike_to_the_last_octet(make):
    sent = make("a@b.com", NOW)
    assert [a.came for a in compare(sent, sent.content)] == list(sent.documents)


def test_lines_of_what_is_sent_end_in_crlf_and_are_short():
    assert b"\n" not in SENT.content.replace(b"\r\n", b"")
    assert max(map(len, SENT.content.split(b"\r\n"))) <= 998
    assert SENT.content.isascii()


def test_no_two_messages_are_alike():
    other = with_map("a@b.com", NOW)
    assert other.message_id != SENT.message_id
    assert found(opened(other)).keys() == {"Größe 表格.txt", "large.bin"}


def test_one_octet_too_many_is_told_with_digests():
    message = opened()
    part(message, "unix lines.txt").set_content(
        SENT.documents[2].content.replace(b"\n", b"\r\n"),
        maintype="text", subtype="plain", filename="unix lines.txt",
    )  # fmt: skip
    ((name, (words,)),) = found(message).items()
    assert name == "unix lines.txt"
    assert words.startswith("arrived with other content: 33 octets became 36, SHA-256 ")
    assert SENT.documents[2].sha256[:12] in words


def test_another_name_is_told_by_the_content():
    message = opened()
    part(message, "all octets.bin").replace_header(
        "Content-Disposition", 'attachment; filename="ATT00001.bin"'
    )
    assert found(message) == {
        "all octets.bin": ("arrived under the name 'ATT00001.bin'",),
    }


def test_another_content_type_is_told():
    message = opened()
    part(message, 'the "quoted" name.csv').replace_header(
        "Content-Type", "application/vnd.ms-excel"
    )
    assert found(message) == {
        'the "quoted" name.csv': ("arrived as application/vnd.ms-excel instead of text/csv",),
    }


def test_an_attachment_that_was_taken_away_is_told():
    message = opened()
    payload: list[Message | str] = [
        p for p in message.iter_parts() if p.get_filename() != "large.bin"
    ]
    message.set_payload(payload)
    assert found(message) == {"large.bin": ("did not arrive",)}


def test_attachments_are_found_inside_what_a_gateway_wrapped_around_them():
    outer = MIMEMultipart("mixed")
    outer.attach(opened())
    assert found(outer) == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"\xff\xfe\x00", b"Content-Type: multipart/mixed\r\n\r\n--x", b"\r\n" * 9],
)
def test_a_message_that_makes_no_sense_has_none_of_them(content):
    arrivals: tuple[Arrival, ...] = compare(SENT, content)
    assert [a.differences for a in arrivals] == [("did not arrive",)] * len(SENT.documents)
