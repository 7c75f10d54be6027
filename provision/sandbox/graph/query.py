"""OData query options: `$filter`, `$search`, `$select`, `$expand`, `$orderby`, `$count`."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.call import METADATA, Answer, Call
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.filters import is_advanced, matches, parse_filter
from provision.sandbox.graph.paging import cost, page
from provision.sandbox.graph.refusals import GraphRefusal, bad_request, unsupported_query

_KNOWN_OPTIONS: Final = frozenset(
    {"$filter", "$search", "$select", "$expand", "$top", "$count", "$orderby", "$skiptoken",
     "$format", "$deltatoken"}
)  # fmt: skip
_SELECT: Final = "Parsing OData Select and Expand failed: "
_EXPANDED: Final = re.compile(r"(?P<name>\w+)(?:\(\$select=(?P<select>[\w,\s]*)\))?")
_SEARCHED: Final = re.compile(r'"(?P<name>\w+):(?P<value>[^"]*)"(?:\s+(?P<joint>AND|OR)\s+|\s*$)')
_SEARCHABLE: Final = ("displayName", "description", "mail", "userPrincipalName")


def selected(call: Call, served: JsonObject, kind: EntityKind) -> JsonObject:
    """Return what `$select` leaves of an object; everything without it.

    Raises:
        GraphRefusal: A selected property does not exist.
    """
    names = _selection(call)
    if not names:
        return served
    wanted = {kind.property_named(name, _SELECT) for name in names} | set(expansions(call, kind))
    return {name: value for name, value in served.items() if name in wanted or name[0] == "@"}


def expansions(call: Call, kind: EntityKind) -> dict[str, list[str]]:
    """Return what `$expand` names, each with what is selected of it; empty is everything.

    Raises:
        GraphRefusal: The type has no such navigation property.
    """
    found: dict[str, list[str]] = {}
    for part in re.split(r",(?![^()]*\))", call.query.get("$expand", "")):
        if not part.strip():
            continue
        parsed = _EXPANDED.fullmatch(part.strip())
        if parsed is None:
            raise GraphRefusal(400, "BadRequest", f"{_SELECT}Syntax error in '{part.strip()}'.")
        if parsed["name"] not in kind.navigations:
            raise kind.unknown(parsed["name"], _SELECT)
        found[parsed["name"]] = [n.strip() for n in (parsed["select"] or "").split(",") if n]
    return found


def entity(call: Call, served: JsonObject, kind: EntityKind, units: int = 1) -> Answer:
    """Return the answer to a read of one object."""
    _check_options(call)
    body = {"@odata.context": f"{METADATA}{kind.set_name}{_suffix(call, kind)}/$entity"}
    return Answer(200, body | selected(call, served, kind), units=cost(call.query, units))


def member(call: Call, served: JsonObject, kind: EntityKind) -> Answer:
    """Return the answer to a read of one collection that an object holds, as `…/{id}/appRoles`."""
    name = kind.property_named(str(call.pieces[-1]), "")
    path = f"{kind.set_name}('{served['id']}')/{name}"
    return Answer(200, {"@odata.context": f"{METADATA}{path}", "value": served[name]})


def collection(
    context: Context,
    call: Call,
    items: Sequence[JsonObject],
    kind: EntityKind,
    is_hidden: Callable[[JsonObject], bool] = lambda _: False,
) -> Answer:
    """Return the answer to a list: filtered, paged, selected, in a collection's envelope.

    Args:
        context: For the address of the next page.
        call: Query options and headers are read from it.
        items: As served.
        kind: The entity set.
        is_hidden: Whether the replica that answers has not heard of an object yet.
    """
    found = [item for item in find(call, items, kind) if not is_hidden(item)]
    if call.pieces[-1] == "$count":
        if not call.is_eventual:
            raise bad_request("$count is not currently supported.")
        return Answer(200, text=str(len(found)))
    shown, next_link = page(context, call, found)
    body: JsonObject = {"@odata.context": f"{METADATA}{kind.set_name}{_suffix(call, kind)}"}
    if _counts(call) and "$skiptoken" not in call.query:
        body["@odata.count"] = len(found)
    if next_link is not None:
        body["@odata.nextLink"] = next_link
    body["value"] = [selected(call, item, kind) for item in shown]
    if not shown:
        selected(call, {}, kind)  # What does not exist is refused in an empty list as well.
    return Answer(200, body, units=cost(call.query, kind.units))


def find(call: Call, items: Sequence[JsonObject], kind: EntityKind) -> list[JsonObject]:
    """Return the items that `$filter` and `$search` let through, in the order of `$orderby`.

    Raises:
        GraphRefusal: An option is unknown, malformed, or needs `ConsistencyLevel: eventual`.
    """
    _check_options(call)
    query, found = call.query, list(items)
    if _counts(call) and not call.is_eventual:
        raise bad_request("$count is not currently supported.")
    if "$filter" in query:
        condition = parse_filter(query["$filter"], kind)
        needs_eventual = is_advanced(condition) or "$orderby" in query
        counted = _counts(call) or call.pieces[-1] == "$count"
        if needs_eventual and not (call.is_eventual and counted):
            raise unsupported_query()
        found = [item for item in found if matches(condition, item)]
    if "$search" in query:
        found = _searched(call, found, kind)
    if "$orderby" in query:
        found = _ordered(found, query["$orderby"], kind)
    return found


def _check_options(call: Call) -> None:
    unknown = next((n for n in call.query if n.startswith("$") and n not in _KNOWN_OPTIONS), None)
    if unknown is not None:
        raise GraphRefusal(400, "BadRequest", f"The query parameter '{unknown}' is not supported.")


def _searched(call: Call, items: list[JsonObject], kind: EntityKind) -> list[JsonObject]:
    """Return the items with a word that begins as searched: `"displayName:mail"`, AND, OR."""
    if not call.is_eventual:
        raise unsupported_query(
            "Request with $search query parameter only works through MSGraph with a special "
            "request header: 'ConsistencyLevel: eventual'"
        )
    text, position, found, joint = call.query["$search"].strip(), 0, items, "AND"
    while position < len(text) or not text:
        clause = _SEARCHED.match(text, position)
        if clause is None:
            raise GraphRefusal(
                400,
                "BadRequest",
                f"Syntax error: character '{text[position : position + 1]}' is not valid at "
                f"position {position} in '{text}'.",
            )
        name = kind.property_named(clause["name"], "")
        if name not in _SEARCHABLE:
            raise unsupported_query()
        hits = [item for item in items if _has_word(item[name], clause["value"])]
        if joint == "AND":
            found = [item for item in found if item in hits]
        else:
            found = [item for item in items if item in hits or item in found]
        joint, position = clause["joint"] or "AND", clause.end()
    return found


def _has_word(value: object, wanted: str) -> bool:
    words = re.split(r"[^\w']+", value.lower()) if isinstance(value, str) else []
    return all(any(word.startswith(part) for word in words) for part in wanted.lower().split())


def _ordered(items: list[JsonObject], order: str, kind: EntityKind) -> list[JsonObject]:
    word, _, direction = order.strip().partition(" ")
    name = kind.property_named(word, "")
    if name not in ("displayName", "userPrincipalName", "createdDateTime", "deletedDateTime"):
        raise unsupported_query()
    if direction.strip() not in ("", "asc", "desc"):
        raise GraphRefusal(400, "BadRequest", f"Syntax error in '{order}'.")
    return sorted(
        items, key=lambda item: str(item[name]).lower(), reverse=direction.strip() == "desc"
    )


def _counts(call: Call) -> bool:
    return call.query.get("$count", "").lower() == "true"


def _selection(call: Call) -> list[str]:
    return [name.strip() for name in call.query.get("$select", "").split(",") if name.strip()]


def _suffix(call: Call, kind: EntityKind) -> str:
    expanded = [f"{name}({','.join(inner)})" for name, inner in expansions(call, kind).items()]
    names = _selection(call) + expanded
    return f"({','.join(names)})" if names else ""
