"""What a server offers on a connection of each kind, asked without any credential."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

from provision.cloud import MailHost
from provision.mail import imap, smtp
from provision.mail.client_exceptions import Stopped, translated
from provision.mail.sasl import Login
from provision.mail.server_text import spoken
from provision.secret import Secret

TIMEOUT: Final = 10.0
"""Seconds: a server that waits for TLS and gets none may say nothing at all."""
_MECHANISM: Final = "XOAUTH2"
_ENOUGH: Final = 4096


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether a server offers OAuth on a connection of one kind."""

    is_made: bool
    said: str
    """In words: what is offered, or why nothing is."""


def offered(
    protocol: Literal["imap", "smtp"],
    transport: Literal["plain", "implicit", "starttls"],
    host: MailHost,
    context: ssl.SSLContext,
    timeout: float = TIMEOUT,
) -> Offer:
    """Connect once and say whether XOAUTH2 is offered; nothing is sent that could be stolen."""
    nobody = Login(protocol, "", "", Secret(""))
    try:
        if transport == "plain":
            with translated(nobody, "unreachable"):
                return _PLAIN[protocol](host, nobody, timeout)
        return _SECURED[protocol](replace(host, tls=transport), context, nobody, timeout)
    except Stopped as stopped:
        return Offer(is_made=False, said=" / ".join(stopped.said) or stopped.outcome)


def _imap(host: MailHost, context: ssl.SSLContext, nobody: Login, timeout: float) -> Offer:
    with imap.connection(host, context, nobody, timeout) as client:
        return _of_imap(" ".join(client.capabilities))


def _smtp(host: MailHost, context: ssl.SSLContext, nobody: Login, timeout: float) -> Offer:
    with smtp.connection(host, context, nobody, timeout) as client:
        return _of_smtp(client)


def _plain_smtp(host: MailHost, _nobody: Login, timeout: float) -> Offer:
    with smtplib.SMTP(
        host.host, host.port, local_hostname=smtp.CLIENT_NAME, timeout=timeout
    ) as client:
        client.ehlo()
        return _of_smtp(client)


def _plain_imap(host: MailHost, nobody: Login, timeout: float) -> Offer:
    """Speak first: a server that waits for TLS then hangs up instead of waiting on."""
    with socket.create_connection((host.host, host.port), timeout) as raw:
        raw.sendall(b"a CAPABILITY\r\n")
        heard = b""
        with suppress(TimeoutError):
            while b"\na " not in heard and len(heard) < _ENOUGH and (more := raw.recv(_ENOUGH)):
                heard += more
    if not heard.startswith(b"* "):
        return Offer(is_made=False, said="the server speaks TLS only")
    return _of_imap(spoken(heard, nobody).upper())


def _of_imap(capabilities: str) -> Offer:
    if f"AUTH={_MECHANISM}" in capabilities.split():
        return Offer(is_made=True, said=f"AUTH={_MECHANISM} is offered")
    return Offer(is_made=False, said=f"AUTH={_MECHANISM} is not offered")


def _of_smtp(client: smtplib.SMTP) -> Offer:
    mechanisms = client.esmtp_features.get("auth", "").split()
    if _MECHANISM in mechanisms:
        return Offer(is_made=True, said=f"AUTH {' '.join(mechanisms)} is offered")
    return Offer(is_made=False, said=f"AUTH {_MECHANISM} is not offered")


_Ask = Callable[[MailHost, ssl.SSLContext, Login, float], Offer]
_AskPlain = Callable[[MailHost, Login, float], Offer]
_SECURED: Final[dict[str, _Ask]] = {"imap": _imap, "smtp": _smtp}
_PLAIN: Final[dict[str, _AskPlain]] = {"imap": _plain_imap, "smtp": _plain_smtp}
