"""What becomes of a submitted message."""

from dataclasses import replace

from provision.sandbox.directory import Directory
from provision.sandbox.exchange.submission import (
    LARGEST_MESSAGE,
    Submitted,
    check_message,
    check_recipient,
)

FORMS = "forms@contoso.com"
MESSAGE = Submitted(FORMS, FORMS, "alex@contoso.com", b"From: forms@contoso.com\r\n\r\n")


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
    denied = check_message(directory, replace(MESSAGE, content=bytes(LARGEST_MESSAGE + 1)))
    assert denied is not None
    assert denied.code == 552


def test_judges_every_author(directory: Directory) -> None:
    content = b"From: forms@contoso.com, Alex <alex@contoso.com>\r\n\r\n"
    denied = check_message(directory, replace(MESSAGE, content=content))
    assert denied is not None
    assert "not allowed to send as alex@contoso.com;" in denied.text
