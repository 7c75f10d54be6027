"""Tenant, the port: read what exists, change one thing at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from provision.tenant.adoptee import Adoptee
from provision.tenant.application import (
    Application,
    ApplicationSettings,
    DeletedApplication,
    MintedPassword,
    Namesake,
    PasswordRequest,
)
from provision.tenant.caller import Caller
from provision.tenant.certificate import Certificate, KeyCredential
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from provision.tenant.policies import UNKNOWN_POLICIES, TenantPolicies
from provision.tenant.service_principal import Grant, GrantRequest, Resource, ServicePrincipal


@dataclass(frozen=True, slots=True)
class Hint:
    """Ids remembered from an earlier run; they save a round trip and decide nothing."""

    client_id: str
    service_principal_object_id: str
    application_object_id: str = ""
    """Asked for where the unique name is not known: a replica may have the one and not the other.
    """


@dataclass(frozen=True, slots=True)
class TenantQuery:
    """What one read should answer."""

    unique_name: str
    display_name: str
    """Namesakes are looked for under this name."""
    hint: Hint | None = None
    users: frozenset[str] = frozenset()
    """User principal names whose object ids are needed (consent for mailboxes only)."""
    wants_scope_ids: bool = False
    """Whether a permission name has to be looked up in the tenant's own Microsoft Graph."""
    wants_exchange: bool = False
    """Whether consent on Exchange Online itself is to be planned."""
    wants_federated: bool = False
    """Whether the federated credentials are to be shown."""
    wants_certificates: bool = False
    """Whether the key credentials are to be shown."""
    adoptee_client_id: str = ""
    """Whose service principal and grants are asked for, although the unique name may not be its
    own yet.
    """


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one read found."""

    tenant_id: str
    """GUID of the tenant that answered, from the administrator's own token."""
    application: Application | None
    service_principal: ServicePrincipal | None
    grants: frozenset[Grant]
    """Every grant of this client, on whatever resource, for whomever."""
    microsoft_graph: Resource
    namesakes: tuple[Namesake, ...]
    user_ids: Mapping[str, str]
    """User principal name, as asked, to object id; users that do not exist are absent."""
    unknown: frozenset[str] = frozenset()
    """Reads that were refused with 403: `namesakes`, `users`, `grants`, `deleted`, `owners`,
    `policies`, `federated credentials`.
    """
    exchange_online: Resource | None = None
    """None unless asked for; and where the tenant has no Exchange Online."""
    deleted: DeletedApplication | None = None
    """The application of that name in the bin, when there is none alive."""
    deleted_service_principal: str | None = None
    """Object id of its service principal in the bin, when there is none alive: restoring the
    application leaves it there."""
    owners: frozenset[str] = frozenset()
    """Object ids of whoever may change the application besides the administrators."""

    policies: TenantPolicies = UNKNOWN_POLICIES
    """What could be read of them; all unknown where none could."""
    federated_credentials: frozenset[FederatedCredential] | None = None
    """None unless asked for."""

    key_credentials: frozenset[KeyCredential] | None = None
    """None unless asked for."""

    @property
    def existing(self) -> Application | None:
        """The application, alive or in the bin."""
        if self.application is None and self.deleted is not None:
            return self.deleted.application
        return self.application


@dataclass(frozen=True, slots=True)
class Presence:
    """What a tenant has of an application that may be registered in another."""

    service_principal: ServicePrincipal | None
    grants: frozenset[Grant]
    """Every grant of this client, on whatever resource, for whomever."""
    microsoft_graph: Resource


@dataclass(frozen=True, slots=True)
class CreatedApplication:
    """A fresh application, with its secret when one was asked for."""

    application: Application
    minted: MintedPassword | None


class Tenant(Protocol):
    """A tenant's registrations.

    Every method may raise `NotPermitted`, `PolicyRefused`, `RefusedError`, `Throttled` (after the
    deadline), `Unreachable`, and `NotYetVisible` (after the deadline). Every write may raise
    `OutcomeUnknown`: it was sent, nobody knows whether it took effect, and it was not repeated.
    """

    def caller(self) -> Caller:
        """Return whoever changes the tenant, signing in if need be."""
        ...

    def read(self, query: TenantQuery) -> Snapshot:
        """Return what exists, in as few requests as the hint allows."""
        ...

    def find_by_client_id(self, client_id: str) -> Adoptee | None:
        """Return an application whole, whoever made it."""
        ...

    def find_by_display_name(self, display_name: str) -> tuple[Adoptee, ...]:
        """Return every application that people see under this name, oldest first."""
        ...

    def set_unique_name(self, object_id: str, unique_name: str) -> None:
        """Give an application the unique name that it lacks, for good.

        Raises:
            NameTaken: Another application, live or deleted, has that name.
            RefusedError: It has another name.
        """
        ...

    def presence(self, client_id: str) -> Presence:
        """Return what this tenant has of an application, wherever that is registered."""
        ...

    def create_application(
        self, unique_name: str, settings: ApplicationSettings, password: PasswordRequest | None
    ) -> CreatedApplication:
        """Create an application, its secret in the same request.

        Raises:
            AlreadyExists: An application with this unique name exists.
            NameTaken: A deleted application still holds the unique name.
        """
        ...

    def update_application(
        self, object_id: str, before: ApplicationSettings, after: ApplicationSettings
    ) -> None:
        """Write the settings that differ between `before` and `after`, in one request."""
        ...

    def create_service_principal(self, client_id: str) -> ServicePrincipal:
        """Give an application its presence in the tenant.

        Raises:
            AlreadyExists: It has one.
        """
        ...

    def create_grant(self, request: GrantRequest) -> Grant:
        """Record consent.

        Raises:
            AlreadyExists: There is a grant for this client, resource and principal.
        """
        ...

    def replace_grant_scopes(self, grant_id: str, scopes: frozenset[str]) -> None:
        """Make the grant hold exactly these scopes; callers pass the union."""
        ...

    def add_password(self, object_id: str, request: PasswordRequest) -> MintedPassword:
        """Mint a client secret on an existing application."""
        ...

    def remove_password(self, object_id: str, key_id: str) -> None:
        """Revoke a client secret; a key id that is gone already is no error."""
        ...

    def add_federated_credential(
        self, object_id: str, trust: FederatedTrust
    ) -> FederatedCredential:
        """Let somebody's tokens stand for an application.

        Raises:
            AlreadyExists: A credential of that name exists.
        """
        ...

    def update_federated_credential(
        self, object_id: str, credential_id: str, before: FederatedTrust, after: FederatedTrust
    ) -> None:
        """Write what differs about a trust; its name never does."""
        ...

    def remove_federated_credential(self, object_id: str, credential_id: str) -> None:
        """End a trust; one that is gone already is no error."""
        ...

    def replace_certificates(
        self, object_id: str, kept: tuple[KeyCredential, ...], added: tuple[Certificate, ...]
    ) -> None:
        """Make the key credentials these: `kept` are there already and go along without a key."""
        ...

    def delete_application(self, object_id: str) -> None:
        """Move an application to the bin, its service principal too; gone already is no error."""
        ...

    def restore(self, object_id: str) -> None:
        """Take an application or a service principal out of the bin, by itself.

        Raises:
            NotFound: It is not in the bin.
        """
        ...

    def purge(self, object_id: str) -> None:
        """Delete for good what is in the bin; gone already is no error."""
        ...

    def close(self) -> None:
        """Release connections; harmless when repeated."""
        ...
