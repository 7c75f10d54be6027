"""IMAP: log in with XOAUTH2 and open the inbox, because an OK alone proves nothing."""

import imaplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from provision.cloud import MailHost
from provision.mail.client_exceptions import LIBRARY_ERRORS, Stopped, translated
from provision.mail.sasl import Login, xoauth2_initial_response
from provision.mail.server_text import spoken
from provision.mail.verdict import Verdict, proven, stopped_short

TIMEOUT: Final = 30.0
"""Seconds that one answer may take."""
_MAX_CHALLENGES: Final = 3


def probe(
    host: MailHost, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT
) -> Verdict:
    """Log in, list the hierarchy and look into the inbox, without changing anything.

    Source:
        Exchange answers OK to a token of one user with the name of another, and refuses every
        command after that: simonrob/email-oauth2-proxy#74, MailKit#1486.
    """
    try:
        with session(host, context, login, timeout) as client, translated(login, "no_access"):
            demand(client.list('""', '""'), login)
            count = demand(client.select("INBOX", readonly=True), login)
    except Stopped as stopped:
        return stopped_short(login, stopped)
    return proven(login, f"LIST and EXAMINE INBOX: {count} messages")


@contextmanager
def session(
    host: MailHost, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT
) -> Iterator[imaplib.IMAP4]:
    """Yield a client that is logged in; it logs out in the end.

    Raises:
        Stopped: The login did not come about.
    """
    with connection(host, context, login, timeout) as client:
        _log_in(client, login)
        yield client


@contextmanager
def connection(
    host: MailHost, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT
) -> Iterator[imaplib.IMAP4]:
    """Yield a client over verified TLS, before any login; it logs out in the end.

    Raises:
        Stopped: The connection did not come about.
    """
    with translated(login, "unreachable"):
        client = _connected(host, context, timeout)
    try:
        if host.tls == "starttls":
            with translated(login, "no_tls"):
                _start_tls(client, context)
        yield client
        with suppress(*LIBRARY_ERRORS):
            client.logout()
    except Stopped as stopped:
        if stopped.outcome not in ("unreachable", "no_tls"):
            with suppress(*LIBRARY_ERRORS):
                client.logout()
        raise
    finally:
        with suppress(*LIBRARY_ERRORS):
            client.shutdown()


def demand(answer: tuple[str, Sequence[object]], login: Login) -> str:
    """Return the first line of an answer.

    Raises:
        Stopped: The answer is not OK.
    """
    verdict, lines = answer
    first = lines[0] if lines else b""
    text = spoken(first if isinstance(first, bytes) else b"", login)
    if verdict != "OK":
        raise Stopped("no_access", (f"{verdict} {text}",))
    return text


def _connected(host: MailHost, context: ssl.SSLContext, timeout: float) -> imaplib.IMAP4:
    if host.tls == "implicit":
        return imaplib.IMAP4_SSL(host.host, host.port, ssl_context=context, timeout=timeout)
    return imaplib.IMAP4(host.host, host.port, timeout=timeout)


def _start_tls(client: imaplib.IMAP4, context: ssl.SSLContext) -> None:
    if "STARTTLS" not in client.capabilities:
        raise Stopped("no_tls", ("the server offers no STARTTLS",))
    client.starttls(context)


def _log_in(client: imaplib.IMAP4, login: Login) -> None:
    challenges: list[str] = []

    def answer(challenge: bytes) -> bytes | None:
        """Give the token once; a challenge after it is a refusal that wants an empty line."""
        challenges.append(spoken(challenge, login))
        if len(challenges) == 1:
            return xoauth2_initial_response(login.user, login.token)
        return b"" if len(challenges) <= _MAX_CHALLENGES else None

    try:
        with translated(login, "refused"):
            client.authenticate("XOAUTH2", answer)
    except Stopped as stopped:
        refusals = tuple(c for c in challenges[1:] if c)
        raise Stopped(stopped.outcome, (*refusals, *stopped.said)) from stopped
