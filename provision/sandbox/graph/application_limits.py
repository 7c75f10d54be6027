"""What Graph refuses in an application as a whole: documented limits, by who may sign in."""

from typing import Final
from urllib.parse import urlsplit

from provision.sandbox.context import Context
from provision.sandbox.directory import Directory, JsonObject
from provision.sandbox.graph.refusals import GraphRefusal, invalid_value, name_in_use

PERSONAL_AUDIENCES: Final = frozenset(
    {"AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}
)
_AUDIENCES: Final = PERSONAL_AUDIENCES | {"AzureADMyOrg", "AzureADMultipleOrgs"}
# https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
_LONGEST_NAME: Final = {False: 120, True: 90}
_MOST_REDIRECTS: Final = {False: 256, True: 100}
_MOST_PERMISSIONS: Final = {False: 400, True: 200}
_MOST_PER_RESOURCE_PERSONAL: Final = 30
_MOST_RESOURCES: Final = 50
_LONGEST_ADDRESS: Final = 256
_LONGEST_LOGOUT: Final = 255
_LONGEST_IDENTIFIER: Final = {False: 255, True: 120}
_MOST_IDENTIFIERS_PERSONAL: Final = 50
_LONGEST_TAG: Final = 256
_MOST_SCOPES: Final = 100
_LONGEST_SCOPE: Final = {False: 120, True: 40}
_MOST_AUTHORIZED_PERSONAL: Final = 100
_MOST_SCOPES_EACH: Final = 30
_PERSONAL_TOKEN_VERSION: Final = 2
# https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
_MOST_ENTRIES: Final = 1200
# https://learn.microsoft.com/entra/identity-platform/reply-url
_HTTP_HOSTS: Final = ("localhost", "127.0.0.1")
_FORBIDDEN_IN_REDIRECT: Final = frozenset("!$'(),;#")


def is_personal(application: JsonObject) -> bool:
    """Tell whether personal Microsoft accounts may use the application."""
    return application["signInAudience"] in PERSONAL_AUDIENCES


def check_whole(
    context: Context, application: JsonObject, before: JsonObject | None = None
) -> None:
    """Return when an application may look like this after a write.

    Args:
        context: Its directory holds other applications and the tenant's switches.
        application: As it would be stored.
        before: As it is stored, when it is not new.

    Raises:
        GraphRefusal: A limit, a rule of its audience or a policy of the tenant forbids it.
    """
    if application["signInAudience"] not in _AUDIENCES:
        raise invalid_value("signInAudience", "Application")
    personal = is_personal(application)
    if personal:
        _check_personal(context, application)
    if len(application["displayName"] or "") > _LONGEST_NAME[personal]:
        raise invalid_value("displayName", "Application")
    if any(not 1 <= len(tag) <= _LONGEST_TAG for tag in application["tags"]):
        raise invalid_value("tags", "Application")
    _check_redirects(application, personal=personal)
    _check_permissions(application, personal=personal)
    _check_exposed(application, personal=personal)
    check_identifiers(context.directory, application)
    if before is not None:
        _check_enabled_kept(before, application)
    if _entries(application) > _MOST_ENTRIES:
        raise GraphRefusal(
            403,
            "Directory_ResourceSizeExceeded",
            "The size of the object has exceeded its limit. Please reduce the number of values "
            "and retry your request.",
        )


def check_identifiers(directory: Directory, application: JsonObject) -> None:
    """Return when the identifier URIs fit the audience, the tenant's domains and are nobody's.

    Raises:
        GraphRefusal: One of them does not, or there are too many.
    """
    personal = is_personal(application)
    if personal and len(application["identifierUris"]) > _MOST_IDENTIFIERS_PERSONAL:
        raise invalid_value("identifierUris", "Application")
    for uri in application["identifierUris"]:
        if not isinstance(uri, str) or not 0 < len(uri) <= _LONGEST_IDENTIFIER[personal]:
            raise invalid_value("identifierUris", "Application")
        if personal and (uri.startswith("urn:") or set(uri) & set("*?#")):
            raise invalid_value("identifierUris", "Application")
        if not _is_verified(directory, uri):
            raise GraphRefusal(
                400,
                "HostNameNotOnVerifiedDomain",
                "Values of identifierUris property must use a verified domain of the "
                f"organization or its subdomain: '{uri}'",
            )
        for other in directory.applications.values():
            if other["id"] != application["id"] and uri in other["identifierUris"]:
                raise name_in_use("identifierUris", other["id"])


def _check_personal(context: Context, application: JsonObject) -> None:
    if context.directory.switches.personal_audience_forbidden:
        raise GraphRefusal(
            400,
            "SignInAudienceNotAllowedAsPerAppPolicy",
            f"'signInAudience' property value '{application['signInAudience']}' is not allowed.",
        )
    if application["api"]["requestedAccessTokenVersion"] != _PERSONAL_TOKEN_VERSION:
        raise GraphRefusal(
            400, "InvalidAccessTokenVersion", "One or more properties contains invalid values."
        )
    if application["appRoles"]:
        raise invalid_value("appRoles", "Application")
    if any(credential["type"] == "Symmetric" for credential in application["keyCredentials"]):
        raise invalid_value("keyCredentials", "Application")


def _check_redirects(application: JsonObject, *, personal: bool) -> None:
    for platform in ("web", "publicClient", "spa"):
        uris = application[platform]["redirectUris"]
        if not isinstance(uris, list) or len(uris) > _MOST_REDIRECTS[personal]:
            raise invalid_value(platform, "Application")
        for uri in uris:
            if not _is_redirect_uri(uri, platform, personal=personal):
                raise invalid_value(platform, "Application")
        if len(set(uris)) != len(uris):
            raise invalid_value(platform, "Application")


def _is_redirect_uri(uri: object, platform: str, *, personal: bool) -> bool:
    if not isinstance(uri, str) or not 0 < len(uri) <= _LONGEST_ADDRESS:
        return False
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return False
    if _FORBIDDEN_IN_REDIRECT & set(uri) or (personal and (parts.query or "*" in uri)):
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return host in _HTTP_HOSTS
    return platform == "publicClient" and bool(parts.scheme) and parts.scheme != "urn"


def _check_permissions(application: JsonObject, *, personal: bool) -> None:
    access = application["requiredResourceAccess"]
    sizes = [len(resource["resourceAccess"]) for resource in access]
    too_many = len(access) > _MOST_RESOURCES or sum(sizes) > _MOST_PERMISSIONS[personal]
    if too_many or (personal and max(sizes, default=0) > _MOST_PER_RESOURCE_PERSONAL):
        raise invalid_value("requiredResourceAccess", "Application")


def _check_exposed(application: JsonObject, *, personal: bool) -> None:
    """Check what the application offers to others, and where it is told of a sign-out."""
    scopes = application["api"]["oauth2PermissionScopes"]
    longest = max((len(scope.get("value") or "") for scope in scopes), default=0)
    if len(scopes) > _MOST_SCOPES or longest > _LONGEST_SCOPE[personal]:
        raise invalid_value("oauth2PermissionScopes", "Application")
    clients = application["api"]["preAuthorizedApplications"]
    widest = max((len(client.get("delegatedPermissionIds") or ()) for client in clients), default=0)
    if personal and (len(clients) > _MOST_AUTHORIZED_PERSONAL or widest > _MOST_SCOPES_EACH):
        raise invalid_value("preAuthorizedApplications", "Application")
    logout = application["web"]["logoutUrl"]
    if logout is None or logout == "":
        return
    fits = isinstance(logout, str) and len(logout) <= _LONGEST_LOGOUT
    if not fits or not logout.startswith(("https://", "http://localhost")):
        raise invalid_value("web", "Application")


def _check_enabled_kept(before: JsonObject, after: JsonObject) -> None:
    """Refuse to drop or change a role or scope that is enabled: it has to be disabled first."""
    for old, new in (
        (before["appRoles"], after["appRoles"]),
        (before["api"]["oauth2PermissionScopes"], after["api"]["oauth2PermissionScopes"]),
    ):
        kept = {str(item.get("id")).lower(): item for item in new}
        for item in old:
            successor = kept.get(str(item.get("id")).lower(), {})
            is_changed = successor.get("value") != item.get("value")
            if item.get("isEnabled") and is_changed:
                raise GraphRefusal(
                    400,
                    "CannotDeleteOrUpdateEnabledEntitlement",
                    "Permission (scope or role) cannot be deleted or updated unless disabled "
                    "first.",
                )


def _entries(application: JsonObject) -> int:
    lists = [value for value in application.values() if isinstance(value, list)]
    inner = [value for name in ("web", "publicClient", "spa", "api")
             for value in application[name].values() if isinstance(value, list)]  # fmt: skip
    access = application["requiredResourceAccess"]
    return sum(map(len, lists + inner)) + sum(len(a["resourceAccess"]) for a in access)


def _is_verified(directory: Directory, uri: str) -> bool:
    if not uri.startswith("https://"):
        return True
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        return False
    domains = _verified_domains(directory)
    return host in domains or any(host.endswith(f".{domain}") for domain in domains)


def _verified_domains(directory: Directory) -> set[str]:
    return {directory.domain} | {
        name.partition("@")[2]
        for name, account in directory.accounts.items()
        if not account.is_personal
    }
