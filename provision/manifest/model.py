"""A manifest as values: pydantic's frozen dataclasses, from which the JSON Schema comes too."""

import hashlib
import json
from dataclasses import asdict
from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, ValidationInfo
from pydantic.dataclasses import dataclass
from pydantic_core import CoreSchema, core_schema

from provision.cloud import BUILT_IN
from provision.manifest.application import (
    SECTION,
    ApplicationSection,
    ImplicitGrantSettings,
    SecretSection,
    WebSection,
    nativeclient,
)
from provision.manifest.fields import Address, CloudName, FilePath, Tenant, written
from provision.tenant.mailbox import PROTOCOLS, AuthorityKind, Mailbox, Protocol

__all__ = [
    "ApplicationSection",
    "HandoffTarget",
    "ImplicitGrantSettings",
    "MailboxSection",
    "Manifest",
    "SecretSection",
    "WebSection",
]


def _in_cloud(value: object, info: ValidationInfo) -> object:
    """Fill in what an application section leaves open and the cloud decides."""
    cloud = BUILT_IN.get(info.data.get("cloud", ""))
    if not isinstance(value, dict) or cloud is None or cloud.has_personal_accounts:
        return value
    web = value.get("web", {})
    if isinstance(web, dict):
        uris = ["http://localhost", nativeclient(cloud.authority)]
        web = web if "redirect_uris" in web else {"redirectUris": uris, **web}
    return {"signInAudience": "AzureADMultipleOrgs", **value, "web": web}


@dataclass(frozen=True, slots=True, config=SECTION)
class MailboxSection:
    """One mailbox to sign in."""

    address: Address
    """The mailbox that mail programs open."""
    sign_in_as: Address = Field(default_factory=lambda data: data["address"])
    """The account that signs in: the mailbox itself by default, or a shared mailbox's delegate."""
    authority: AuthorityKind = "tenant"
    """Where it signs in: the manifest's tenant, `consumers` for a personal account, or `common`."""
    protocols: tuple[Protocol, ...] = Field(default=("imap", "smtp"), min_length=1)
    """What the mailbox is used over."""


def _mailbox(section: MailboxSection) -> Mailbox:
    ordered = tuple(p for p in PROTOCOLS if p in section.protocols)
    return Mailbox(section.address, section.sign_in_as, section.authority, ordered)


class _WrittenAsSection:
    """Tells pydantic that a `Mailbox` is written as a `MailboxSection`."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        section = handler.generate_schema(MailboxSection)
        parsed = core_schema.no_info_after_validator_function(_mailbox, section)
        return core_schema.no_info_wrap_validator_function(
            lambda value, parse: value if isinstance(value, Mailbox) else parse(value), parsed
        )


@dataclass(frozen=True, slots=True, config=SECTION)
class HandoffTarget:
    """One place that receives the values."""

    to: Literal["dotenv", "json", "aem-forms"]
    """The format."""
    path: FilePath
    """The file to write, relative to the manifest; `-` is standard output."""
    mailbox: Address | None = None
    """Whose refresh token goes there: a file holds one mailbox. Needed when there are several."""


@dataclass(frozen=True, slots=True, kw_only=True, config=SECTION)
class Manifest:
    """What is wanted: one application of one tenant, its mailboxes, and where the values go."""

    tenant: Tenant
    """The tenant's GUID or one of its domains."""
    cloud: CloudName = "global"
    """A Microsoft cloud, or the path of a cloud file, relative to the manifest."""
    application: Annotated[ApplicationSection, BeforeValidator(_in_cloud)]
    """The application registration."""
    consent: Literal["allPrincipals", "mailboxes", "none"] = "allPrincipals"
    """Who the administrator consents for: every user, the owners of the mailboxes, or nobody
    (users consent at sign-in).
    """
    mailboxes: tuple[Annotated[Mailbox, _WrittenAsSection()], ...] = ()
    """The mailboxes to sign in."""
    handoff: tuple[HandoffTarget, ...] = ()
    """Where the values go."""

    @property
    def cloud_file(self) -> PurePath | None:
        """The path of the cloud file, or None when the cloud is one of Microsoft's."""
        return None if self.cloud in BUILT_IN else PurePath(self.cloud)

    @property
    def digest(self) -> str:
        """SHA-256 of what the manifest says, in hexadecimal; spelling and order do not count."""
        content = asdict(self)
        application = content["application"]
        application["permissions"] = sorted(application["permissions"])
        application["web"]["redirect_uris"] = sorted(application["web"]["redirect_uris"])
        text = json.dumps(content, sort_keys=True, default=written)
        return hashlib.sha256(text.encode()).hexdigest()
