"""Applications, their client secrets, and what they ask for, as Graph describes them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from provision.secret import Secret

SignInAudience = Literal[
    "AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount"
]

MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000"
"""Client id of the Microsoft Graph resource, the same in every tenant and cloud."""

EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"
"""Client id of the Office 365 Exchange Online resource, likewise."""


@dataclass(frozen=True, slots=True)
class ResourceAccess:
    """One permission that an application declares (Graph `requiredResourceAccess`)."""

    resource_client_id: str
    permission_id: str
    kind: Literal["Scope", "Role"]
    """`Scope` is delegated, `Role` is application-only."""


@dataclass(frozen=True, slots=True)
class Password:
    """A client secret's metadata (Graph `passwordCredential` without its `secretText`)."""

    key_id: str
    display_name: str | None
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordRequest:
    """A client secret that is wanted."""

    display_name: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class MintedPassword:
    """A client secret that was just created; Graph shows its value this once."""

    password: Password
    secret: Secret


@dataclass(frozen=True, slots=True)
class ApplicationSettings:
    """What a manifest decides about an application; comparable with `==`."""

    display_name: str
    sign_in_audience: str
    """A `SignInAudience` when desired; whatever Graph said when read."""
    token_version: int | None
    """Graph `api.requestedAccessTokenVersion`; a personal audience demands 2."""
    redirect_uris: frozenset[str]
    """Graph `web.redirectUris`."""
    issues_access_tokens: bool
    """Graph `web.implicitGrantSettings.enableAccessTokenIssuance`."""
    issues_id_tokens: bool
    """Graph `web.implicitGrantSettings.enableIdTokenIssuance`."""
    permissions: frozenset[ResourceAccess]
    service_management_reference: str | None = None
    """Graph `serviceManagementReference`: who answers for it, where the tenant keeps a list."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application as Graph returned it."""

    object_id: str
    client_id: str
    unique_name: str | None
    settings: ApplicationSettings
    passwords: frozenset[Password]
    """Graph returns them in no dependable order."""
    tags: frozenset[str] = frozenset()
    """What others mark it with; no manifest owns them."""
    created_at: datetime | None = field(default=None, compare=False)
    """Some policies only mean younger applications. The answer to the create has a fraction of a
    second that no read has.
    """


@dataclass(frozen=True, slots=True)
class DeletedApplication:
    """An application in the bin, which still holds its unique name."""

    application: Application
    """As it was when it was deleted, and as it will be when it is restored."""
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class Namesake:
    """An application that shares the display name and is not ours."""

    object_id: str
    client_id: str
    unique_name: str | None
    display_name: str
