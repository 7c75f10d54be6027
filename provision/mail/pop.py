"""POP3: log in with XOAUTH2, always in two lines, and count the messages."""

import poplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from provision.cloud import MailHost
from provision.mail.client_exceptions import LIBRARY_ERRORS, Stopped, translated
from provision.mail.sasl import Login, encoded
from provision.mail.verdict import Verdict, proven, stopped_short

TIMEOUT: Final = 30.0
"""Seconds that one answer may take."""
_STAT: Final = re.compile(rb"\+OK +(\d+) +(\d+)")


def probe(
    host: MailHost, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT
) -> Verdict:
    """Log in and ask how many messages there are, without changing anything."""
    try:
        with session(host, context, login, timeout) as client, translated(login, "no_access"):
            count, octets = client.status()
    except Stopped as stopped:
        return stopped_short(login, stopped)
    return proven(login, f"STAT: {count} messages, {octets} octets")


class PopClient(poplib.POP3):
    """poplib's client with the two things it lacks: AUTH, and closing what it could not open."""

    def __init__(self, host: MailHost, context: ssl.SSLContext, timeout: float) -> None:
        self._host = host
        self._context = context
        try:
            super().__init__(host.host, host.port, timeout)
        except (poplib.error_proto, OSError):
            if hasattr(self, "file"):  # connected, and then no greeting
                self.close()
            raise

    def _create_socket(self, timeout: float) -> ssl.SSLSocket:
        plain = super()._create_socket(timeout)  # type: ignore[misc]  # not in the stubs
        if self._host.tls == "starttls":
            return plain  # type: ignore[no-any-return]  # see above
        return self._context.wrap_socket(plain, server_hostname=self._host.host)

    def say(self, line: str) -> bytes:
        """Send one line and return the answer's."""
        answer: bytes = self._shortcmd(line)  # type: ignore[attr-defined]  # not in the stubs
        return answer

    def status(self) -> tuple[int, int]:
        """Return the number of messages and their octets."""
        match = _STAT.match(self.say("STAT"))
        if match is None:
            raise poplib.error_proto("the answer to STAT has no numbers")
        return int(match[1]), int(match[2])


@contextmanager
def session(
    host: MailHost, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT
) -> Iterator[PopClient]:
    """Yield a client that is logged in; it quits in the end, which carries deletions out.

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
) -> Iterator[PopClient]:
    """Yield a client over verified TLS, before any login; it quits in the end.

    Raises:
        Stopped: The connection did not come about.
    """
    with translated(login, "unreachable"):
        client = PopClient(host, context, timeout)
    try:
        if host.tls == "starttls":
            with translated(login, "no_tls"):
                client.stls(context)
        yield client
        with translated(login, "no_access"):
            client.quit()
    except Stopped as stopped:
        if stopped.outcome not in ("unreachable", "no_tls"):
            with suppress(*LIBRARY_ERRORS):
                client.quit()
        raise
    finally:
        client.close()


def _log_in(client: PopClient, login: Login) -> None:
    """Send command and token on lines of their own: Exchange refuses them on one."""
    client.say("AUTH XOAUTH2")
    answer = client.say(encoded(login))
    if answer.startswith(b"+ "):
        # A failure challenge: an empty line asks for the refusal itself.
        client.say("")
