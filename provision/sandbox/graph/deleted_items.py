"""`/directory/deletedItems`: the bin, and what comes out of it."""

from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph import applications, service_principals
from provision.sandbox.graph.access import require_hold
from provision.sandbox.graph.application_shape import served as application_served
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call
from provision.sandbox.graph.passwords import forget
from provision.sandbox.graph.query import collection, selected
from provision.sandbox.graph.refusals import (
    already_exists,
    no_backing_application,
    resource_not_found,
)
from provision.sandbox.graph.service_principal_shape import served as principal_served

_KEY_AT: Final = 2
_SETS: Final = {
    "application": ("applications", applications.FILTERABLE),
    "servicePrincipal": ("servicePrincipals", service_principals.FILTERABLE),
}


def list_applications(context: Context, call: Call) -> Answer:
    """Answer `GET /directory/deletedItems/microsoft.graph.application`."""
    return _list(context, call, "application")


def list_service_principals(context: Context, call: Call) -> Answer:
    """Answer `GET /directory/deletedItems/microsoft.graph.servicePrincipal`."""
    return _list(context, call, "servicePrincipal")


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /directory/deletedItems/{id}`."""
    item = _find(context, call)
    body = _directory_object(item)
    shown = selected(call, body, item["_type"])
    return Answer(200, {name: body[name] for name in list(body)[:2]} | shown)


def restore(context: Context, call: Call) -> Answer:
    """Answer `POST /directory/deletedItems/{id}/restore`; of an application, without its principal.

    The service principal stays in the bin until it is restored by itself.
    """
    item = _find(context, call)
    require_hold(context, call.claims, item)
    directory = context.directory
    if item["_type"] == "servicePrincipal":
        _check_principal_fits(context, item)
    del directory.deleted[item["id"]]
    restored = {name: value for name, value in item.items() if name != "_type"}
    restored["deletedDateTime"] = None
    is_application = item["_type"] == "application"
    target = directory.applications if is_application else directory.service_principals
    target[item["id"]] = restored
    directory.save()
    return Answer(200, _directory_object(restored | {"_type": item["_type"]}))


def purge(context: Context, call: Call) -> Answer:
    """Answer `DELETE /directory/deletedItems/{id}`: gone for good, its name perhaps not."""
    item = _find(context, call)
    require_hold(context, call.claims, item)
    directory = context.directory
    del directory.deleted[item["id"]]
    forget(context, item)
    name = item.get("uniqueName")
    if name and not directory.switches.purge_frees_unique_name:
        directory.reserved_names.append(name)
    directory.save()
    return NO_CONTENT


def _list(context: Context, call: Call, kind: str) -> Answer:
    set_name, filterable = _SETS[kind]
    items = [_served(i) for i in context.directory.deleted.values() if i["_type"] == kind]
    return collection(context, call, items, set_name, kind, filterable=filterable, units=1)


def _served(item: JsonObject) -> JsonObject:
    return application_served(item) if item["_type"] == "application" else principal_served(item)


def _directory_object(item: JsonObject) -> JsonObject:
    return {
        "@odata.context": f"{METADATA}directoryObjects/$entity",
        "@odata.type": f"#microsoft.graph.{item['_type']}",
    } | _served(item)


def _find(context: Context, call: Call) -> JsonObject:
    key = call.key(_KEY_AT)
    item = context.directory.deleted.get(key.value.lower())
    if item is None:
        raise resource_not_found(key.value)
    return item


def _check_principal_fits(context: Context, item: JsonObject) -> None:
    directory, client_id = context.directory, item["appId"]
    if any(p["appId"] == client_id for p in directory.service_principals.values()):
        raise already_exists(
            "The service principal cannot be created, updated, or restored because the service "
            f"principal name {client_id} is already in use."
        )
    if not any(a["appId"] == client_id for a in directory.applications.values()):
        raise no_backing_application(client_id)
