"""The mail servers on an asyncio loop in a thread, and clients that speak to them."""

import asyncio
import base64
import imaplib
import itertools
import poplib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedRWPair
from pathlib import Path

from provision.clock import ManualClock, SystemClock
from provision.sandbox import exchange
from provision.sandbox.certificates import make_certificates
from provision.sandbox.context import Context, SandboxClock
from provision.sandbox.directory import Account, Directory
from provision.sandbox.exchange import MailPorts
from provision.sandbox.exchange.store import MailStore
from provision.sandbox.faults.decisions import Faults
from provision.sandbox.faults.document import load_rules
from provision.sandbox.tokens import Tokens
from tests.signing import shared_key

OUTLOOK = "https://outlook.office.com"
ALL_SCOPES = frozenset({"IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"})
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_TIMEOUT = 60.0


@dataclass(frozen=True)
class MailServers:
    """Servers that run, and the tenant they serve."""

    context: Context
    ports: MailPorts
    tls: ssl.SSLContext
    numbers: "itertools.count[int]"

    @property
    def store(self) -> MailStore:
        assert isinstance(self.context.mail, MailStore)
        return self.context.mail

    def add_account(self, **fields: object) -> Account:
        """Make an account that no other test knows."""
        name = f"user{next(self.numbers)}@contoso.com"
        account = Account(f"id-{name}", name, "secret", name, **fields)  # type: ignore[arg-type]
        self.context.directory.accounts[name] = account
        return account

    def token(
        self, account: Account, audience: str = OUTLOOK, scopes: frozenset[str] = ALL_SCOPES
    ) -> str:
        return self.context.tokens.mint_for_user(account, "client", audience, scopes)

    def response(self, account: Account, user: str | None = None, **token: object) -> str:
        """Return what a client says after AUTH XOAUTH2, not yet in base64."""
        bearer = self.token(account, **token)  # type: ignore[arg-type]
        return f"user={user or account.user_principal_name}\x01auth=Bearer {bearer}\x01\x01"

    def encoded(self, account: Account, user: str | None = None, **token: object) -> str:
        return base64.b64encode(self.response(account, user, **token).encode()).decode()

    @contextmanager
    def imap(self, account: Account, user: str | None = None) -> Iterator[imaplib.IMAP4_SSL]:
        """Log in to IMAP."""
        client = imaplib.IMAP4_SSL(
            "localhost", self.ports.imap, ssl_context=self.tls, timeout=_TIMEOUT
        )
        with client:
            said = self.response(account, user).encode()
            client.authenticate("XOAUTH2", lambda _: said)
            yield client

    @contextmanager
    def pop(self, account: Account, user: str | None = None) -> Iterator[poplib.POP3_SSL]:
        """Log in to POP3."""
        with self.pop_connection() as client:
            client._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]  # noqa: SLF001  (poplib has no AUTH)
            client._shortcmd(self.encoded(account, user))  # type: ignore[attr-defined]  # noqa: SLF001
            yield client

    @contextmanager
    def pop_connection(self) -> Iterator[poplib.POP3_SSL]:
        with closing(
            poplib.POP3_SSL("localhost", self.ports.pop, context=self.tls, timeout=_TIMEOUT)
        ) as client:
            yield client

    @contextmanager
    def smtp_connection(self) -> Iterator[smtplib.SMTP]:
        """Connect to SMTP without TLS or login."""
        with smtplib.SMTP("localhost", self.ports.smtp, timeout=_TIMEOUT) as client:
            client.ehlo()
            yield client

    @contextmanager
    def smtp(self, account: Account) -> Iterator[smtplib.SMTP]:
        """Log in to SMTP."""
        with self.smtp_connection() as client:
            client.starttls(context=self.tls)
            client.ehlo()
            said = self.response(account)
            client.auth("XOAUTH2", lambda _=None: said, initial_response_ok=False)
            yield client

    @contextmanager
    def line(self, port: int) -> Iterator["Line"]:
        """Speak TLS line by line, for what the libraries hide."""
        with (
            socket.create_connection(("localhost", port), timeout=_TIMEOUT) as plain,
            self.tls.wrap_socket(plain, server_hostname="localhost") as wrapped,
            wrapped.makefile("rwb") as file,
        ):
            line = Line(file)
            line.receive()  # the greeting
            yield line


class Line:
    """A connection that is read and written by line."""

    def __init__(self, file: BufferedRWPair) -> None:
        self._file = file

    def receive(self) -> str:
        """Return the next line without its end; empty at the end of the connection."""
        return self._file.readline().decode().rstrip("\r\n")

    def send(self, text: str) -> None:
        """Send a text as it is."""
        self._file.write(text.encode())
        self._file.flush()

    def ask(self, line: str) -> str:
        """Send a line and return the next that comes."""
        self.send(f"{line}\r\n")
        return self.receive()


@contextmanager
def running_mail(folder: Path) -> Iterator[MailServers]:
    """Start the servers on a loop of their own, and end both."""
    ca_bundle = folder / "ca.pem"
    tls = make_certificates(folder, ca_bundle, SystemClock().now())
    clock = SandboxClock(ManualClock(NOW))
    directory = Directory("tenant", "contoso.onmicrosoft.com")
    origin = "https://localhost:1"
    faults = Faults(load_rules("none"), 1, clock.timestamp())
    context = Context(
        directory, clock, Tokens(directory, clock, origin, shared_key()), faults, origin
    )
    started: list[MailPorts] = []
    is_started, is_over = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        try:
            started.append(await exchange.start(context, tls, MailPorts()))
        finally:
            is_started.set()
        await is_over.wait()
        await exchange.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert is_started.wait(30)
        client_tls = ssl.create_default_context(cafile=str(ca_bundle))
        yield MailServers(context, started[0], client_tls, itertools.count())
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join(10)
        loop.close()
