"""How applications, mailboxes, secrets and holders stand at one instant; values without secrets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provision.tenant.certificate import Certificate
from provision.tenant.mailbox import AuthorityKind
from provision.vault.expiry import Due
from provision.vault.ledger import Holder, MailboxEntry, SecretEntry

_LATER: Final = frozenset({"due", "outdated"})
"""States in which everything works for a while."""


@dataclass(frozen=True, slots=True)
class HolderStanding:
    """Somebody who was given copies, or ought to have been."""

    holder: Holder
    is_declared: bool
    """Whether the manifest names it; without a manifest nobody says that it does not."""
    token: Due | None
    secret: Due | None
    """None where it has the secret that serves, or none."""

    @property
    def dues(self) -> Iterator[Due]:
        """Yield how each of its copies stands."""
        yield from (due for due in (self.token, self.secret) if due is not None)


@dataclass(frozen=True, slots=True)
class MailboxStanding:
    """One mailbox: signed in here, or declared."""

    address: str
    sign_in_as: str
    authority: AuthorityKind
    entry: MailboxEntry | None
    """None when nobody has signed in for it here."""
    is_declared: bool
    token: Due
    holders: tuple[HolderStanding, ...]


@dataclass(frozen=True, slots=True)
class SecretStanding:
    """One client secret that is held here."""

    secret: SecretEntry
    is_serving: bool
    """Whether it is the one that refreshes use."""
    due: Due
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CertificateStanding:
    """One certificate that the manifest names."""

    certificate: Certificate
    due: Due


@dataclass(frozen=True, slots=True)
class ApplicationStanding:
    """One application with everything that belongs to it."""

    cloud: str
    tenant: str
    """Its id; what the manifest says where nothing is known of it here."""
    unique_name: str
    """Empty where nobody remembers it."""
    client_id: str | None
    missing: Due | None
    """Set when nothing is known here of the application that the manifest declares."""
    secrets: tuple[SecretStanding, ...]
    """In the order in which they were kept."""
    mailboxes: tuple[MailboxStanding, ...]
    """In the order in which their tokens die; those without a token first."""
    holders: tuple[HolderStanding, ...]
    """Those that have no mailbox's values."""
    certificates: tuple[CertificateStanding, ...]

    @property
    def dues(self) -> Iterator[Due]:
        """Yield how each thing stands."""
        if self.missing is not None:
            yield self.missing
        yield from (secret.due for secret in self.secrets)
        yield from (certificate.due for certificate in self.certificates)
        yield from (mailbox.token for mailbox in self.mailboxes)
        for holder in (*self.holders, *(h for m in self.mailboxes for h in m.holders)):
            yield from holder.dues


@dataclass(frozen=True, slots=True)
class Status:
    """How everything stood at one instant."""

    at: datetime
    applications: tuple[ApplicationStanding, ...]

    @property
    def dues(self) -> tuple[Due, ...]:
        """Return how each thing stands: what dies first is first."""
        every = (due for application in self.applications for due in application.dues)
        return tuple(sorted(every, key=lambda due: (due.dies_at or self.at, due.kind, due.what)))

    @property
    def to_do(self) -> tuple[Due, ...]:
        """Return what somebody has to do something about, the most urgent first."""
        found = [due for due in self.dues if due.is_due]
        # Without its application nothing else can be mended.
        return tuple(sorted(found, key=lambda d: (d.kind != "application", d.state in _LATER)))
