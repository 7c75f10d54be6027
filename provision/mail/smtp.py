"""SMTP submission: log in with XOAUTH2 in two steps, and begin a message without sending it."""

import smtplib
import ssl
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from provision.cloud import MailHost
from provision.mail.client_exceptions import LIBRARY_ERRORS, Stopped, translated
from provision.mail.sasl import Login, encoded
from provision.mail.server_text import spoken
from provision.mail.verdict import Verdict, proven, stopped_short

TIMEOUT: Final = 30.0
"""Seconds that one answer may take."""
CLIENT_NAME: Final = "[127.0.0.1]"
"""What EHLO says; without it smtplib asks the DNS for a name of this machine."""
_CHALLENGE: Final = 334
_SUCCESS: Final = 235
_REFUSES_FROM: Final = 400


def probe(
    host: MailHost, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT
) -> Verdict:
    """Log in, name the mailbox as sender and recipient, and take it back: nothing is sent."""
    try:
        with session(host, context, login, timeout) as client, translated(login, "no_access"):
            _begin(client, login.address)
            client.rset()
    except Stopped as stopped:
        return stopped_short(login, stopped)
    return proven(login, f"MAIL FROM and RCPT TO {login.address} accepted, then RSET")


@contextmanager
def session(
    host: MailHost, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT
) -> Iterator[smtplib.SMTP]:
    """Yield a client that is logged in; it quits in the end.

    Raises:
        Stopped: The login did not come about.
    """
    with connection(host, context, login, timeout) as client:
        with translated(login, "refused"):
            _log_in(client, login)
        yield client


@contextmanager
def connection(
    host: MailHost, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT
) -> Iterator[smtplib.SMTP]:
    """Yield a client over verified TLS that was greeted, before any login; it quits in the end.

    Raises:
        Stopped: The connection did not come about.
    """
    with translated(login, "unreachable"):
        client = _connected(host, context, timeout)
    try:
        with translated(login, "unreachable"):
            client.ehlo_or_helo_if_needed()
        if host.tls == "starttls":
            with translated(login, "no_tls"):
                client.starttls(context=context)
            with translated(login, "unreachable"):
                client.ehlo_or_helo_if_needed()
        yield client
        with suppress(*LIBRARY_ERRORS):
            client.quit()
    except Stopped as stopped:
        if stopped.outcome not in ("unreachable", "no_tls"):
            with suppress(*LIBRARY_ERRORS):
                client.quit()
        raise
    finally:
        client.close()


def send(client: smtplib.SMTP, login: Login, content: bytes) -> str:
    """Send a message from the mailbox to itself and return what the server said to it.

    Raises:
        smtplib.SMTPException: It was not accepted.
    """
    _begin(client, login.address)
    code, text = client.data(content)
    if code >= _REFUSES_FROM:
        raise smtplib.SMTPResponseException(code, text)
    return f"{code} {spoken(text, login)}"


def _begin(client: smtplib.SMTP, address: str) -> None:
    """Name the mailbox as sender and as recipient."""
    for command in (client.mail, client.rcpt):
        code, text = command(address)
        if code >= _REFUSES_FROM:
            raise smtplib.SMTPResponseException(code, text)


def _connected(host: MailHost, context: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    if host.tls == "implicit":
        return smtplib.SMTP_SSL(
            host.host, host.port, local_hostname=CLIENT_NAME, timeout=timeout, context=context
        )
    return smtplib.SMTP(host.host, host.port, local_hostname=CLIENT_NAME, timeout=timeout)


def _log_in(client: smtplib.SMTP, login: Login) -> None:
    """Authenticate in two steps: with the token, the command would be longer than a line may be.

    Source:
        RFC 4954 section 4; PHPMailer/PHPMailer#3169.
    """
    code, text = client.docmd("AUTH", "XOAUTH2")
    challenge = ""
    if code == _CHALLENGE:
        code, text = client.docmd(encoded(login))
    if code == _CHALLENGE:
        # A failure challenge says why in base64; an empty line asks for the refusal itself.
        challenge = spoken(b64decode(text), login)
        code, text = client.docmd("")
    if code == _SUCCESS:
        return
    refusal = spoken(text, login)
    raise Stopped("refused", (*((challenge,) if challenge else ()), f"{code} {refusal}"))
