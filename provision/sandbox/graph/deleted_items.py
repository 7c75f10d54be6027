"""`/directory/deletedItems`: the bin, and what comes out of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import Account, JsonObject
from provision.sandbox.graph.access import require_hold
from provision.sandbox.graph.application_limits import check_identifiers
from provision.sandbox.graph.application_shape import APPLICATIONS
from provision.sandbox.graph.application_shape import served as application_served
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call
from provision.sandbox.graph.credential_shape import parse_instant
from provision.sandbox.graph.passwords import forget
from provision.sandbox.graph.query import collection, selected
from provision.sandbox.graph.refusals import (
    already_exists,
    no_backing_application,
    resource_not_found,
)
from provision.sandbox.graph.service_principal_shape import SERVICE_PRINCIPALS
from provision.sandbox.graph.service_principal_shape import served as principal_served
from provision.sandbox.graph.user_shape import USERS

_KEY_AT: Final = 2
_KINDS: Final = {"application": APPLICATIONS, "servicePrincipal": SERVICE_PRINCIPALS,
                 "user": USERS}  # fmt: skip
# https://learn.microsoft.com/graph/api/resources/directory
_KEPT: Final = timedelta(days=30)


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET /directory/deletedItems/microsoft.graph.application`, and of other types."""
    kind = _KINDS[next(n for n in _KINDS if str(call.pieces[_KEY_AT]).lower().endswith(n.lower()))]
    binned = context.directory.deleted.values()
    items = [_served(item) for item in binned if item["_type"] == kind.type_name]
    return collection(context, call, items, replace(kind, units=1))


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /directory/deletedItems/{id}`."""
    item = _find(context, call)
    body = _directory_object(item)
    shown = selected(call, body, _KINDS[item["_type"]])
    return Answer(200, {name: body[name] for name in list(body)[:2]} | shown)


def restore(context: Context, call: Call) -> Answer:
    """Answer `POST /directory/deletedItems/{id}/restore`; of an application, without its principal.

    The service principal stays in the bin until it is restored by itself.
    """
    item = _find(context, call)
    require_hold(context, call.claims, item)
    directory, kind = context.directory, item["_type"]
    if kind == "servicePrincipal":
        _check_principal_fits(context, item)
    elif kind == "application":
        check_identifiers(directory, item)
    del directory.deleted[item["id"]]
    restored = {name: value for name, value in item.items() if name not in ("_type", "_account")}
    restored["deletedDateTime"] = None
    if kind == "user":
        account = Account(**item["_account"])
        directory.accounts[account.user_principal_name.lower()] = account
    elif kind == "application":
        directory.applications[item["id"]] = restored
    else:
        directory.service_principals[item["id"]] = restored
    directory.save()
    return Answer(200, _directory_object(restored | {"_type": kind}))


def purge(context: Context, call: Call) -> Answer:
    """Answer `DELETE /directory/deletedItems/{id}`: gone for good, its name perhaps not."""
    item = _find(context, call)
    require_hold(context, call.claims, item)
    _purge(context, item)
    context.directory.save()
    return NO_CONTENT


def purge_expired(context: Context) -> None:
    """Let go for good what has lain in the bin for thirty days."""
    now = context.clock.now()
    for item in list(context.directory.deleted.values()):
        if parse_instant(item["deletedDateTime"]) + _KEPT <= now:
            _purge(context, item)


def _purge(context: Context, item: JsonObject) -> None:
    directory = context.directory
    del directory.deleted[item["id"]]
    forget(context, item)
    name = item.get("uniqueName")
    if name and not directory.switches.purge_frees_unique_name:
        directory.reserved_names.append(name)


def _served(item: JsonObject) -> JsonObject:
    match item["_type"]:
        case "application":
            return application_served(item)
        case "servicePrincipal":
            return principal_served(item)
        case _:
            return {name: value for name, value in item.items() if not name.startswith("_")}


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
