"""The `application` section of a manifest."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictBool,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
)
from pydantic.dataclasses import dataclass
from pydantic_core import CoreSchema, core_schema

from provision.cloud import BUILT_IN
from provision.manifest.certificates import CertificatePath
from provision.manifest.federation import FederatedCredentialSection
from provision.manifest.fields import (
    Audience,
    DisplayName,
    Period,
    PermissionName,
    RedirectUri,
    ServiceReference,
    UniqueName,
)
from provision.manifest.permission_ids import DEFAULT_PERMISSIONS
from provision.manifest.sections import SECTION, WRITTEN

PERSONAL_AUDIENCE = "AzureADandPersonalMicrosoftAccount"


def nativeclient(authority: str) -> str:
    """Return the redirect URI that a login host keeps for clients without one of their own."""
    return f"{authority}/common/oauth2/nativeclient"


DEFAULT_REDIRECT_URIS = ("http://localhost", nativeclient(BUILT_IN["global"].authority))


@dataclass(frozen=True, slots=True, config=SECTION)
class ImplicitGrantSettings:
    """Which tokens the authorization endpoint may hand out directly."""

    enable_access_token_issuance: StrictBool = True
    """Access tokens; the authorization-code flow does not need it."""
    enable_id_token_issuance: StrictBool = True
    """ID tokens; the authorization-code flow does not need it."""


@dataclass(frozen=True, slots=True, config=SECTION)
class WebSection:
    """The application as a web client."""

    redirect_uris: tuple[RedirectUri, ...] = DEFAULT_REDIRECT_URIS
    """Where the browser returns to; at most 100 with a personal audience, 256 without."""
    implicit_grant_settings: ImplicitGrantSettings = Field(default_factory=ImplicitGrantSettings)
    """Which tokens the authorization endpoint may issue by itself."""


@dataclass(frozen=True, slots=True, config=SECTION)
class SecretSection:
    """The client secret to mint; its value never stands in a manifest."""

    display_name: DisplayName = ""
    """What the secret is recognised by; by default the application's unique name, which replaces
    the empty text as soon as the section belongs to an application.
    """
    lifetime: Period = Field(default=timedelta(days=180), json_schema_extra={"default": "180d"})
    """How long a new secret lives."""
    rotate_before: Period = Field(default=timedelta(days=30), json_schema_extra={"default": "30d"})
    """How long before its end a secret is due for rotation; shorter than `lifetime`."""
    overlap: Period = Field(default=timedelta(days=7), json_schema_extra={"default": "7d"})
    """How long `rotate` leaves the old secret good beside a new one."""


_NO_SECTION = "none"
"""What a manifest says in the place of a secret section where no client secret is wanted."""


def _section_or_word(
    value: object, parse: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> SecretSection | None:
    is_none = value == _NO_SECTION or (value is None and info.context is not WRITTEN)
    section: SecretSection | None = None if is_none else parse(value)
    return section


class _SectionOrWord:
    """Tells pydantic that None is written as a word; null stays a key without a value."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_wrap_validator_function(
            _section_or_word, handler.generate_schema(SecretSection)
        )

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(core), {"const": _NO_SECTION}]}


def _named(section: SecretSection | None, info: ValidationInfo) -> SecretSection | None:
    unique_name = info.data.get("unique_name")
    if section is None or section.display_name or unique_name is None:
        return section
    return replace(section, display_name=unique_name)


@dataclass(frozen=True, slots=True, config=SECTION)
class ApplicationSection:
    """The application registration that is wanted."""

    unique_name: UniqueName
    """The key by which the application is found again; immutable once set."""
    display_name: DisplayName = Field(default_factory=lambda data: data["unique_name"])
    """What people see; by default the unique name. At most 90 characters with a personal
    audience, 120 without.
    """
    sign_in_audience: Audience = "AzureADandPersonalMicrosoftAccount"
    """Who may sign in; outside the global cloud the default is `AzureADMultipleOrgs`."""
    web: WebSection = Field(default_factory=WebSection)
    """Redirect URIs and what the authorization endpoint may issue."""
    permissions: tuple[PermissionName, ...] = DEFAULT_PERMISSIONS
    """Delegated permissions of Microsoft Graph, by name."""
    secret: Annotated[SecretSection | None, _SectionOrWord(), AfterValidator(_named)] = Field(
        default_factory=SecretSection, validate_default=True
    )
    """The client secret to mint; `none` makes none and leaves those that exist alone."""
    service_management_reference: ServiceReference | None = None
    """Who answers for the application, where the tenant demands it; without it, what is there
    stays.
    """
    federated_credentials: tuple[FederatedCredentialSection, ...] | None = None
    """Whose tokens stand for the application instead of a secret; left out, nobody asks."""
    certificates: tuple[CertificatePath, ...] = ()
    """Files with one public certificate each, relative to the manifest; those that the application
    has besides are kept.
    """
    manage: Literal["full", "partial"] = "full"
    """Whether redirect URIs, permissions and federated credentials that the manifest does not name
    are removed, or kept and reported.
    """
    prevent_destroy: StrictBool = False
    """Whether `destroy` refuses, whatever it is told."""

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """The redirect URIs of the `web` section."""
        return self.web.redirect_uris

    @property
    def issues_access_tokens(self) -> bool:
        """Whether the authorization endpoint may issue access tokens."""
        return self.web.implicit_grant_settings.enable_access_token_issuance

    @property
    def issues_id_tokens(self) -> bool:
        """Whether the authorization endpoint may issue ID tokens."""
        return self.web.implicit_grant_settings.enable_id_token_issuance

    @property
    def admits_personal_accounts(self) -> bool:
        """Whether the audience includes personal Microsoft accounts."""
        return self.sign_in_audience == PERSONAL_AUDIENCE
