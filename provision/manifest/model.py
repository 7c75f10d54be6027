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
    ApplicationSection,
    ImplicitGrantSettings,
    SecretSection,
    WebSection,
    nativeclient,
)
from provision.manifest.fields import Address, CloudName, Tenant, written
from provision.manifest.handoff import HandoffTarget, TaggedTarget
from provision.manifest.sections import SECTION
from provision.tenant.certificate import Certificate
from provision.tenant.federated_credential import FederatedTrust
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
    """Where it signs in: the manifest's tenant, `consumers` for a personal account, or `common`,
    which is the default for a mailbox that is handed to AEM Forms.
    """
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


def _signing_in_for_aem(value: object, info: ValidationInfo) -> object:
    """Let a mailbox that AEM Forms gets sign in at `common`: AEM has no field for a tenant.

    A token has one tenant segment for life. An application of a single tenant has no choice.
    """
    application = info.data.get("application")
    takers = [t for t in info.data.get("handoff", ()) if t.to == "aem-forms"]
    if not isinstance(value, list | tuple) or application is None or not takers:
        return value
    if application.sign_in_audience == "AzureADMyOrg":
        return value
    taken = {t.mailbox.casefold() for t in takers if t.mailbox}

    def is_taken(section: dict[str, object]) -> bool:
        return not taken or str(section.get("address", "")).casefold() in taken

    return [
        {"authority": "common", **section}
        if isinstance(section, dict) and is_taken(section)
        else section
        for section in value
    ]


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
    # Before the mailboxes: a mailbox's default authority depends on who gets its token.
    handoff: tuple[TaggedTarget, ...] = ()
    """Where the values go."""
    mailboxes: Annotated[
        tuple[Annotated[Mailbox, _WrittenAsSection()], ...], BeforeValidator(_signing_in_for_aem)
    ] = ()
    """The mailboxes to sign in."""

    @property
    def cloud_file(self) -> PurePath | None:
        """The path of the cloud file, or None when the cloud is one of Microsoft's."""
        return None if self.cloud in BUILT_IN else PurePath(self.cloud)

    @property
    def trusts(self) -> tuple[FederatedTrust, ...] | None:
        """Whose tokens stand for the application; None where nobody looks at them."""
        sections = self.application.federated_credentials
        return None if sections is None else tuple(s.trust(self.cloud) for s in sections)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates that are given, as far as their files were read."""
        files = self.application.certificates
        return tuple(file.certificate for file in files if file.certificate is not None)

    @property
    def digest(self) -> str:
        """SHA-256 of what the manifest says, in hexadecimal; spelling and order do not count."""
        content = asdict(self)
        application = content["application"]
        application["permissions"] = sorted(application["permissions"])
        application["web"]["redirect_uris"] = sorted(application["web"]["redirect_uris"])
        application["certificates"] = sorted(
            file.certificate.thumbprint if file.certificate else file.path
            for file in self.application.certificates
        )
        text = json.dumps(content, sort_keys=True, default=written)
        return hashlib.sha256(text.encode()).hexdigest()
