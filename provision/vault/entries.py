"""What the vault holds: frozen values, each known by a key that keeps clouds and tenants apart."""

from dataclasses import dataclass, field
from datetime import datetime

from provision.secret import Secret
from provision.tenant.mailbox import AuthorityKind, Protocol


@dataclass(frozen=True, slots=True)
class ClientKey:
    """What client secrets are kept under."""

    cloud: str
    """A `Cloud.name`, so that a demonstration and the real tenant never mix."""
    tenant_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class MailboxKey:
    """What a mailbox's tokens are kept under."""

    cloud: str
    tenant_id: str
    """Tenant of the registration, not of the account that signs in."""
    client_id: str
    address: str
    """Lower case, whatever was given: mail addresses are compared without case here."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", self.address.lower())

    @property
    def client(self) -> ClientKey:
        """Return what the client secret that belongs to this mailbox is kept under."""
        return ClientKey(self.cloud, self.tenant_id, self.client_id)


@dataclass(frozen=True, slots=True)
class RegistrationKey:
    """What an application is known by before it has a client id."""

    cloud: str
    tenant_id: str
    unique_name: str


@dataclass(frozen=True, slots=True)
class HeldSecret:
    """A client secret with what identifies it at Graph."""

    key_id: str
    display_name: str
    end_at: datetime
    secret: Secret
    start_at: datetime | None = None
    """When it was minted; None when an older vault did not record it."""


@dataclass(frozen=True, slots=True)
class RememberedIds:
    """Ids from an earlier run: a hint that saves a round trip and decides nothing."""

    client_id: str
    application_object_id: str
    service_principal_object_id: str
    written: frozenset[str] = frozenset()
    """Kinds of changes of the last run that made any, which a replica may not have heard of."""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A mint that was begun; while it is unfinished, it explains a secret that nobody holds."""

    intent_id: str
    operation: str
    key_ids_present: frozenset[str]
    """What the application had before."""
    begun_at: datetime
    display_name: str
    """Of the client secret that was to be made."""


@dataclass(frozen=True, slots=True)
class SignedInMailbox:
    """A mailbox whose owner signed in: all that a refresh needs to know without a manifest."""

    key: MailboxKey
    unique_name: str
    """Of the application that was signed in to."""
    sign_in_as: str
    authority: AuthorityKind
    """The tenant segment of every login URL, for the life of the token."""
    protocols: tuple[Protocol, ...]
    """Mail scopes follow from them, and must be the same at every refresh."""
    permissions: tuple[str, ...]
    """Names that the application declared then, without a resource; Graph scopes follow."""
    object_id: str
    """`oid` of the account that signed in first; bound then, compared ever after."""
    account_tenant_id: str
    """`tid` of that account; personal accounts have Microsoft's own tenant."""
    signed_in_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One generation of a mailbox's refresh token."""

    generation: int
    """From 1, one more each time the endpoint gave another token."""
    token: Secret
    issued_at: datetime
    last_used_at: datetime | None
    """When a refresh last succeeded with it without being given another."""
    suspect_reason: str | None
    """What the endpoint said when it refused this token; None while it is trusted."""


@dataclass(frozen=True, slots=True)
class GrantedScopes:
    """What the last token of a mailbox could do, as the endpoint said; no secret."""

    key: MailboxKey
    resource: str
    scopes: frozenset[str]
    """As granted, in the endpoint's own spelling."""
    at: datetime


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token for one resource."""

    token: Secret
    expires_at: datetime
    scopes: frozenset[str]
    """What was asked for, since that is what the next caller asks for too; not what was granted."""
    resource: str


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in whose answer comes back by hand, perhaps to another process."""

    mailbox: MailboxKey
    state: str = field(repr=False)
    nonce: Secret
    code_verifier: Secret
    redirect_uri: str
    authority: str
    """The tenant segment that the sign-in URL used."""
    scopes: tuple[str, ...]
    """As asked for; the redemption repeats them."""
    created_at: datetime
    is_sent: bool = False
    """Whether the link was given to somebody to send on, and nobody here waits for its answer."""

    @property
    def client_id(self) -> str:
        """Return the client id that the sign-in URL used."""
        return self.mailbox.client_id


@dataclass(frozen=True, slots=True)
class ExpiredSignIn:
    """A sign-in that waited too long."""

    mailbox: MailboxKey
    created_at: datetime
    is_sent: bool = False
