"""What the portal and Azure CLI print of an application, in whichever format → Graph's JSON; pure.

Sources:
    https://learn.microsoft.com/entra/identity-platform/reference-microsoft-graph-app-manifest
    https://learn.microsoft.com/entra/identity-platform/reference-app-manifest (Azure AD Graph)
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Final

from provision.errors import UsageError
from provision.graph.answers import JsonValue

_OLD_ONLY: Final = frozenset(
    {"replyUrlsWithType", "replyUrls", "accessTokenAcceptedVersion", "allowPublicClient",
     "oauth2AllowImplicitFlow", "oauth2AllowIdTokenImplicitFlow", "oauth2Permissions",
     "informationalUrls", "availableToOtherTenants", "objectId"}
)  # fmt: skip
"""Names that only Azure AD Graph's format has."""
_AS_THEY_ARE: Final = (
    "appId", "signInAudience", "requiredResourceAccess", "keyCredentials", "appRoles", "tags",
    "optionalClaims", "identifierUris", "groupMembershipClaims", "publisherDomain", "addIns",
    "description", "notes", "samlMetadataUrl", "tokenEncryptionKeyId", "parentalControlSettings",
    "serviceManagementReference", "uniqueName", "createdDateTime",
)  # fmt: skip
_INFORMATION: Final = {
    "marketing": "marketingUrl",
    "privacy": "privacyStatementUrl",
    "support": "supportUrl",
    "termsOfService": "termsOfServiceUrl",
}
_AUDIENCES: Final = {True: "AzureADMultipleOrgs", False: "AzureADMyOrg"}
_PLATFORMS: Final = {"Web": "web", "InstalledClient": "publicClient", "Spa": "spa"}
_HINT: Final = "export it with: az ad app show --id CLIENT_ID"


def read_export(text: str) -> JsonValue:
    """Return the application that a text describes, as Microsoft Graph would.

    Raises:
        UsageError: It is no JSON, or not one application's.
    """
    try:
        raw = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise UsageError("the exported application: it is not JSON", hint=_HINT) from error
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]  # `az ad app list` of one
    if not isinstance(raw, dict):
        raise UsageError("the exported application: it is not one JSON object", hint=_HINT)
    found = _converted(raw) if _OLD_ONLY & raw.keys() else raw
    if not isinstance(found.get("appId"), str) or not isinstance(found.get("id"), str):
        raise UsageError("the exported application: it has no appId, or no id", hint=_HINT)
    return found


def _converted(old: JsonValue) -> JsonValue:
    kept = {name: old[name] for name in _AS_THEY_ARE if name in old}
    audience = _AUDIENCES.get(old.get("availableToOtherTenants") is True)
    return {
        "signInAudience": audience,
        **kept,
        "id": old.get("objectId") or old.get("id"),
        "displayName": old.get("displayName") or old.get("name"),
        "isFallbackPublicClient": old.get("allowPublicClient"),
        "api": {
            "acceptMappedClaims": old.get("acceptMappedClaims"),
            "knownClientApplications": old.get("knownClientApplications"),
            "requestedAccessTokenVersion": old.get("accessTokenAcceptedVersion"),
            "oauth2PermissionScopes": old.get("oauth2Permissions"),
            "preAuthorizedApplications": old.get("preAuthorizedApplications"),
        },
        "info": _information(old.get("informationalUrls")),
        "keyCredentials": [_dated(key) for key in _objects(old.get("keyCredentials"))],
        "passwordCredentials": [_password(p) for p in _objects(old.get("passwordCredentials"))],
        "web": {
            "homePageUrl": old.get("signInUrl") or old.get("homepage"),
            "logoutUrl": old.get("logoutUrl"),
            "redirectUris": _redirects(old)["web"],
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": old.get("oauth2AllowImplicitFlow"),
                "enableIdTokenIssuance": old.get("oauth2AllowIdTokenImplicitFlow"),
            },
        },
        "publicClient": {"redirectUris": _redirects(old)["publicClient"]},
        "spa": {"redirectUris": _redirects(old)["spa"]},
    }


def _redirects(old: JsonValue) -> Mapping[str, list[object]]:
    """Return the redirect URIs by platform; old lists without types are the web's."""
    found: dict[str, list[object]] = {platform: [] for platform in _PLATFORMS.values()}
    if "replyUrlsWithType" not in old:
        plain, is_native = old.get("replyUrls"), old.get("publicClient") is True
        found["publicClient" if is_native else "web"] = plain if isinstance(plain, list) else []
        return found
    for reply in _objects(old["replyUrlsWithType"]):
        found[_PLATFORMS.get(str(reply.get("type")), "web")].append(reply.get("url"))
    return found


def _information(old: object) -> JsonValue:
    found = old if isinstance(old, dict) else {}
    return {new: found.get(name) for name, new in _INFORMATION.items()}


def _password(old: JsonValue) -> JsonValue:
    """Return a client secret's metadata; a value that stands there is not looked at."""
    name = old.get("displayName") or _description(old.get("customKeyIdentifier"))
    return {**_dated(old), "keyId": old.get("keyId"), "displayName": name, "hint": old.get("hint")}


def _description(encoded: object) -> str | None:
    """Return the description that Azure AD Graph kept in `customKeyIdentifier`, as UTF-16."""
    try:
        return base64.b64decode(str(encoded or ""), validate=True).decode("utf-16-le") or None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _dated(old: JsonValue) -> JsonValue:
    return {
        "displayName": old.get("displayName"),
        "startDateTime": old.get("startDateTime") or old.get("startDate"),
        "endDateTime": old.get("endDateTime") or old.get("endDate"),
    }


def _objects(raw: object) -> list[JsonValue]:
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []
