"""What Graph refuses in an application: types, documented limits, addresses, tenant policy."""

import re
from typing import Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from provision.sandbox.context import Context
from provision.sandbox.directory import Directory, JsonObject
from provision.sandbox.graph.application_shape import READ_ONLY, template
from provision.sandbox.graph.refusals import GraphRefusal, bad_request, invalid_value, name_in_use

PERSONAL_AUDIENCES: Final = frozenset(
    {"AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}
)
_AUDIENCES: Final = PERSONAL_AUDIENCES | {"AzureADMyOrg", "AzureADMultipleOrgs"}
_UNIQUE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
# https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
_LONGEST_NAME: Final = {False: 120, True: 90}
_MOST_REDIRECTS: Final = {False: 256, True: 100}
_MOST_PERMISSIONS: Final = {False: 400, True: 200}
_MOST_PER_RESOURCE_PERSONAL: Final = 30
_MOST_RESOURCES: Final = 50
_LONGEST_REDIRECT: Final = 256
_LONGEST_IDENTIFIER: Final = {False: 255, True: 120}
_LONGEST_TAG: Final = 256
_PERSONAL_TOKEN_VERSION: Final = 2
# https://learn.microsoft.com/entra/identity-platform/reply-url
_HTTP_HOSTS: Final = ("localhost", "127.0.0.1")
_FORBIDDEN_IN_REDIRECT: Final = frozenset("!$'(),;#")


# Properties that are null in the template and are not scalars, and those that are text.
_OBJECTS: Final = frozenset(
    {"optionalClaims", "servicePrincipalLockConfiguration", "requestSignatureVerification"}
)
_TEXTS: Final = frozenset({"displayName", "uniqueName", "signInAudience", "description", "notes"})


def is_personal(application: JsonObject) -> bool:
    """Tell whether personal Microsoft accounts may use the application."""
    return application["signInAudience"] in PERSONAL_AUDIENCES


def check_body(body: JsonObject, *, is_new: bool) -> None:
    """Return when every member exists, may be written and has the right type.

    Raises:
        GraphRefusal: One does not.
    """
    model = template()
    for name, value in body.items():
        if name not in model:
            raise bad_request(
                f"Property '{name}' does not exist as a declared property or extension property."
            )
        if name in READ_ONLY and value is not None:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
        if not _may_be(name, value, model[name]):
            raise invalid_value(name, "Application")
    if is_new and not body.get("displayName"):
        raise bad_request(
            "A value is required for property 'displayName' of resource 'Application'."
        )
    if body.get("uniqueName") and not _UNIQUE_NAME.fullmatch(body["uniqueName"]):
        raise invalid_value("uniqueName", "Application")
    for access in body.get("requiredResourceAccess") or ():
        _check_resource_access(access)


def check_whole(context: Context, application: JsonObject) -> None:
    """Return when an application may look like this after a write.

    Raises:
        GraphRefusal: A limit, a rule of its audience or a policy of the tenant forbids it.
    """
    if application["signInAudience"] not in _AUDIENCES:
        raise invalid_value("signInAudience", "Application")
    personal = is_personal(application)
    if personal and context.directory.switches.personal_audience_forbidden:
        raise GraphRefusal(
            400,
            "SignInAudienceNotAllowedAsPerAppPolicy",
            f"'signInAudience' property value '{application['signInAudience']}' is not allowed.",
        )
    if personal and application["api"]["requestedAccessTokenVersion"] != _PERSONAL_TOKEN_VERSION:
        raise GraphRefusal(
            400, "InvalidAccessTokenVersion", "One or more properties contains invalid values."
        )
    if personal and application["appRoles"]:
        raise invalid_value("appRoles", "Application")
    if len(application["displayName"] or "") > _LONGEST_NAME[personal]:
        raise invalid_value("displayName", "Application")
    if any(not 1 <= len(tag) <= _LONGEST_TAG for tag in application["tags"]):
        raise invalid_value("tags", "Application")
    _check_redirects(application, personal=personal)
    _check_permissions(application, personal=personal)
    _check_identifiers(context.directory, application, personal=personal)


def check_unique_name(directory: Directory, name: str | None, own_id: str | None) -> None:
    """Return when no other application has that name, deleted and purged ones included.

    Raises:
        GraphRefusal: One has.
    """
    if not name:
        return
    for pool in (directory.applications, directory.deleted):
        for object_id, other in pool.items():
            if object_id != own_id and str(other.get("uniqueName")).lower() == name.lower():
                raise name_in_use("uniqueName", object_id)
    if name.lower() in {reserved.lower() for reserved in directory.reserved_names}:
        raise name_in_use("uniqueName", None)


def policy_id(directory: Directory) -> str:
    """Return the id of the tenant's application management policy."""
    return str(uuid5(NAMESPACE_URL, f"policy:{directory.tenant_id}"))


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
    if not isinstance(uri, str) or not 0 < len(uri) <= _LONGEST_REDIRECT:
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


def _check_resource_access(access: object) -> None:
    if not isinstance(access, dict) or not _is_uuid(access.get("resourceAppId")):
        raise invalid_value("resourceAppId", "RequiredResourceAccess")
    items = access.get("resourceAccess")
    if not isinstance(items, list) or not items:
        raise bad_request(
            "Property requiredResourceAccess.resourceAccess value is required but is empty or "
            "missing."
        )
    for item in items:
        good_type = isinstance(item, dict) and item.get("type") in ("Scope", "Role")
        if not good_type or not _is_uuid(item.get("id")):
            raise bad_request("Property requiredResourceAccess.resourceAccess is invalid")


def _check_identifiers(directory: Directory, application: JsonObject, *, personal: bool) -> None:
    for uri in application["identifierUris"]:
        if not isinstance(uri, str) or not 0 < len(uri) <= _LONGEST_IDENTIFIER[personal]:
            raise invalid_value("identifierUris", "Application")
        if personal and (uri.startswith("urn:") or set(uri) & set("*?#")):
            raise invalid_value("identifierUris", "Application")
        host = urlsplit(uri).hostname if uri.startswith("https://") else None
        if host is not None and host not in _verified_domains(directory):
            raise GraphRefusal(
                400,
                "HostNameNotOnVerifiedDomain",
                "Values of identifierUris property must use a verified domain of the "
                f"organization or its subdomain: '{uri}'",
            )
        for other in directory.applications.values():
            if other["id"] != application["id"] and uri in other["identifierUris"]:
                raise name_in_use("identifierUris", other["id"])


def _verified_domains(directory: Directory) -> set[str]:
    return {directory.domain} | {
        name.partition("@")[2]
        for name, account in directory.accounts.items()
        if not account.is_personal
    }


def _may_be(name: str, value: object, model: object) -> bool:
    if name in _TEXTS:
        return value is None or isinstance(value, str)
    is_free = name in _OBJECTS and isinstance(value, dict)
    return value is None or is_free or _has_type_of(value, model)


def _has_type_of(value: object, model: object) -> bool:
    """Tell whether a value fits where the template has `model`; null is for the caller."""
    if isinstance(model, dict):
        return isinstance(value, dict) and all(
            name in model and _has_type_of(member, model[name]) for name, member in value.items()
        )
    if isinstance(model, list | bool):
        return isinstance(value, type(model))
    return value is None or isinstance(value, str | bool | int)


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
