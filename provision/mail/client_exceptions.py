"""The end of a conversation before its goal: every library's exception in our own terms."""

import imaplib
import poplib
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from provision.mail.sasl import Login
from provision.mail.server_text import spoken

Failure = Literal["refused", "no_access", "no_tls", "unreachable", "missing", "altered"]

Meaning = tuple[Failure, tuple[bytes | str, ...]]
"""What came of it, and the words that say so."""

LIBRARY_ERRORS: Final = (
    imaplib.IMAP4.error,
    poplib.error_proto,
    smtplib.SMTPException,
    OSError,
    ValueError,
)
"""What the standard library's mail clients raise; ValueError for bytes that make no sense."""

# imaplib wraps a BAD reply into a sentence of its own.
_BAD: Final = re.compile(r"command error: BAD \[b(['\"])(?P<text>.*)\1\]$")


class Stopped(Exception):
    """A conversation ended early. Never leaves `provision.mail`: it becomes a verdict."""

    def __init__(self, outcome: Failure, said: tuple[str, ...]) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.said = said


@contextmanager
def translated(login: Login, refusal: Failure) -> Iterator[None]:
    """Turn whatever a mail client raises into `Stopped`.

    Args:
        login: Whose token must not be repeated.
        refusal: What it means here when the server says no.
    """
    try:
        yield
    except LIBRARY_ERRORS as error:
        outcome, words = _meaning(error, refusal)
        said = tuple(line for word in words if (line := spoken(word, login)))
        raise Stopped(outcome, said) from error


def _meaning(error: Exception, refusal: Failure) -> Meaning:
    match error:
        case imaplib.IMAP4.abort():
            return "unreachable", (str(error),)
        case imaplib.IMAP4.error():
            return refusal, (_imap_words(error),)
        case poplib.error_proto():
            return _pop_meaning(error, refusal)
        case smtplib.SMTPException():
            return _smtp_meaning(error, refusal)
        case OSError():
            return _network_meaning(error)
        case _:
            return "unreachable", ("the answer makes no sense in this protocol",)


def _imap_words(error: imaplib.IMAP4.error) -> bytes | str:
    words = error.args[0] if error.args else ""
    if isinstance(words, bytes):  # what LOGIN was answered
        return words
    bad = _BAD.search(str(error))
    return bad["text"] if bad else str(error)


def _network_meaning(error: OSError) -> Meaning:
    match error:
        case ssl.SSLCertVerificationError():
            return "no_tls", (f"certificate verify failed: {error.verify_message}",)
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return "unreachable", ("the connection was closed",)
        case ssl.SSLError():
            return "no_tls", (f"TLS failed: {error.reason or error}",)
        case TimeoutError():
            return "unreachable", ("no answer in time",)
        case _:
            return "unreachable", (error.strerror or str(error),)


def _pop_meaning(error: poplib.error_proto, refusal: Failure) -> Meaning:
    words = error.args[0] if error.args else ""
    if words == "-ERR EOF":
        return "unreachable", ("the connection was closed",)
    is_reply = isinstance(words, bytes) and words.startswith(b"-ERR")
    return (refusal if is_reply else "unreachable"), (words,)


def _smtp_meaning(error: smtplib.SMTPException, refusal: Failure) -> Meaning:
    match error:
        case smtplib.SMTPNotSupportedError():
            return "no_tls", ("the server offers no STARTTLS",)
        case smtplib.SMTPConnectError():
            return "unreachable", (_reply(error.smtp_code, error.smtp_error),)
        case smtplib.SMTPResponseException():
            return refusal, (_reply(error.smtp_code, error.smtp_error),)
        case _:
            return "unreachable", (str(error),)


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}"
