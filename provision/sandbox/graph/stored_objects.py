"""Applications and service principals by the key of a path, as far as a caller may see them."""

from typing import Final
from uuid import UUID

from provision.sandbox.context import Context
from provision.sandbox.directory import Directory, JsonObject
from provision.sandbox.graph.access import require_hold
from provision.sandbox.graph.application_limits import is_personal
from provision.sandbox.graph.call import Call, Key
from provision.sandbox.graph.refusals import (
    bad_request,
    msa_application_missing,
    resource_not_found,
)

_ALTERNATE_KEYS: Final = {
    "applications": {"appid": "appId", "uniquename": "uniqueName"},
    "serviceprincipals": {"appid": "appId"},
}


def pool(directory: Directory, call: Call) -> dict[str, JsonObject]:
    """Return what the first segment of a path names, by object id."""
    return directory.applications if is_application(call) else directory.service_principals


def is_application(call: Call) -> bool:
    """Tell whether a path begins with `applications`."""
    return str(call.pieces[0]).lower() == "applications"


def find(context: Context, call: Call) -> JsonObject | None:
    """Return the object that the second segment of a path names, hidden or not.

    Raises:
        GraphRefusal: Its key is none of this entity set, or malformed.
    """
    key, objects = call.key(), pool(context.directory, call)
    if key.name == "id":
        return objects.get(key.value.lower())
    name = _ALTERNATE_KEYS[str(call.pieces[0]).lower()].get(key.name)
    if name is None:
        raise bad_request(f"Invalid alternate key '{key.name}'.")
    if name == "appId":
        _check_guid(name, key)
    wanted = key.value.lower()
    return next((o for o in objects.values() if str(o[name]).lower() == wanted), None)


def visible(context: Context, call: Call) -> JsonObject:
    """Return the object that the second segment names, for somebody who reads it.

    Raises:
        GraphRefusal: It is not there, or the replica has not heard of it.
    """
    found = find(context, call)
    if found is None or is_hidden(context, found):
        raise resource_not_found(call.key().value)
    return found


def writable(context: Context, call: Call) -> JsonObject:
    """Return the object that the second segment names, for somebody who changes it.

    Raises:
        GraphRefusal: It is not there, is somebody else's, or its personal half is not there yet.
    """
    found = visible(context, call)
    require_hold(context, call.claims, found)
    if is_application(call) and is_personal(found):
        created_at = found["_created_at"]
        if context.faults.is_hidden("graph-personal", found["id"], created_at):
            raise msa_application_missing()
    return found


def is_hidden(context: Context, item: JsonObject) -> bool:
    """Tell whether the replica that answers has not heard of a fresh object."""
    return context.faults.is_hidden("graph", item["id"], item["_created_at"])


def location(context: Context, object_id: str, kind: str) -> str:
    """Return the `Location` of a new object, which is not an address of v1.0."""
    return (
        f"https://graph.microsoft.com/v2/{context.directory.tenant_id}/directoryObjects/"
        f"{object_id}/Microsoft.DirectoryServices.{kind}"
    )


def _check_guid(name: str, key: Key) -> None:
    try:
        UUID(key.value)
    except ValueError:
        raise bad_request(
            f"Invalid value specified for object reference property '{name}'. Please ensure that "
            "this value has an appropriate syntax and length."
        ) from None
