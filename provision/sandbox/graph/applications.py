"""`/applications`: create, read, list, update, upsert, delete."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.access import is_administrator
from provision.sandbox.graph.application_limits import check_whole
from provision.sandbox.graph.application_rules import (
    check_body,
    check_reference,
    check_unique_name,
)
from provision.sandbox.graph.application_shape import APPLICATIONS, merge, new_application, served
from provision.sandbox.graph.call import METADATA, NO_CONTENT, OWNERS, Answer, Call, object_body
from provision.sandbox.graph.credential_shape import instant_text
from provision.sandbox.graph.key_credentials import replace_keys
from provision.sandbox.graph.owners import first_owners, with_owners
from provision.sandbox.graph.passwords import check_count, check_policy, mint
from provision.sandbox.graph.query import collection, entity, member
from provision.sandbox.graph.refusals import bad_request, invalid_value, not_permitted
from provision.sandbox.graph.service_principal_shape import copy_from_application
from provision.sandbox.graph.stored_objects import find, is_hidden, location, visible, writable


def create(context: Context, call: Call) -> Answer:
    """Answer `POST /applications`."""
    return _create(context, call, object_body(call, OWNERS))


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /applications/{id}`."""
    stored = visible(context, call)
    return entity(
        call, with_owners(context, call, APPLICATIONS, stored, served(stored)), APPLICATIONS
    )


def read_member(context: Context, call: Call) -> Answer:
    """Answer `GET /applications/{id}/appRoles` and its like."""
    return member(call, served(visible(context, call)), APPLICATIONS)


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET /applications`; a fresh one may be missing for a while."""
    stored = context.directory.applications
    items = [with_owners(context, call, APPLICATIONS, a, served(a)) for a in stored.values()]
    return collection(
        context, call, items, APPLICATIONS, lambda item: is_hidden(context, stored[item["id"]])
    )


def update(context: Context, call: Call) -> Answer:
    """Answer `PATCH /applications/{id}`, which creates when preferred and nobody is there."""
    key, body = call.key(), object_body(call)
    may_create = key.name == "uniquename" and call.has_preference("create-if-missing")
    if may_create and find(context, call) is None:
        return _create(context, call, {**body, "uniqueName": key.value})
    application = writable(context, call)
    check_body(body, is_new=False)
    if "passwordCredentials" in body:
        _check_passwords_unchanged(application, body["passwordCredentials"] or [])
    name = body.get("uniqueName", application["uniqueName"])
    if application["uniqueName"] is not None and name != application["uniqueName"]:
        raise bad_request("Property 'uniqueName' is read-only and cannot be set.")
    check_unique_name(context.directory, name, application["id"])
    changed = deepcopy(application)
    if "keyCredentials" in body:
        replace_keys(context, changed, body["keyCredentials"])
    with _members_understood():
        merge(changed, body)
        check_reference(context.directory, changed, "Update")
        check_whole(context, changed, before=application)
    check_count(changed, len(changed["passwordCredentials"]))
    context.directory.applications[application["id"]] = changed
    for principal in context.directory.service_principals.values():
        if principal["appId"] == application["appId"]:
            copy_from_application(principal, changed)
    context.directory.save()
    return NO_CONTENT


def delete(context: Context, call: Call) -> Answer:
    """Answer `DELETE /applications/{id}`: into the bin, its service principal as well."""
    application = writable(context, call)
    directory = context.directory
    del directory.applications[application["id"]]
    _put_into_bin(context, application, "application")
    for principal in list(directory.service_principals.values()):
        if principal["appId"] == application["appId"]:
            bin_service_principal(context, principal)
    directory.save()
    return NO_CONTENT


def bin_service_principal(context: Context, principal: JsonObject) -> None:
    """Move a service principal into the bin; what was granted to it is gone."""
    directory, own_id = context.directory, principal["id"]
    del directory.service_principals[own_id]
    _put_into_bin(context, principal, "servicePrincipal")
    for grant in list(directory.grants.values()):
        if own_id in (grant["clientId"], grant["resourceId"]):
            del directory.grants[grant["id"]]
    for assignment in list(directory.role_assignments.values()):
        if own_id in (assignment["principalId"], assignment["resourceId"]):
            del directory.role_assignments[assignment["id"]]


def _put_into_bin(context: Context, item: JsonObject, kind: str) -> None:
    now = instant_text(context.clock.now().replace(microsecond=0))
    context.directory.deleted[item["id"]] = item | {"deletedDateTime": now, "_type": kind}


def _create(context: Context, call: Call, body: JsonObject) -> Answer:
    directory, now = context.directory, context.clock.now()
    _check_may_register(context, call)
    bound = body.pop(OWNERS, None)
    check_body(body, is_new=True)
    check_unique_name(directory, body.get("uniqueName"), None)
    with _members_understood():
        application = new_application(body, str(uuid4()), str(uuid4()), directory.domain, now)
        check_reference(directory, application, "Create")
        check_whole(context, application)
    application["_owners"] = first_owners(context, call.claims, bound, is_application=True)
    replace_keys(context, application, body.get("keyCredentials"))
    requested = body.get("passwordCredentials") or []
    if not all(isinstance(password, dict) for password in requested):
        raise invalid_value("passwordCredentials", "Application")
    check_policy(context, application, requested)
    minted = [mint(context, application, password, has_hint=True) for password in requested]
    directory.applications[application["id"]] = application
    directory.save()
    answer = served(application, is_fresh=True) | {"passwordCredentials": minted}
    envelope = {"@odata.context": f"{METADATA}applications/$entity"}
    return Answer(
        201, envelope | answer, location=location(context, application["id"], "Application")
    )


def _check_may_register(context: Context, call: Call) -> None:
    """Turn away a member while the tenant lets only administrators register applications."""
    is_member = call.claims.user_principal_name and not is_administrator(context, call.claims)
    if is_member and not context.directory.switches.users_may_register:
        raise not_permitted()


@contextmanager
def _members_understood() -> Iterator[None]:
    """Turn what a malformed member of a collection breaks into Graph's refusal of it."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise bad_request("A value of one of the collections has an unexpected type.") from error


def _check_passwords_unchanged(application: JsonObject, passwords: list[object]) -> None:
    held = {credential["keyId"] for credential in application["passwordCredentials"]}
    sent = {password.get("keyId") for password in passwords if isinstance(password, dict)}
    if sent != held or len(sent) != len(passwords):
        raise bad_request("Passwords are changed by addPassword and removePassword only.")
