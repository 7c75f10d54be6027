"""The ledger: what is held since when, and who was given which copy of it; nothing is secret."""

from dataclasses import dataclass, replace
from datetime import datetime

from provision.vault.entries import ClientKey, MailboxKey, RegistrationKey, SignedInMailbox


@dataclass(frozen=True, slots=True)
class HolderKey:
    """Whoever was given values of one mailbox, or of an application alone."""

    client: ClientKey
    address: str
    """Of the mailbox, in lower case; empty for a holder that has no mailbox's values."""
    name: str
    """`dotenv mail.env`, `AEM Forms Email Service`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", self.address.lower())


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A copy of a refresh token, as it was handed over."""

    generation: int
    issued_at: datetime
    """When the endpoint issued this generation, which the vault may no longer have."""
    handed_at: datetime


@dataclass(frozen=True, slots=True)
class GivenSecret:
    """A copy of a client secret, as it was handed over."""

    key_id: str
    """Empty where the caller brought the secret, and nobody knows its key."""
    end_at: datetime | None
    """None where nobody said."""
    handed_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """What a holder was given last, of each kind."""

    key: HolderKey
    keeps_successors: bool
    """Whether it stores the refresh token that each redemption brings. A copy without successors
    dies ninety days after its issue, however often others renew theirs.
    """
    token: GivenToken | None = None
    secret: GivenSecret | None = None

    def updated(self, latest: "Holder") -> "Holder":
        """Return what the holder has after another hand-off: what that left out is still there."""
        return replace(
            latest, token=latest.token or self.token, secret=latest.secret or self.secret
        )


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """The newest generation of a mailbox's refresh token, without the token."""

    generation: int
    issued_at: datetime
    last_used_at: datetime | None
    suspect_reason: str | None


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """A mailbox that signed in here."""

    signed_in: SignedInMailbox
    token: TokenEntry | None
    """None when its refresh token is gone."""

    @property
    def key(self) -> MailboxKey:
        """Return what its tokens are kept under."""
        return self.signed_in.key


@dataclass(frozen=True, slots=True)
class SecretEntry:
    """A client secret that is kept, without its value."""

    key: ClientKey
    key_id: str
    display_name: str
    start_at: datetime | None
    end_at: datetime


@dataclass(frozen=True, slots=True)
class RegistrationEntry:
    """An application that an earlier run applied or was told of."""

    key: RegistrationKey
    client_id: str

    @property
    def client(self) -> ClientKey:
        """Return what its client secrets are kept under."""
        return ClientKey(self.key.cloud, self.key.tenant_id, self.client_id)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that a vault knows about what it holds and gave away."""

    registrations: tuple[RegistrationEntry, ...] = ()
    """In order of cloud, tenant and unique name."""
    mailboxes: tuple[MailboxEntry, ...] = ()
    """In order of address."""
    secrets: tuple[SecretEntry, ...] = ()
    """In the order in which they were kept."""
    holders: tuple[Holder, ...] = ()
    """In order of address and name."""
