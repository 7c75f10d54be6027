"""What Graph refuses in the body of an application: names, types, what must be there."""

import re
from typing import Final
from uuid import UUID

from provision.sandbox.directory import Directory, JsonObject
from provision.sandbox.graph.application_shape import READ_ONLY, template
from provision.sandbox.graph.refusals import bad_request, invalid_value, name_in_use

_UNIQUE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Properties that are null in the template and are not scalars, and those that are text.
_OBJECTS: Final = frozenset(
    {"optionalClaims", "servicePrincipalLockConfiguration", "requestSignatureVerification"}
)
_TEXTS: Final = frozenset(
    {"displayName", "uniqueName", "signInAudience", "description", "notes",
     "serviceManagementReference"}
)  # fmt: skip
_TEXT_LISTS: Final = frozenset(
    {"tags", "identifierUris", "replyUrls", "servicePrincipalNames", "alternativeNames",
     "notificationEmailAddresses"}
)  # fmt: skip


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
        if not may_be(name, value, model[name]):
            raise invalid_value(name, "Application")
    if is_new and not body.get("displayName"):
        raise bad_request(
            "A value is required for property 'displayName' of resource 'Application'."
        )
    if body.get("uniqueName") and not _UNIQUE_NAME.fullmatch(body["uniqueName"]):
        raise invalid_value("uniqueName", "Application")
    for access in body.get("requiredResourceAccess") or ():
        _check_resource_access(access)


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


def check_reference(directory: Directory, application: JsonObject, verb: str) -> None:
    """Return when an application names its owner in the service tree, where the tenant wants it.

    Raises:
        GraphRefusal: `serviceManagementReference` is missing.
    """
    is_required = directory.switches.service_management_reference_required
    if is_required and not application["serviceManagementReference"]:
        raise bad_request(
            f"ServiceManagementReference field is required for {verb}, but is missing in the "
            "request. Refer to the TSG https://aka.ms/service-management-reference-error for "
            "resolving the error."
        )


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


def may_be(name: str, value: object, model: object) -> bool:
    """Tell whether a property of an application or service principal may have this value.

    Args:
        name: Of the property.
        value: As it was sent.
        model: What stands there when nothing is set.
    """
    if name in _TEXT_LISTS and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
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
