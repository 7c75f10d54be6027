"""`/applications`: create, read, list, update, upsert, delete, and their passwords."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Final
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.access import require_hold
from provision.sandbox.graph.application_rules import (
    check_body,
    check_unique_name,
    check_whole,
    is_personal,
)
from provision.sandbox.graph.application_shape import merge, new_application, served
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, Key, object_body
from provision.sandbox.graph.credential_shape import instant_text
from provision.sandbox.graph.passwords import (
    add_password,
    check_policy,
    mint,
    remove_password,
)
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import (
    bad_request,
    invalid_value,
    msa_application_missing,
    resource_not_found,
)
from provision.sandbox.graph.service_principal_shape import copy_from_application

FILTERABLE: Final = frozenset(
    {"id", "appId", "displayName", "uniqueName", "identifierUris", "publisherDomain",
     "signInAudience", "tags"}
)  # fmt: skip
_ALTERNATE_KEYS: Final = {"id": "id", "appid": "appId", "uniquename": "uniqueName"}


def create(context: Context, call: Call) -> Answer:
    """Answer `POST /applications`."""
    return _create(context, call, object_body(call))


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /applications/{id}`."""
    return entity(call, served(_visible(context, call)), "applications", "application")


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET /applications`; a fresh one may be missing for a while."""
    items = [served(application) for application in context.directory.applications.values()]
    answer = collection(
        context, call, items, "applications", "application", filterable=FILTERABLE, units=2
    )
    return without_hidden(context, answer, context.directory.applications)


def update(context: Context, call: Call) -> Answer:
    """Answer `PATCH /applications/{id}`, which creates when preferred and nobody is there."""
    key, body = call.key(), object_body(call)
    if key.name == "uniquename" and call.has_preference("create-if-missing"):
        existing = _find(context, key)
        if existing is None:
            return _create(context, call, {**body, "uniqueName": key.value})
    application = _writable(context, call)
    check_body(body, is_new=False)
    if "passwordCredentials" in body:
        _check_passwords_unchanged(application, body["passwordCredentials"])
    name = body.get("uniqueName", application["uniqueName"])
    if application["uniqueName"] is not None and name != application["uniqueName"]:
        raise bad_request("Property 'uniqueName' is read-only and cannot be set.")
    check_unique_name(context.directory, name, application["id"])
    changed = deepcopy(application)
    with _members_understood():
        merge(changed, {n: value for n, value in body.items() if n != "passwordCredentials"})
    check_whole(context, changed)
    context.directory.applications[application["id"]] = changed
    for principal in context.directory.service_principals.values():
        if principal["appId"] == application["appId"]:
            copy_from_application(principal, changed)
    context.directory.save()
    return NO_CONTENT


def delete(context: Context, call: Call) -> Answer:
    """Answer `DELETE /applications/{id}`: into the bin, its service principal as well."""
    application = _writable(context, call)
    directory, now = context.directory, instant_text(context.clock.now().replace(microsecond=0))
    del directory.applications[application["id"]]
    directory.deleted[application["id"]] = application | {
        "deletedDateTime": now,
        "_type": "application",
    }
    for principal in list(directory.service_principals.values()):
        if principal["appId"] == application["appId"]:
            bin_service_principal(context, principal)
    directory.save()
    return NO_CONTENT


def add_application_password(context: Context, call: Call) -> Answer:
    """Answer `POST /applications/{id}/addPassword`."""
    return add_password(context, call, _writable(context, call), has_hint=True)


def remove_application_password(context: Context, call: Call) -> Answer:
    """Answer `POST /applications/{id}/removePassword`."""
    return remove_password(context, call, _writable(context, call))


def bin_service_principal(context: Context, principal: JsonObject) -> None:
    """Move a service principal into the bin; what was consented to it is gone."""
    directory = context.directory
    del directory.service_principals[principal["id"]]
    now = instant_text(context.clock.now().replace(microsecond=0))
    directory.deleted[principal["id"]] = principal | {
        "deletedDateTime": now,
        "_type": "servicePrincipal",
    }
    for grant in list(directory.grants.values()):
        if principal["id"] in (grant["clientId"], grant["resourceId"]):
            del directory.grants[grant["id"]]


def without_hidden(context: Context, answer: Answer, stored: dict[str, JsonObject]) -> Answer:
    """Take fresh objects that the replica does not know yet out of a list."""
    if answer.body is None:
        return answer
    visible = [
        item
        for item in answer.body["value"]
        if "id" not in item or not is_hidden(context, stored[item["id"]])
    ]
    return Answer(200, answer.body | {"value": visible}, units=answer.units)


def is_hidden(context: Context, item: JsonObject) -> bool:
    """Tell whether the replica that answers has not heard of a fresh object."""
    return context.faults.is_hidden("graph", item["id"], item["_created_at"])


def _create(context: Context, call: Call, body: JsonObject) -> Answer:
    directory, now = context.directory, context.clock.now()
    check_body(body, is_new=True)
    check_unique_name(directory, body.get("uniqueName"), None)
    with _members_understood():
        application = new_application(body, str(uuid4()), str(uuid4()), directory.domain, now)
    application["_owner"] = call.claims.object_id
    check_whole(context, application)
    requested = body.get("passwordCredentials") or []
    if not all(isinstance(password, dict) for password in requested):
        raise invalid_value("passwordCredentials", "Application")
    check_policy(context, application["signInAudience"], requested, 0)
    minted = [mint(context, application, password, has_hint=True) for password in requested]
    directory.applications[application["id"]] = application
    directory.save()
    answer = served(application, is_fresh=True) | {"passwordCredentials": minted}
    envelope = {"@odata.context": f"{METADATA}applications/$entity"}
    return Answer(201, envelope | answer, location=location(context, application, "Application"))


@contextmanager
def _members_understood() -> Iterator[None]:
    """Turn what a malformed member of a collection breaks into Graph's refusal of it."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise bad_request("A value of one of the collections has an unexpected type.") from error


def location(context: Context, item: JsonObject, kind: str) -> str:
    """Return the `Location` of a new object, which is not an address of v1.0."""
    return (
        f"https://graph.microsoft.com/v2/{context.directory.tenant_id}/directoryObjects/"
        f"{item['id']}/Microsoft.DirectoryServices.{kind}"
    )


def _find(context: Context, key: Key) -> JsonObject | None:
    name = _ALTERNATE_KEYS.get(key.name)
    if name is None:
        raise bad_request(f"Invalid alternate key '{key.name}'.")
    if name == "id":
        return context.directory.applications.get(key.value.lower())
    applications = context.directory.applications.values()
    wanted = key.value.lower()
    return next((a for a in applications if str(a[name]).lower() == wanted), None)


def _visible(context: Context, call: Call) -> JsonObject:
    key = call.key()
    application = _find(context, key)
    if application is None or is_hidden(context, application):
        raise resource_not_found(key.value)
    return application


def _writable(context: Context, call: Call) -> JsonObject:
    application = _visible(context, call)
    require_hold(context, call.claims, application)
    created_at = application["_created_at"]
    if is_personal(application) and context.faults.is_hidden(
        "graph-personal", application["id"], created_at
    ):
        raise msa_application_missing()
    return application


def _check_passwords_unchanged(application: JsonObject, passwords: list[object]) -> None:
    held = {credential["keyId"] for credential in application["passwordCredentials"]}
    sent = {password.get("keyId") for password in passwords if isinstance(password, dict)}
    if sent != held or len(sent) != len(passwords):
        raise bad_request("Passwords are changed by addPassword and removePassword only.")
