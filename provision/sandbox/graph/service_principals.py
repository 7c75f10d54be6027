"""`/servicePrincipals`: create, read, list, update, upsert, delete."""

from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.access import owns_only, require_hold
from provision.sandbox.graph.application_rules import may_be
from provision.sandbox.graph.applications import bin_service_principal
from provision.sandbox.graph.call import METADATA, NO_CONTENT, OWNERS, Answer, Call, object_body
from provision.sandbox.graph.key_credentials import replace_keys
from provision.sandbox.graph.owners import first_owners, with_owners
from provision.sandbox.graph.query import collection, entity, member
from provision.sandbox.graph.refusals import (
    already_exists,
    bad_request,
    invalid_value,
    no_backing_application,
    not_local,
)
from provision.sandbox.graph.service_principal_shape import (
    SERVICE_PRINCIPALS,
    WRITABLE,
    new_service_principal,
    served,
)
from provision.sandbox.graph.stored_objects import find, is_hidden, location, visible, writable


def create(context: Context, call: Call) -> Answer:
    """Answer `POST /servicePrincipals`."""
    body = object_body(call, OWNERS)
    if not isinstance(body.get("appId"), str):
        raise bad_request(
            "A value is required for property 'appId' of resource 'ServicePrincipal'."
        )
    return _create(context, call, body)


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /servicePrincipals/{id}`."""
    stored, kind = visible(context, call), SERVICE_PRINCIPALS
    return entity(call, with_owners(context, call, kind, stored, served(stored)), kind)


def read_member(context: Context, call: Call) -> Answer:
    """Answer `GET /servicePrincipals/{id}/appRoles` and its like."""
    return member(call, served(visible(context, call)), SERVICE_PRINCIPALS)


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET /servicePrincipals`; a fresh one may be missing for a while."""
    stored, kind = context.directory.service_principals, SERVICE_PRINCIPALS
    items = [with_owners(context, call, kind, p, served(p)) for p in stored.values()]
    return collection(
        context, call, items, kind, lambda item: is_hidden(context, stored[item["id"]])
    )


def update(context: Context, call: Call) -> Answer:
    """Answer `PATCH /servicePrincipals/{id}`, which creates when preferred and nobody is there."""
    key, body = call.key(), object_body(call)
    if (
        key.name == "appid"
        and call.has_preference("create-if-missing")
        and find(context, call) is None
    ):
        return _create(context, call, {**body, "appId": key.value})
    principal = writable(context, call)
    _check_body(body, {"appId": principal["appId"]})
    if "keyCredentials" in body:
        replace_keys(context, principal, body["keyCredentials"])
    principal |= {name: value for name, value in body.items() if name in WRITABLE}
    context.directory.save()
    return NO_CONTENT


def delete(context: Context, call: Call) -> Answer:
    """Answer `DELETE /servicePrincipals/{id}`: into the bin."""
    bin_service_principal(context, writable(context, call))
    context.directory.save()
    return NO_CONTENT


def _create(context: Context, call: Call, body: JsonObject) -> Answer:
    directory, client_id = context.directory, str(body["appId"]).lower()
    bound = body.pop(OWNERS, None)
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
    require_hold(context, call.claims, application)
    principal = new_service_principal(
        application, str(uuid4()), directory.tenant_id, context.clock.now()
    )
    principal |= {name: value for name, value in body.items() if name in WRITABLE}
    principal["_owners"] = first_owners(context, call.claims, bound, is_application=False)
    if "keyCredentials" in body:
        replace_keys(context, principal, body["keyCredentials"])
    directory.service_principals[principal["id"]] = principal
    directory.save()
    envelope = {"@odata.context": f"{METADATA}servicePrincipals/$entity"}
    return Answer(
        201,
        envelope | served(principal, is_fresh=True),
        location=location(context, principal["id"], "ServicePrincipal"),
    )


def _check_body(body: JsonObject, allowed: JsonObject) -> None:
    for name, value in body.items():
        is_same = name in allowed and allowed[name] == value
        if name not in {"keyCredentials", *WRITABLE} and not is_same:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
        model = SERVICE_PRINCIPALS.model[name]
        # Null leaves a flag and a collection without a value that is theirs.
        if not may_be(name, value, model) or (value is None and model is not None):
            raise invalid_value(name, "ServicePrincipal")
