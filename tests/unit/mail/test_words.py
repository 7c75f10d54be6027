"""Servers' words without tokens."""

import base64

import pytest

from provision.mail.sasl import Login, encoded
from provision.mail.server_text import spoken
from provision.secret import Secret

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzY3AiOiJJTUFQIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
LOGIN = Login("imap", "a@b.com", "a@b.com", Secret(TOKEN))


@pytest.mark.parametrize(
    "leak",
    [
        TOKEN,
        TOKEN[10:40],
        encoded(LOGIN),
        encoded(LOGIN)[8:60],
        f"<{TOKEN}>",
        f"user=a@b.com\x01auth=Bearer {TOKEN}\x01\x01",
    ],
)
def test_no_piece_of_a_token_passes(leak):
    said = spoken(f"535 what is {leak} supposed to be", LOGIN)
    assert "…" in said
    assert not any(TOKEN[i : i + 16] in said for i in range(len(TOKEN) - 16))
    assert base64.b64encode(TOKEN.encode()).decode()[:16] not in said


def test_the_stamp_for_a_support_request_stays():
    stamp = "[LO4P265CA0123.GBRP265.PROD.OUTLOOK.COM 2026-03-01T12:00:00.000Z 08DE5A1B2C3D4E5F]"
    text = f"535 5.7.3 Authentication unsuccessful {stamp}"
    assert spoken(text.encode(), LOGIN) == text


def test_what_cannot_be_seen_is_left_out():
    assert spoken(b"NO \x1b[31mred\x00\r\n\xff", LOGIN) == "NO [31mred �"


def test_a_long_answer_is_cut():
    assert len(spoken("a b " * 1000, LOGIN)) == 501
