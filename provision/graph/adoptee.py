"""Graph's JSON of a whole application → an `Adoptee`; pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from provision.graph.answers import JsonValue, application, instant
from provision.tenant.adoptee import Adoptee, Unmanaged

_UNMANAGED: Final = (
    "description",
    "notes",
    "serviceManagementReference",
    "groupMembershipClaims",
    "identifierUris",
    "isDeviceOnlyAuthSupported",
    "isFallbackPublicClient",
    "nativeAuthenticationApisEnabled",
    "defaultRedirectUri",
    "samlMetadataUrl",
    "tokenEncryptionKeyId",
    "optionalClaims",
    "servicePrincipalLockConfiguration",
    "requestSignatureVerification",
    "addIns",
    "api.acceptMappedClaims",
    "api.knownClientApplications",
    "api.oauth2PermissionScopes",
    "api.preAuthorizedApplications",
    "appRoles",
    "info.marketingUrl",
    "info.privacyStatementUrl",
    "info.supportUrl",
    "info.termsOfServiceUrl",
    "keyCredentials",
    "parentalControlSettings.countriesBlockedForMinors",
    "publicClient.redirectUris",
    "spa.redirectUris",
    "tags",
    "web.homePageUrl",
    "web.logoutUrl",
)
"""Properties of an application that a person sets and a manifest has no key for.

https://learn.microsoft.com/graph/api/resources/application
"""
_NAMES: Final = ("value", "displayName", "name", "appId", "type")
"""What a member of a collection is called by; the first that it has."""
_LONGEST: Final = 200


def adoptee(body: object) -> Adoptee:
    """Return an application with all that was told about it.

    Raises:
        RefusedError: It lacks its ids, or an instant is none.
    """
    found = application(body)
    raw: JsonValue = body if isinstance(body, dict) else {}
    created = raw.get("createdDateTime")
    domain = raw.get("publisherDomain")
    return Adoptee(
        application=found,
        created_at=instant(created) if created else None,
        publisher_domain=domain if isinstance(domain, str) else "",
        secret_hints=dict(_hints(raw.get("passwordCredentials"))),
        unmanaged=tuple(_unmanaged(raw)),
    )


def _hints(passwords: object) -> Iterator[tuple[str, str]]:
    for password in passwords if isinstance(passwords, list) else ():
        if isinstance(password, dict) and password.get("hint"):
            yield str(password.get("keyId")).lower(), str(password["hint"])


def _unmanaged(raw: JsonValue) -> Iterator[Unmanaged]:
    for path in _UNMANAGED:
        value: object = raw
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        text = _shown(value)
        if text:
            yield Unmanaged(path, text[:_LONGEST])


def _shown(value: object) -> str:
    """Return a value for a person; empty for what is not set."""
    match value:
        case None | False | "":
            return ""
        case True:
            return "true"
        case list():
            return " ".join(filter(None, map(_called, value)))
        case Mapping():
            members = ((name, _shown(member)) for name, member in value.items())
            return ", ".join(f"{name}: {text}" for name, text in members if text)
        case _:
            return str(value)


def _called(member: object) -> str:
    if not isinstance(member, Mapping):
        return _shown(member)
    name = next((str(member[name]) for name in _NAMES if member.get(name)), "unnamed")
    until = str(member.get("endDateTime") or "")[:10]
    return f"{name} (until {until})" if until else name
