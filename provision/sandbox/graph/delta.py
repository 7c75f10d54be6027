"""`delta`: what changed among applications, service principals or grants since a link was given."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Final
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph import application_shape, service_principal_shape
from provision.sandbox.graph.call import METADATA, Answer, Call
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.filters import matches, parse_filter
from provision.sandbox.graph.grants import GRANTS
from provision.sandbox.graph.paging import cost, link, page, unpacked
from provision.sandbox.graph.query import selected
from provision.sandbox.graph.refusals import GraphRefusal, unsupported_query

_ALLOWED: Final = frozenset({"$select", "$filter", "$top", "$skiptoken", "$deltatoken"})
# Links of which the sandbox knows what the client saw; older ones have to begin anew.
_REMEMBERED: Final = 50
_LATEST: Final = "latest"


def follow(context: Context, call: Call) -> Answer:
    """Answer `GET /applications/delta`, and of service principals and grants.

    Every object the first time; after that what is new, changed or gone.
    """
    kind, objects, shape = _watched(context, call)
    refused = next((n for n in call.query if n.startswith("$") and n not in _ALLOWED), None)
    if refused is not None:
        raise unsupported_query()
    seen = _seen(context, call)
    current = {object_id: shape(item) for object_id, item in objects.items()}
    if "$filter" in call.query:
        condition = parse_filter(call.query["$filter"], _by_id(kind))
        current = {name: item for name, item in current.items() if matches(condition, item)}
    digests = {name: _digest(selected(call, item, kind)) for name, item in current.items()}
    is_news = call.query.get("$deltatoken", "").lower() != _LATEST
    changed = [current[n] for n, value in digests.items() if seen.get(n) != value and is_news]
    shown, next_link = page(context, call, changed)
    body: JsonObject = {"@odata.context": f"{METADATA}{kind.set_name}/$delta"}
    if next_link is not None:
        body["@odata.nextLink"] = next_link
    else:
        body["@odata.deltaLink"] = link(context, call, "$deltatoken", _remember(context, digests))
    gone = [] if next_link else [_removed(context, n) for n in seen if n not in digests]
    body["value"] = [selected(call, item, kind) for item in shown] + gone
    return Answer(200, body, units=cost(call.query, kind.units))


def _watched(
    context: Context, call: Call
) -> tuple[EntityKind, dict[str, JsonObject], Callable[[JsonObject], JsonObject]]:
    directory = context.directory
    match str(call.pieces[0]).lower():
        case "applications":
            shape = application_shape
            return shape.APPLICATIONS, directory.applications, shape.served
        case "serviceprincipals":
            principals = directory.service_principals
            of = service_principal_shape
            return of.SERVICE_PRINCIPALS, principals, of.served
        case _:
            return GRANTS, directory.grants, dict


def _seen(context: Context, call: Call) -> dict[str, str]:
    token = call.query.get("$deltatoken")
    if token is None or token.lower() == _LATEST:
        return {}
    name = unpacked(token)
    if not isinstance(name, str) or name not in context.directory.followed:
        raise GraphRefusal(
            410, "Directory_ExpiredPageToken", "Specified page token value has expired."
        )
    return context.directory.followed[name]


def _remember(context: Context, digests: dict[str, str]) -> str:
    followed, name = context.directory.followed, str(uuid4())
    followed[name] = digests
    while len(followed) > _REMEMBERED:
        del followed[next(iter(followed))]
    return name


def _removed(context: Context, object_id: str) -> JsonObject:
    """Return the mark of an object that is gone: `changed` while it can be restored."""
    reason = "changed" if object_id in context.directory.deleted else "deleted"
    return {"id": object_id, "@removed": {"reason": reason}}


def _digest(item: JsonObject) -> str:
    return sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()


def _by_id(kind: EntityKind) -> EntityKind:
    return EntityKind(kind.set_name, kind.type_name, kind.model, frozenset({"id"}))
