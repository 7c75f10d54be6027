"""What a sink holds: the new values, and those of the old ones that are still true."""

from dataclasses import dataclass
from datetime import UTC, datetime

from provision.handoff.port import Handover
from provision.secret import Secret
from provision.tenant.registration import ClientSecret


@dataclass(frozen=True, slots=True)
class Token:
    """A refresh token with what identifies its generation."""

    secret: Secret
    issued_at: str | None
    """UTC, `2026-01-31T09:30:00Z`."""
    generation: int | None


@dataclass(frozen=True, slots=True)
class Holding:
    """The values of one hand-off as a sink stores them."""

    client_id: str
    tenant_id: str
    authority: str
    mailbox: str | None
    client_secret: ClientSecret | None
    """Its key id is empty when somebody removed it from the file."""
    token: Token | None

    @property
    def key_id(self) -> str | None:
        """Return the key id beside the client secret, or None without one."""
        return None if self.client_secret is None else self.client_secret.key_id or None


def combined(handover: Handover, stored: Holding | None) -> Holding:
    """Return what to store: the hand-off, completed by what is stored and still belongs to it.

    A stored client secret stays while the application is the same. A stored refresh token stays
    while application, mailbox and authority are: it works for no other. Without a mailbox in the
    hand-off, the token decides, and its authority stays with it.
    """
    registration = handover.registration
    address = None if handover.mailbox is None else handover.mailbox.address
    mine = None if stored is None or not _is_same_application(handover, stored) else stored
    token, authority, mailbox = _new_token(handover), handover.authority, address
    if token is None and mine is not None and _token_survives(handover, mine):
        token, authority, mailbox = mine.token, mine.authority, mine.mailbox
    secret = handover.client_secret
    if secret is None and mine is not None:
        secret = mine.client_secret
    return Holding(
        client_id=registration.client_id,
        tenant_id=registration.tenant_id,
        authority=authority,
        mailbox=mailbox,
        client_secret=secret,
        token=token,
    )


def utc_text(instant: datetime) -> str:
    """Return an aware instant as `2026-01-31T09:30:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _new_token(handover: Handover) -> Token | None:
    if handover.refresh_token is None:
        return None
    issued_at = handover.refresh_token_issued_at
    return Token(
        handover.refresh_token,
        None if issued_at is None else utc_text(issued_at),
        handover.generation,
    )


def _is_same_application(handover: Handover, stored: Holding) -> bool:
    registration = handover.registration
    return (stored.client_id, stored.tenant_id) == (registration.client_id, registration.tenant_id)


def _token_survives(handover: Handover, stored: Holding) -> bool:
    if stored.token is None:
        return False
    if handover.mailbox is None:
        return _origin(stored.authority) == _origin(handover.authority)
    return (stored.mailbox, stored.authority) == (handover.mailbox.address, handover.authority)


def _origin(authority: str) -> str:
    """Return an authority without its tenant segment."""
    return authority.rpartition("/")[0]
