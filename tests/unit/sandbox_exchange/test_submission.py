"""What becomes of a submitted message."""

from dataclasses import replace

import pytest

from provision.sandbox.directory import Directory
from provision.sandbox.exchange.submission import (
    LARGEST_HEADER,
    LARGEST_MESSAGE,
    Denied,
    Submitted,
    check_message,
    check_recipient,
)

FORMS = "forms@contoso.com"
CONTENT = b"From: forms@contoso.com\r\n\r\n"
MESSAGE = Submitted(FORMS, FORMS, ("alex@contoso.com",), CONTENT, len(CONTENT))


def test_accepts_a_mailbox_of_the_tenant(directory: Directory) -> None:
    assert check_recipient(directory, "ALEX@contoso.com") is None


def test_refuses_an_unknown_name_in_the_initial_domain(directory: Directory) -> None:
    denied = check_recipient(directory, "alex@contoso.onmicrosoft.com")
    assert denied is not None
    assert denied.text.startswith("5.1.10 ")


def test_refuses_everybody_else_by_saying_that_nothing_leaves(directory: Directory) -> None:
    denied = check_recipient(directory, "alex@example.org")
    assert denied is not None
    assert denied.text.startswith("5.7.1 ")


def test_accepts_a_message_from_its_login(directory: Directory) -> None:
    assert check_message(directory, MESSAGE) is None


def test_accepts_the_null_sender(directory: Directory) -> None:
    assert check_message(directory, replace(MESSAGE, envelope_sender="")) is None


def test_refuses_a_message_that_is_too_large(directory: Directory) -> None:
    denied = check_message(directory, replace(MESSAGE, size=LARGEST_MESSAGE + 1))
    assert denied is not None
    assert denied.code == 552


def test_judges_every_author(directory: Directory) -> None:
    content = b"From: forms@contoso.com, Alex <alex@contoso.com>\r\n\r\n"
    denied = check_message(directory, replace(MESSAGE, content=content))
    assert denied is not None
    assert "not allowed to send as alex@contoso.com;" in denied.text


def test_judges_the_sender_field_like_from(directory: Directory) -> None:
    content = b"From: forms@contoso.com\r\nSender: shared@contoso.com\r\n\r\n"
    denied = check_message(directory, replace(MESSAGE, content=content))
    assert denied is not None
    assert "not allowed to send as shared@contoso.com;" in denied.text


def test_refuses_a_mailbox_that_is_blocked_from_sending(directory: Directory) -> None:
    directory.accounts[FORMS].sending_blocked = True
    denied = Denied(550, "5.1.8 Access denied, bad outbound sender")
    assert check_message(directory, MESSAGE) == denied


def test_refuses_everybody_in_a_tenant_over_its_threshold(directory: Directory) -> None:
    directory.switches.sending_over_threshold = True
    denied = Denied(550, "5.7.705 Access denied, tenant has exceeded threshold")
    assert check_message(directory, MESSAGE) == denied


def test_does_not_deliver_to_an_account_without_a_mailbox(directory: Directory) -> None:
    directory.accounts["alex@contoso.com"].has_mailbox = False
    denied = check_recipient(directory, "alex@contoso.com")
    assert denied is not None
    assert denied.text.startswith("5.1.10 ")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"From: " + b"(" * 8_000 + b"\r\n\r\n", 554),
        (b"From: " + b"@" * 200_000 + b"\r\n\r\n", 554),
        (b"X: " + b"x" * LARGEST_HEADER + b"\r\n\r\n", 552),
    ],
)
def test_refuses_a_header_that_nobody_can_read(
    content: bytes, code: int, directory: Directory
) -> None:
    denied = check_message(directory, replace(MESSAGE, content=content))
    assert denied is not None
    assert denied.code == code
