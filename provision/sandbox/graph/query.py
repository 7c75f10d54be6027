"""OData query options on collections: `$filter`, `$select`, `$top`, `$count` and paging."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.call import METADATA, Answer, Call
from provision.sandbox.graph.filters import is_advanced, matches, parse_filter
from provision.sandbox.graph.refusals import GraphRefusal, bad_request, unsupported_query

_DEFAULT_PAGE: Final = 100
_LARGEST_PAGE: Final = 999
_SMALL_PAGE: Final = 20
_KNOWN_OPTIONS: Final = frozenset(
    {"$filter", "$select", "$top", "$count", "$orderby", "$skiptoken", "$format"}
)


def selected(call: Call, served: JsonObject, type_name: str) -> JsonObject:
    """Return what `$select` leaves of an object; everything without it.

    Raises:
        GraphRefusal: A selected property does not exist.
    """
    names = _selection(call.query)
    if not names:
        return served
    known = {name.lower(): name for name in served}
    unknown = next((name for name in names if name.lower() not in known), None)
    if unknown is not None:
        raise GraphRefusal(
            400,
            "BadRequest",
            "Parsing OData Select and Expand failed: Could not find a property named "
            f"'{unknown}' on type 'microsoft.graph.{type_name}'.",
        )
    wanted = {known[name.lower()] for name in names}
    return {name: value for name, value in served.items() if name in wanted}


def entity(call: Call, served: JsonObject, set_name: str, type_name: str, units: int = 1) -> Answer:
    """Return the answer to a read of one object."""
    names = _selection(call.query)
    suffix = f"({','.join(names)})" if names else ""
    body = {"@odata.context": f"{METADATA}{set_name}{suffix}/$entity"}
    return Answer(200, body | selected(call, served, type_name), units=units)


def collection(  # noqa: PLR0913  (what one list differs from another in)
    context: Context,
    call: Call,
    items: Sequence[JsonObject],
    set_name: str,
    type_name: str,
    *,
    filterable: frozenset[str],
    units: int,
) -> Answer:
    """Return the answer to a list: filtered, paged, selected, in a collection's envelope.

    Args:
        context: For the address of the next page.
        call: Query options and headers are read from it.
        items: As served.
        set_name: Of the entity set, `applications`.
        type_name: Of its members, `application`.
        filterable: Properties that `$filter` may name.
        units: Resource units of the plain list.
    """
    found = find(call, items, filterable)
    size, start = _page(call.query)
    page = found[start : start + size]
    names = _selection(call.query)
    suffix = f"({','.join(names)})" if names else ""
    body: JsonObject = {"@odata.context": f"{METADATA}{set_name}{suffix}"}
    if call.query.get("$count", "").lower() == "true" and start == 0:
        body["@odata.count"] = len(found)
    if start + size < len(found):
        body["@odata.nextLink"] = _next_link(context, call, start + size)
    body["value"] = [selected(call, item, type_name) for item in page]
    return Answer(200, body, units=_cost(call.query, units))


def find(call: Call, items: Sequence[JsonObject], filterable: frozenset[str]) -> list[JsonObject]:
    """Return the items that `$filter` lets through, in the order of `$orderby`.

    Raises:
        GraphRefusal: An option is unknown, malformed, or needs `ConsistencyLevel: eventual`.
    """
    query = call.query
    unknown = next((n for n in query if n.startswith("$") and n not in _KNOWN_OPTIONS), None)
    if unknown is not None:
        raise unsupported_query()
    is_eventual = call.headers.get("consistencylevel", "").lower() == "eventual"
    if "$count" in query and query["$count"].lower() == "true" and not is_eventual:
        raise bad_request("$count is not currently supported.")
    found = list(items)
    if "$filter" in query:
        condition = parse_filter(query["$filter"], filterable)
        needs_eventual = is_advanced(condition) or "$orderby" in query
        if needs_eventual and not (is_eventual and query.get("$count", "").lower() == "true"):
            raise unsupported_query()
        found = [item for item in found if matches(condition, item)]
    if "$orderby" in query:
        found = _ordered(found, query["$orderby"])
    return found


def _ordered(items: list[JsonObject], order: str) -> list[JsonObject]:
    name, _, direction = order.strip().partition(" ")
    if items and name not in items[0]:
        raise unsupported_query()
    return sorted(
        items, key=lambda item: str(item[name]).lower(), reverse=direction.strip() == "desc"
    )


def _selection(query: Mapping[str, str]) -> list[str]:
    return [name.strip() for name in query.get("$select", "").split(",") if name.strip()]


def _page(query: Mapping[str, str]) -> tuple[int, int]:
    top = query.get("$top", str(_DEFAULT_PAGE))
    if not top.isdecimal() or not 1 <= int(top) <= _LARGEST_PAGE:
        raise bad_request(
            f"Invalid page size specified: '{top}'. Must be between 1 and {_LARGEST_PAGE} "
            "inclusive."
        )
    token = query.get("$skiptoken")
    if token is None:
        return int(top), 0
    try:
        return int(top), int(urlsafe_b64decode(token))
    except ValueError:
        raise bad_request("Specified page token value has expired.") from None


def _next_link(context: Context, call: Call, start: int) -> str:
    token = urlsafe_b64encode(str(start).encode()).decode()
    query = {name: value for name, value in call.query.items() if name != "$skiptoken"}
    query["$skiptoken"] = token
    path = "/".join(str(piece) for piece in call.pieces)
    return f"{context.origin}/v1.0/{path}?{urlencode(query, safe='$')}"


def _cost(query: Mapping[str, str], units: int) -> int:
    # https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
    if "$select" in query:
        units -= 1
    if int(query.get("$top", _DEFAULT_PAGE)) < _SMALL_PAGE:
        units -= 1
    return max(1, units)
