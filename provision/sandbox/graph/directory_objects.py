"""`/directoryObjects`: users, applications and service principals by their ids alone."""

from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph import application_shape, service_principal_shape
from provision.sandbox.graph.call import METADATA, Answer, Call, object_body
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import bad_request, invalid_value, resource_not_found
from provision.sandbox.graph.user_shape import USERS, brief_user

OBJECTS: Final = EntityKind(
    "directoryObjects",
    "directoryObject",
    application_shape.APPLICATIONS.model
    | service_principal_shape.SERVICE_PRINCIPALS.model
    | USERS.model,
    frozenset({"id"}),
)
# https://learn.microsoft.com/graph/api/directoryobject-getbyids
_MOST: Final = 1000


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /directoryObjects/{id}`."""
    found = served_object(context, call.key().value.lower())
    if found is None:
        raise resource_not_found(call.key().value)
    return entity(call, found, OBJECTS)


def get_by_ids(context: Context, call: Call) -> Answer:
    """Answer `POST /directoryObjects/getByIds`; ids of nobody are left out."""
    body = object_body(call)
    ids, types = body.get("ids"), body.get("types") or []
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids) or not ids:
        raise invalid_value("ids", "DirectoryObject")
    if not isinstance(types, list):
        raise invalid_value("types", "DirectoryObject")
    if len(ids) > _MOST:
        raise bad_request(f"Too many ids: {len(ids)}. At most {_MOST} are allowed.")
    wanted = {f"#microsoft.graph.{name}".lower() for name in types}
    found = (served_object(context, object_id.lower()) for object_id in ids)
    shown = [o for o in found if o and (not wanted or o["@odata.type"].lower() in wanted)]
    envelope = {"@odata.context": f"{METADATA}{OBJECTS.set_name}", "value": shown}
    return Answer(200, envelope, location="https://graph.microsoft.com", units=3)


def list_of(context: Context, call: Call, ids: list[str]) -> Answer:
    """Answer a list of directory objects."""
    found = (served_object(context, object_id) for object_id in ids)
    return collection(context, call, [item for item in found if item is not None], OBJECTS)


def served_object(context: Context, object_id: str) -> JsonObject | None:
    """Return what is shown of an object among others of other types; None when nobody has it."""
    directory = context.directory
    for kind, objects, shape in (
        ("application", directory.applications, application_shape.served),
        ("servicePrincipal", directory.service_principals, service_principal_shape.served),
    ):
        if object_id in objects:
            return {"@odata.type": f"#microsoft.graph.{kind}", **shape(objects[object_id])}
    for account in directory.accounts.values():
        if account.object_id == object_id and not account.is_personal:
            user = brief_user(account, is_id_first=True)
            return {"@odata.type": "#microsoft.graph.user", **user}
    return None
