"""Try a mail host without a credential: name, connection, TLS, greeting."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

from provision.cloud import MailHost
from provision.diagnose.reach import Reach, Step, certificate_issuer
from provision.tenant.mailbox import Protocol

TIMEOUT: Final = 8.0
"""Seconds for each step: a firewall that drops is slower than any server."""
_NAME: Final = "[127.0.0.1]"
_GREETING: Final = 512


class _Lost(Exception):
    """A connection ended before the host had said anything useful."""

    def __init__(self, step: Step, said: str) -> None:
        super().__init__(said)
        self.step, self.said = step, said


def reach(protocol: Protocol, host: MailHost, context: ssl.SSLContext) -> Reach:
    """Return how far a connection comes; nobody logs in."""
    what, where = protocol.upper(), (host.host, host.port)
    try:
        with _step("name"):
            socket.getaddrinfo(*where, type=socket.SOCK_STREAM)
        secured = _submission(host, context) if host.tls == "starttls" else _inbox(host, context)
    except _Lost as lost:
        return Reach(what, *where, lost.step, lost.said)
    with secured:
        issuer = certificate_issuer(secured.getpeercert())
        return Reach(what, *where, None, tls=secured.version() or "", issuer=issuer)


def _inbox(host: MailHost, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Return a connection on which the server has greeted."""
    with _step("connection"):
        connection = socket.create_connection((host.host, host.port), timeout=TIMEOUT)
    try:
        with _step("tls"):
            secured = context.wrap_socket(connection, server_hostname=host.host)
    except _Lost:
        connection.close()
        raise
    with _step("answer"):
        if not secured.recv(_GREETING):
            raise _Lost("answer", "the connection was closed")
    return secured


def _submission(host: MailHost, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Return a connection that STARTTLS made safe."""
    with _step("connection"):
        client = smtplib.SMTP(host.host, host.port, local_hostname=_NAME, timeout=TIMEOUT)
    try:
        with _step("tls"):
            client.starttls(context=context)
        with _step("answer"):
            client.noop()
    except _Lost:
        client.close()
        raise
    # After STARTTLS it is one; typeshed cannot know.
    return cast("ssl.SSLSocket", client.sock)


@contextmanager
def _step(step: Step) -> Iterator[None]:
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        raise _Lost(step, _words(error)) from error


def _words(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"certificate verify failed: {error.verify_message}"
        case TimeoutError():
            return "no answer in time"
        case smtplib.SMTPResponseException():
            text = error.smtp_error
            words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
            return f"{error.smtp_code} {words}"
        case OSError():
            return error.strerror or str(error)
        case _:
            return str(error)
