"""`/applications/{id}/owners` and the same of service principals: who may change an object."""

import re
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.access import is_administrator
from provision.sandbox.graph.call import NO_CONTENT, REFERENCE, Answer, Call, object_body
from provision.sandbox.graph.directory_objects import list_of, served_object
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.people import find_user
from provision.sandbox.graph.query import expansions
from provision.sandbox.graph.refusals import GraphRefusal, bad_request, resource_not_found
from provision.sandbox.graph.stored_objects import visible, writable
from provision.sandbox.tokens import Claims

# https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
_MOST: Final = 100
_MOST_EXPANDED: Final = 20
_REFERENCE: Final = re.compile(
    r"(?:https://[^/]+/)?(?:v1\.0|beta|v2)?/?(?:[\w.-]+/)?"
    r"(?P<set>directoryObjects|users|servicePrincipals)(?:/|\(')(?P<id>[^/')]+)(?:'\))?/?",
    re.IGNORECASE,
)
_OWNER_AT: Final = 3


def list_owners(context: Context, call: Call) -> Answer:
    """Answer `GET …/{id}/owners`."""
    return list_of(context, call, visible(context, call).get("_owners", []))


def add_owner(context: Context, call: Call) -> Answer:
    """Answer `POST …/{id}/owners/$ref`."""
    owned = writable(context, call)
    owner_id = referenced(context, object_body(call, REFERENCE).get(REFERENCE))
    held = owned.setdefault("_owners", [])
    if owner_id in held:
        raise bad_request(
            "One or more added object references already exist for the following modified "
            "properties: 'owners'."
        )
    if len(held) >= _MOST:
        raise GraphRefusal(
            403,
            "Directory_ResourceSizeExceeded",
            "The size of the object has exceeded its limit. Please reduce the number of values "
            "and retry your request.",
        )
    held.append(owner_id)
    context.directory.save()
    return NO_CONTENT


def remove_owner(context: Context, call: Call) -> Answer:
    """Answer `DELETE …/{id}/owners/{id}/$ref`; the last one may go, too."""
    owned, key = writable(context, call), call.key(_OWNER_AT).value
    if key.lower() not in owned.get("_owners", ()):
        raise resource_not_found(key)
    owned["_owners"].remove(key.lower())
    context.directory.save()
    return NO_CONTENT


def refuse_to_delete(context: Context, call: Call) -> Answer:  # noqa: ARG001  (a handler)
    """Refuse `DELETE …/{id}/owners/{id}`: without `$ref` it would delete the owner itself."""
    raise bad_request("Write requests are only supported on contained entities")


def list_owned(context: Context, call: Call) -> Answer:
    """Answer `GET /me/ownedObjects` and `GET /users/{id}/ownedObjects`."""
    is_me = str(call.pieces[0]).lower() == "me"
    own_id = call.claims.object_id if is_me else find_user(context, call).object_id
    directory = context.directory
    pools = (*directory.applications.items(), *directory.service_principals.items())
    return list_of(context, call, [i for i, item in pools if own_id in item.get("_owners", ())])


def first_owners(
    context: Context, claims: Claims, bound: object, *, is_application: bool
) -> list[str]:
    """Return who owns what is being created.

    Its creator does, except: an app that may write every application (it needs no ownership), and
    an administrator who makes a service principal. `owners@odata.bind` adds others.

    Source:
        Azure/azure-cli recordings test_app_owner and test_sp_owner, 2022-05;
        https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
    """
    if not isinstance(bound, list | None):
        raise bad_request(
            "Invalid value specified for property 'owners' of resource 'Application'."
        )
    owners = [referenced(context, reference) for reference in bound or ()]
    if claims.user_principal_name is None:
        is_owner = "Application.ReadWrite.All" not in claims.roles
    else:
        is_owner = is_application or not is_administrator(context, claims)
    creator = [claims.object_id] if is_owner and claims.object_id not in owners else []
    return creator + list(dict.fromkeys(owners))


def with_owners(
    context: Context, call: Call, kind: EntityKind, stored: JsonObject, served: JsonObject
) -> JsonObject:
    """Return a served object with its owners, when `$expand` asks for them."""
    if "$expand" not in call.query:
        return served
    names = expansions(call, kind)
    if "owners" not in names:
        return served
    found = [served_object(context, i) for i in stored.get("_owners", [])[:_MOST_EXPANDED]]
    inner = names["owners"]
    owners = [
        {n: v for n, v in owner.items() if not inner or n in inner or n.startswith("@")}
        for owner in found
        if owner is not None
    ]
    return {**served, "owners": owners}


def referenced(context: Context, reference: object) -> str:
    """Return the object id that an `@odata.id` points at.

    Raises:
        GraphRefusal: It points nowhere, or at an application, which can own nothing.
    """
    found = _REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
    if found is None:
        raise bad_request("Invalid value specified for property '@odata.id'.")
    key = found["id"].lower()
    account = context.directory.accounts.get(key)  # users may be named by user principal name
    object_id = account.object_id if account else key
    item = served_object(context, object_id)
    if item is None:
        raise resource_not_found(found["id"])
    if item["@odata.type"].endswith(".application"):
        raise bad_request(
            f"The reference target 'Application_{object_id}' of type 'Application' is invalid for "
            "the 'owners' reference."
        )
    return object_id
