"""`/applications/{id}/federatedIdentityCredentials`: whose tokens stand for the application."""

import re
from typing import Final
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, object_body
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import (
    GraphRefusal,
    already_exists,
    bad_request,
    resource_not_found,
)
from provision.sandbox.graph.stored_objects import visible, writable

_MEMBERS: Final = ("id", "name", "issuer", "subject", "description", "audiences")
# https://learn.microsoft.com/graph/api/application-post-federatedidentitycredentials
_MOST: Final = 20
_LONGEST: Final = 600
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
_REQUIRED: Final = ("name", "issuer", "subject", "audiences")
_KEY_AT: Final = 3


def create(context: Context, call: Call) -> Answer:
    """Answer `POST …/federatedIdentityCredentials`."""
    return _create(context, writable(context, call), object_body(call))


def read(context: Context, call: Call) -> Answer:
    """Answer `GET …/federatedIdentityCredentials/{id or name}`."""
    application = visible(context, call)
    return entity(call, _found(application, call), _kind(application))


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET …/federatedIdentityCredentials`."""
    application = visible(context, call)
    return collection(context, call, application.get("_federated", []), _kind(application))


def update(context: Context, call: Call) -> Answer:
    """Answer `PATCH …/{id or name}`, which creates when preferred and nobody has the name."""
    application, body, key = writable(context, call), object_body(call), call.key(_KEY_AT)
    credential = _find(application, call)
    if credential is None and key.name == "name" and call.has_preference("create-if-missing"):
        return _create(context, application, {**body, "name": key.value})
    credential = _found(application, call)
    if body.get("name", credential["name"]) != credential["name"]:
        raise _refused("name", "The name is immutable once it is set", str(body["name"]))
    changed = credential | {name: body[name] for name in body if name != "id"}
    _check(application, changed, credential["id"])
    credential |= changed
    context.directory.save()
    return NO_CONTENT


def delete(context: Context, call: Call) -> Answer:
    """Answer `DELETE …/federatedIdentityCredentials/{id or name}`."""
    application = writable(context, call)
    credential = _found(application, call)
    application["_federated"].remove(credential)
    context.directory.save()
    return NO_CONTENT


def _create(context: Context, application: JsonObject, body: JsonObject) -> Answer:
    missing = next((name for name in _REQUIRED if not body.get(name)), None)
    if missing is not None:
        raise bad_request(
            f"A value is required for property '{missing}' of resource "
            "'FederatedIdentityCredential'."
        )
    credential = dict.fromkeys(_MEMBERS) | body | {"id": str(uuid4())}
    held = application.setdefault("_federated", [])
    if any(str(other["name"]).lower() == str(body["name"]).lower() for other in held):
        raise already_exists(
            f"FederatedIdentityCredential with name {body['name']} already exists."
        )
    if len(held) >= _MOST:
        raise GraphRefusal(
            400,
            "Directory_ResourceSizeExceeded",
            f"The number of federated identity credentials exceeds the maximum value of {_MOST}.",
        )
    _check(application, credential, None)
    held.append(credential)
    context.directory.save()
    set_name = _kind(application).set_name
    tenant_id = context.directory.tenant_id
    return Answer(
        201,
        {"@odata.context": f"{METADATA}{set_name}/$entity", **credential},
        location=f"https://graph.microsoft.com/v2/{tenant_id}/federatedIdentityCredentials/"
        f"{credential['id']}",
    )


def _kind(application: JsonObject) -> EntityKind:
    return EntityKind(
        f"applications('{application['id']}')/federatedIdentityCredentials",
        "federatedIdentityCredential",
        dict.fromkeys(_MEMBERS) | {"audiences": []},
        frozenset({"id", "name", "issuer", "subject"}),
    )


def _find(application: JsonObject, call: Call) -> JsonObject | None:
    wanted = call.key(_KEY_AT).value.lower()
    return next(
        (held for held in application.get("_federated", ())
         if wanted in (held["id"], held["name"].lower())),
        None,
    )  # fmt: skip


def _found(application: JsonObject, call: Call) -> JsonObject:
    credential = _find(application, call)
    if credential is None:
        raise resource_not_found(call.key(_KEY_AT).value)
    return credential


def _check(application: JsonObject, credential: JsonObject, own_id: str | None) -> None:
    unknown = next((name for name in credential if name not in _MEMBERS), None)
    if unknown is not None:
        raise bad_request(
            f"Property '{unknown}' does not exist as a declared property or extension property."
        )
    if not isinstance(credential["name"], str) or not _NAME.fullmatch(credential["name"]):
        raise _refused("name", "The name is not valid", str(credential["name"]))
    for name in ("issuer", "subject", "description"):
        value = credential[name]
        is_text = isinstance(value, str) and len(value) <= _LONGEST and bool(value)
        if not (is_text or (name == "description" and not value)):
            raise _refused(name, f"The {name} is not valid", str(value)[:_LONGEST])
    if not credential["issuer"].startswith("https://"):
        raise _refused("issuer", "The issuer is not an https address", credential["issuer"])
    _check_audiences(credential["audiences"])
    pair = (credential["issuer"], credential["subject"])
    for other in application.get("_federated", ()):
        if other["id"] != own_id and (other["issuer"], other["subject"]) == pair:
            raise _refused(
                "subject",
                "The combination of issuer and subject must be unique for the application. Issuer "
                f"{pair[0]} and Subject: {pair[1]} already exist",
                pair[1],
            )


def _check_audiences(audiences: object) -> None:
    found = audiences if isinstance(audiences, list) else []
    fits = all(isinstance(name, str) and 0 < len(name) <= _LONGEST for name in found)
    if len(found) != 1 or not fits:
        raise _refused("audiences", "There has to be exactly one audience", str(audiences))


def _refused(name: str, what: str, value: str) -> GraphRefusal:
    return GraphRefusal(
        400,
        "InvalidFederatedIdentityCredentialValue",
        f"{what}. paramName: FederatedIdentityCredential.{name[0].upper()}{name[1:]}, paramValue: "
        f"{value}, objectType: Microsoft.Online.DirectoryServices.Application",
    )
