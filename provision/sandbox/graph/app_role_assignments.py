"""`appRoleAssignments` and `appRoleAssignedTo`: which application permissions are granted."""

from base64 import urlsafe_b64encode
from typing import Final
from uuid import UUID, uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, object_body
from provision.sandbox.graph.credential_shape import instant_text
from provision.sandbox.graph.directory_objects import served_object
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import bad_request, invalid_value, resource_not_found
from provision.sandbox.graph.stored_objects import visible

_MEMBERS: Final = (
    "id", "deletedDateTime", "appRoleId", "createdDateTime", "principalDisplayName",
    "principalId", "principalType", "resourceDisplayName", "resourceId",
)  # fmt: skip
_TYPES: Final = {"servicePrincipal": "ServicePrincipal", "user": "User"}
# Granted where the resource has no role for it: access as such.
_NO_ROLE: Final = str(UUID(int=0))
_KEY_AT: Final = 3


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET /servicePrincipals/{id}/appRoleAssignments`, or `…/appRoleAssignedTo`."""
    return collection(context, call, _held(context, call), _kind(context, call))


def read(context: Context, call: Call) -> Answer:
    """Answer `GET …/appRoleAssignments/{id}`."""
    return entity(call, _find(context, call), _kind(context, call))


def create(context: Context, call: Call) -> Answer:
    """Answer `POST …/appRoleAssignments`, or `…/appRoleAssignedTo`; the next token carries it."""
    principal, body = visible(context, call), object_body(call)
    for name in ("principalId", "resourceId", "appRoleId"):
        _check_guid(body, name)
    if body[_side(call)].lower() != principal["id"]:
        raise bad_request("Not a valid reference update.")
    resource = context.directory.service_principals.get(body["resourceId"].lower())
    holder = served_object(context, body["principalId"].lower())
    if resource is None or holder is None:
        missing = "resourceId" if resource is None else "principalId"
        raise resource_not_found(body[missing])
    kind = _TYPES.get(holder["@odata.type"].rpartition(".")[2])
    if kind is None:
        raise invalid_value("principalId", "AppRoleAssignment")
    role_id = body["appRoleId"].lower()
    if role_id not in {_NO_ROLE, *(role["id"].lower() for role in resource["appRoles"])}:
        raise bad_request(
            f"Permission being assigned was not found on application '{resource['appId']}'."
        )
    triple = (holder["id"], resource["id"], role_id)
    assignments = context.directory.role_assignments
    if any((a["principalId"], a["resourceId"], a["appRoleId"]) == triple
           for a in assignments.values()):  # fmt: skip
        raise bad_request("Permission being assigned already exists on the object")
    assignment = assign(context, holder, kind, resource, role_id)
    envelope = {"@odata.context": f"{METADATA}{_kind(context, call).set_name}/$entity"}
    place = f"https://graph.microsoft.com/v2/{context.directory.tenant_id}/directoryObjects/"
    return Answer(
        201,
        envelope | assignment,
        location=f"{place}{principal['id']}/appRoleAssignments/{assignment['id']}",
    )


def assign(
    context: Context, holder: JsonObject, kind: str, resource: JsonObject, role_id: str
) -> JsonObject:
    """Store and return a new assignment of a resource's role to a user or service principal."""
    raw = UUID(holder["id"]).bytes_le + uuid4().bytes
    assignment: JsonObject = {
        "id": urlsafe_b64encode(raw).rstrip(b"=").decode(),
        "deletedDateTime": None,
        "appRoleId": role_id,
        "createdDateTime": instant_text(context.clock.now()),
        "principalDisplayName": holder["displayName"],
        "principalId": holder["id"],
        "principalType": kind,
        "resourceDisplayName": resource["displayName"],
        "resourceId": resource["id"],
    }
    context.directory.role_assignments[assignment["id"]] = assignment
    context.directory.save()
    return assignment


def delete(context: Context, call: Call) -> Answer:
    """Answer `DELETE …/appRoleAssignments/{id}`."""
    del context.directory.role_assignments[_find(context, call)["id"]]
    context.directory.save()
    return NO_CONTENT


def _side(call: Call) -> str:
    """Return which party of an assignment the path names."""
    is_client = str(call.pieces[2]).lower() == "approleassignments"
    return "principalId" if is_client else "resourceId"


def _held(context: Context, call: Call) -> list[JsonObject]:
    own_id, side = visible(context, call)["id"], _side(call)
    return [a for a in context.directory.role_assignments.values() if a[side] == own_id]


def _find(context: Context, call: Call) -> JsonObject:
    wanted = call.key(_KEY_AT).value
    found = next((a for a in _held(context, call) if a["id"] == wanted), None)
    if found is None:
        raise resource_not_found(wanted)
    return found


def _kind(context: Context, call: Call) -> EntityKind:
    name = "appRoleAssignments" if _side(call) == "principalId" else "appRoleAssignedTo"
    return EntityKind(
        f"servicePrincipals('{visible(context, call)['id']}')/{name}",
        "appRoleAssignment",
        dict.fromkeys(_MEMBERS),
        frozenset({"id", "resourceId", "principalId"}),
        units=2,
    )


def _check_guid(body: JsonObject, name: str) -> None:
    try:
        UUID(body[name])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise invalid_value(name, "AppRoleAssignment") from None
