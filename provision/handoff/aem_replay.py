"""What AEM's fields lead to, told from what servers answered: pure, and one row a value.

Nobody outside Adobe has confirmed which authority and which scope AEM sends when it refreshes: so
each likely way is a row, and only the authority that was handed off counts as the path.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from provision.tenant.mailbox import Protocol

Transport = Literal["plain", "implicit", "starttls"]
"""No TLS, TLS from the first byte, or TLS after STARTTLS."""

SERVICE, WORKFLOW, ENDPOINT = "Email Service", "Form Workflow", "E-mail endpoint"
"""The pages of AEM's administration console that have the fields."""
_EVERYWHERE: Final = (SERVICE, WORKFLOW, ENDPOINT)
_BLAMED: Final = {
    "AADSTS7000215": "Client Secret",
    "AADSTS7000222": "Client Secret",
    "AADSTS700016": "Client ID",
    "AADSTS7000112": "Client ID",
}
"""The field that holds the wrong value; whatever is not here is about the refresh token."""
_USERS: Final[dict[Protocol, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "smtp": (("SMTP User", (SERVICE, ENDPOINT)),),
    "imap": (("POP3/IMAP Username", (SERVICE,)), ("Inbox User", (ENDPOINT,))),
    "pop": (),
}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One way to redeem the refresh token that was handed over."""

    authority: str
    """The tenant segment: `common`, `consumers` or `tenant`."""
    sends_scope: bool
    works: bool
    """Whether it gave a token that is good for every protocol of the mailbox."""
    said: str
    code: str = ""
    """Entra's number, when it refused."""


@dataclass(frozen=True, slots=True)
class Reached:
    """One way to connect to a mail server: whether OAuth is offered there."""

    protocol: Protocol
    transport: Transport
    port: int
    works: bool
    said: str


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """One login with a token."""

    protocol: Protocol
    user: str
    works: bool
    said: str


@dataclass(frozen=True, slots=True)
class PasswordTried:
    """What a server answers to a password, which AEM sends where OAuth is off."""

    protocol: Protocol
    works: bool
    said: str


@dataclass(frozen=True, slots=True)
class Observed:
    """All that was seen of one mailbox."""

    authority: str
    """The tenant segment that the hand-off names."""
    protocols: tuple[Protocol, ...]
    configured: dict[Protocol, Transport]
    """How each server of the cloud is reached."""
    refreshes: tuple[Refreshed, ...]
    connections: tuple[Reached, ...]
    logins: tuple[LoggedIn, ...]
    passwords: tuple[PasswordTried, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One value of one field, and what it would lead to."""

    field: str
    """As AEM's pages spell it."""
    pages: tuple[str, ...]
    value: str
    works: bool
    said: str
    path: str = ""
    """What it is one way to do on the path as handed off; empty for what another value would do.
    One way that works is enough.
    """
    is_likely: bool = False
    """Whether AEM may well do this, whatever the path is."""


def predict(observed: Observed) -> tuple[Row, ...]:
    """Return every value worth telling, in the order in which AEM would meet them."""
    return (
        *(_refresh(refresh, observed) for refresh in observed.refreshes),
        *_submission(observed),
        *_receiving(observed),
        *_users(observed),
        *_passwords(observed),
    )


def failing(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows of the path whose every way fails."""
    working = {row.path for row in rows if row.works}
    return tuple(row for row in rows if row.path and row.path not in working)


def doubtful(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that fail if they are what AEM does, where another way works."""
    wrong = failing(rows)
    return tuple(row for row in rows if row.is_likely and not row.works and row not in wrong)


def _refresh(refresh: Refreshed, observed: Observed) -> Row:
    return Row(
        field="Refresh Token" if refresh.works else _BLAMED.get(refresh.code, "Refresh Token"),
        pages=_EVERYWHERE,
        value=f"/{refresh.authority}, scope {'sent' if refresh.sends_scope else 'not sent'}",
        works=refresh.works,
        said=refresh.said,
        path="refresh" if refresh.authority == observed.authority else "",
        is_likely=refresh.authority in ("common", observed.authority),
    )


def _submission(observed: Observed) -> Iterator[Row]:
    if "smtp" not in observed.configured:
        return
    ways: dict[str, Transport] = {"TLS": observed.configured["smtp"], "SSL": "implicit"}
    for value, transport in {**ways, "(blank)": "plain"}.items():
        found = _connection("smtp", transport, observed)
        yield Row(
            "SMTP Transport Security",
            (SERVICE, ENDPOINT),
            f"{value} on port {found.port}",
            found.works,
            found.said,
            "submission" if value == "TLS" else "",
        )


def _receiving(observed: Observed) -> Iterator[Row]:
    """Yield what receiving needs, where the mailbox is one that receives."""
    if "imap" in observed.configured:
        configured = observed.configured["imap"]
        for field, pages, values in (
            ("Receive Transport Security", (SERVICE,), ("TLS", "SSL", "(blank)")),
            ("POP3/IMAP SSL Enabled", (ENDPOINT,), ("checked", "not checked")),
        ):
            for value in values:
                is_right = value in ("TLS", "checked")
                clear = value in ("(blank)", "not checked")
                transport = configured if is_right else "plain" if clear else "implicit"
                found = _connection("imap", transport, observed)
                said = f"{found.said}; Adobe asks for TLS" if value == "SSL" else found.said
                shown = f"{value} on port {found.port}"
                yield Row(field, pages, shown, found.works, said, field if is_right else "")
    if "pop" in observed.protocols:
        lacks_imap = "imap" not in observed.protocols
        yield Row(
            "Inbox Protocol",
            (ENDPOINT,),
            "POP3",
            works=False,
            said="AEM's e-mail endpoints take no OAuth over POP3 (Adobe): use IMAP",
            path="inbox" if lacks_imap else "",
        )


def _connection(protocol: Protocol, transport: Transport, observed: Observed) -> Reached:
    return next(
        found
        for found in observed.connections
        if (found.protocol, found.transport) == (protocol, transport)
    )


def _users(observed: Observed) -> Iterator[Row]:
    for login in observed.logins:
        for field, pages in _USERS[login.protocol]:
            yield Row(field, pages, login.user, login.works, login.said, field)


def _passwords(observed: Observed) -> Iterator[Row]:
    for tried in observed.passwords:
        value = f"False: a password over {tried.protocol.upper()}"
        field = "oAuth 2.0 Authentication Settings"
        yield Row(field, (SERVICE, ENDPOINT), value, tried.works, tried.said)
