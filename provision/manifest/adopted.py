"""The manifest of an application that exists already: written like the template, true to it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from provision.manifest.fields import DisplayName, PermissionName, RedirectUri, UniqueName
from provision.manifest.template import NO_HANDOFF, NO_MAILBOX
from provision.manifest.yaml_text import comment, scalar

_TEMPLATE: Final = """\
# The application {client_id} as it was found.
# `provision check` reads this file offline, `provision schema` describes it.
{kept}
# The tenant's GUID or one of its domains.
tenant: {tenant}

# global, usgov, usgov-dod (registration only), china, or the path of a cloud file.
cloud: {cloud}

application:
  # The key by which the application is found again. It can never be changed.
  uniqueName: {unique_name}
  # What people see when they sign in.
  displayName: {display_name}
  # AzureADMyOrg: this tenant. AzureADMultipleOrgs: any tenant.
  # AzureADandPersonalMicrosoftAccount: any tenant and personal accounts (global cloud only).
  signInAudience: {audience}
  web:
    # http://localhost serves the sign-in on this machine, on whatever port is free.
    redirectUris:{redirect_uris}
    # The authorization-code flow needs neither.
    implicitGrantSettings:
      enableAccessTokenIssuance: {issues_access_tokens}
      enableIdTokenIssuance: {issues_id_tokens}
  # Delegated permissions of Microsoft Graph, by name. Each mail protocol needs its own.
  permissions:{permissions}
{secret}
  # full: redirect URIs and permissions that are not named here are removed. partial: they stay.
  manage: {manage}

# allPrincipals: the administrator consents for every user. mailboxes: only for the owners of
# the mailboxes below. none: users consent when they sign in.
{consent_remark}consent: {consent}

{mailboxes}
# Where client id, client secret and refresh token go: dotenv, json or aem-forms.
{handoff}
"""

_CREDENTIAL: Final = """\
  # Client secret {key_id} is recognised by its name and serves until it ends. What follows is for
  # the one after it, which `provision rotate` makes.
  secret:
    displayName: {name}
    lifetime: 180d
    rotateBefore: 30d
    overlap: 7d"""

_NO_CREDENTIAL: Final = """\
  # none: no client secret is made, and those that exist are left alone. For a secret of its own:
  # secret: {lifetime: 180d, rotateBefore: 30d}
  secret: none"""

_MAX_UNIQUE_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class AdoptedValues:
    """What the manifest of an existing application says; every value can be said in one."""

    client_id: str
    tenant: str
    cloud: str
    unique_name: str
    display_name: str
    audience: str
    redirect_uris: tuple[str, ...]
    issues_access_tokens: bool
    issues_id_tokens: bool
    permissions: tuple[str, ...]
    secret: tuple[str, str] | None
    """Key id and display name of the client secret that satisfies it; None wants none."""
    is_partial: bool
    """Whether there is more than the lists name."""
    consents_for_everyone: bool
    consent_remark: str
    """Why there is no more consent than this; empty where there is nothing to say."""
    kept: tuple[str, ...]
    """What the application has besides."""


def render_adopted(values: AdoptedValues) -> str:
    """Return the commented manifest."""
    told = ["What it has besides is kept as it is:", *(f"  {text}" for text in values.kept)]
    remark = comment(values.consent_remark) + "\n" if values.consent_remark else ""
    return _TEMPLATE.format(
        client_id=values.client_id,
        kept="".join(f"{comment(line)}\n" for line in told if values.kept),
        tenant=scalar(values.tenant),
        cloud=scalar(values.cloud),
        unique_name=scalar(values.unique_name),
        display_name=scalar(values.display_name),
        audience=values.audience,
        redirect_uris=_items(values.redirect_uris, 6),
        issues_access_tokens=_truth(values.issues_access_tokens),
        issues_id_tokens=_truth(values.issues_id_tokens),
        permissions=_items(values.permissions, 4),
        secret=_secret(values.secret),
        manage="partial" if values.is_partial else "full",
        consent="allPrincipals" if values.consents_for_everyone else "none",
        consent_remark=remark,
        mailboxes=NO_MAILBOX,
        handoff=NO_HANDOFF,
    )


def is_permission_name(name: str) -> bool:
    """Tell whether a manifest takes this for a permission."""
    return _is(PermissionName, name)


def is_redirect_uri(uri: str) -> bool:
    """Tell whether a manifest takes this for a redirect URI."""
    return _is(RedirectUri, uri)


def is_display_name(name: str | None) -> bool:
    """Tell whether a manifest takes this for a display name."""
    return name is not None and _is(DisplayName, name)


def is_unique_name(name: str) -> bool:
    """Tell whether a manifest, and Graph, takes this for a unique name."""
    return _is(UniqueName, name)


def unique_name_for(display_name: str) -> str:
    """Return a unique name that a display name suggests; empty when it suggests none."""
    ascii_only = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9._]+", "-", ascii_only.lower())
    return words[:_MAX_UNIQUE_NAME].strip("-._")


def _is(kind: Any, value: str) -> bool:  # noqa: ANN401  (an annotated type has no better name)
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def _items(values: tuple[str, ...], indent: int) -> str:
    if not values:
        return " []"
    return "".join(f"\n{' ' * indent}- {scalar(value)}" for value in values)


def _secret(secret: tuple[str, str] | None) -> str:
    if secret is None:
        return _NO_CREDENTIAL
    return _CREDENTIAL.format(key_id=secret[0], name=scalar(secret[1]))


def _truth(value: bool) -> str:  # noqa: FBT001  (YAML's word for it)
    return "true" if value else "false"
