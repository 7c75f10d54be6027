"""The closed union of what a plan can ask a tenant to do."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from provision.tenant.application import ApplicationSettings, PasswordRequest
from provision.tenant.certificate import Certificate, KeyCredential
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One property before and after, ready to be read by a person."""

    path: str
    """Graph's own name, `web.redirectUris`."""
    before: str | None
    """None when the value appears."""
    after: str | None
    """None when the value goes away."""


@dataclass(frozen=True, slots=True)
class CreateApplication:
    """Create the application, its client secret in the same request."""

    unique_name: str
    settings: ApplicationSettings
    password: PasswordRequest | None


@dataclass(frozen=True, slots=True)
class Restore:
    """Take the application out of the bin, or its service principal, which Graph leaves there."""

    kind: Literal["application", "servicePrincipal"]
    object_id: str
    unique_name: str
    deleted_on: date | None
    """None where it is not known."""


@dataclass(frozen=True, slots=True)
class UpdateApplication:
    """Write the settings that differ, in one request."""

    object_id: str
    unique_name: str
    before: ApplicationSettings
    after: ApplicationSettings


@dataclass(frozen=True, slots=True)
class CreateServicePrincipal:
    """Give the application its presence in the tenant."""

    unique_name: str


@dataclass(frozen=True, slots=True)
class CreateGrant:
    """Record new consent."""

    resource: str
    """`Microsoft Graph` or `Exchange Online`."""
    resource_object_id: str
    principal: str | None
    """User principal name; None consents for every user of the tenant."""
    principal_object_id: str | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ExtendGrant:
    """Add scopes to consent that exists; nothing that was granted is taken away."""

    resource: str
    grant_id: str
    principal: str | None
    before: frozenset[str]
    after: frozenset[str]


@dataclass(frozen=True, slots=True)
class AddPassword:
    """Mint a client secret on an existing application."""

    object_id: str
    request: PasswordRequest
    reason: str


@dataclass(frozen=True, slots=True)
class RemovePassword:
    """Revoke a client secret whose value was lost while it was being made."""

    object_id: str
    key_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddFederatedCredential:
    """Let somebody's tokens stand for the application."""

    trust: FederatedTrust


@dataclass(frozen=True, slots=True)
class UpdateFederatedCredential:
    """Write what differs about a trust; its name stays."""

    credential_id: str
    before: FederatedTrust
    after: FederatedTrust


@dataclass(frozen=True, slots=True)
class RemoveFederatedCredential:
    """No longer let somebody's tokens stand for the application."""

    credential: FederatedCredential


@dataclass(frozen=True, slots=True)
class AddCertificates:
    """Write the key credentials as a whole: those that are there, and those that are missing."""

    kept: tuple[KeyCredential, ...]
    added: tuple[Certificate, ...]


FederatedChange = AddFederatedCredential | UpdateFederatedCredential | RemoveFederatedCredential

Change = (
    CreateApplication
    | Restore
    | UpdateApplication
    | CreateServicePrincipal
    | CreateGrant
    | ExtendGrant
    | AddPassword
    | RemovePassword
    | FederatedChange
    | AddCertificates
)
