"""`/servicePrincipals`: create, read, list, update, upsert, delete, and their passwords."""

from typing import Final
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.access import owns_only, require_hold
from provision.sandbox.graph.applications import (
    bin_service_principal,
    is_hidden,
    location,
    without_hidden,
)
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, Key, object_body
from provision.sandbox.graph.passwords import add_password, remove_password
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import (
    already_exists,
    bad_request,
    invalid_value,
    no_backing_application,
    not_local,
    resource_not_found,
)
from provision.sandbox.graph.service_principal_shape import (
    WRITABLE,
    new_service_principal,
    served,
)

FILTERABLE: Final = frozenset(
    {"id", "appId", "displayName", "servicePrincipalNames", "servicePrincipalType",
     "appOwnerOrganizationId", "accountEnabled", "tags"}
)  # fmt: skip
_ALTERNATE_KEYS: Final = {"id": "id", "appid": "appId"}


def create(context: Context, call: Call) -> Answer:
    """Answer `POST /servicePrincipals`."""
    body = object_body(call)
    if not isinstance(body.get("appId"), str):
        raise bad_request(
            "A value is required for property 'appId' of resource 'ServicePrincipal'."
        )
    return _create(context, call, body)


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /servicePrincipals/{id}`."""
    principal = _visible(context, call)
    return entity(call, served(principal), "servicePrincipals", "servicePrincipal")


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET /servicePrincipals`; a fresh one may be missing for a while."""
    stored = context.directory.service_principals
    answer = collection(
        context,
        call,
        [served(principal) for principal in stored.values()],
        "servicePrincipals",
        "servicePrincipal",
        filterable=FILTERABLE,
        units=1,
    )
    return without_hidden(context, answer, stored)


def update(context: Context, call: Call) -> Answer:
    """Answer `PATCH /servicePrincipals/{id}`, which creates when preferred and nobody is there."""
    key, body = call.key(), object_body(call)
    if (
        key.name == "appid"
        and call.has_preference("create-if-missing")
        and _find(context, key) is None
    ):
        return _create(context, call, {**body, "appId": key.value})
    principal = _visible(context, call)
    require_hold(context, call.claims, principal)
    _check_body(body, {"appId": principal["appId"]})
    principal |= {name: value for name, value in body.items() if name in WRITABLE}
    context.directory.save()
    return NO_CONTENT


def delete(context: Context, call: Call) -> Answer:
    """Answer `DELETE /servicePrincipals/{id}`: into the bin."""
    principal = _visible(context, call)
    require_hold(context, call.claims, principal)
    bin_service_principal(context, principal)
    context.directory.save()
    return NO_CONTENT


def add_principal_password(context: Context, call: Call) -> Answer:
    """Answer `POST /servicePrincipals/{id}/addPassword`."""
    principal = _visible(context, call)
    require_hold(context, call.claims, principal)
    return add_password(context, call, principal, has_hint=False)


def remove_principal_password(context: Context, call: Call) -> Answer:
    """Answer `POST /servicePrincipals/{id}/removePassword`."""
    principal = _visible(context, call)
    require_hold(context, call.claims, principal)
    return remove_password(context, call, principal)


def list_grants(context: Context, call: Call) -> Answer:
    """Answer `GET /servicePrincipals/{id}/oauth2PermissionGrants`."""
    from provision.sandbox.graph import grants  # noqa: PLC0415  (grants look principals up)

    principal = _visible(context, call)
    return grants.list_of_client(context, call, principal["id"])


def _create(context: Context, call: Call, body: JsonObject) -> Answer:
    directory, client_id = context.directory, str(body["appId"]).lower()
    _check_body(body, {"appId": body["appId"]})
    application = next(
        (a for a in directory.applications.values() if a["appId"] == client_id), None
    )
    existing = any(p["appId"] == client_id for p in directory.service_principals.values())
    if existing:
        raise already_exists(
            "The service principal cannot be created, updated, or restored because the service "
            f"principal name {client_id} is already in use."
        )
    if application is None or is_hidden(context, application):
        if owns_only(call.claims):
            raise not_local()
        raise no_backing_application(client_id)
    principal = new_service_principal(
        application, str(uuid4()), directory.tenant_id, context.clock.now()
    )
    principal |= {name: value for name, value in body.items() if name in WRITABLE}
    principal["_owner"] = call.claims.object_id
    directory.service_principals[principal["id"]] = principal
    directory.save()
    envelope = {"@odata.context": f"{METADATA}servicePrincipals/$entity"}
    return Answer(
        201,
        envelope | served(principal, is_fresh=True),
        location=location(context, principal, "ServicePrincipal"),
    )


def _check_body(body: JsonObject, allowed: JsonObject) -> None:
    for name, value in body.items():
        if name not in WRITABLE and allowed.get(name) != value:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
        is_flag = name in ("accountEnabled", "appRoleAssignmentRequired")
        if is_flag and not isinstance(value, bool):
            raise invalid_value(name, "ServicePrincipal")


def _find(context: Context, key: Key) -> JsonObject | None:
    name = _ALTERNATE_KEYS.get(key.name)
    if name is None:
        raise bad_request(f"Invalid alternate key '{key.name}'.")
    principals = context.directory.service_principals
    if name == "id":
        return principals.get(key.value.lower())
    wanted = key.value.lower()
    return next((p for p in principals.values() if p["appId"] == wanted), None)


def _visible(context: Context, call: Call) -> JsonObject:
    key = call.key()
    principal = _find(context, key)
    if principal is None or is_hidden(context, principal):
        raise resource_not_found(key.value)
    return principal
