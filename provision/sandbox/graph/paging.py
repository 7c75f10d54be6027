"""Pages of a list: their size, the opaque link to the next one, and what a page costs."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.call import Call, Key, Piece
from provision.sandbox.graph.refusals import bad_request

_DEFAULT_PAGE: Final = 100
_LARGEST_PAGE: Final = 999
_SMALL_PAGE: Final = 20


def page(
    context: Context, call: Call, items: Sequence[JsonObject]
) -> tuple[Sequence[JsonObject], str | None]:
    """Return the page that is asked for, and the address of the next one.

    A page begins after the last object of the page before, wherever that stands by now: what is
    created in between shifts nothing.
    """
    size, start = page_size(call.query), _start(call.query, items)
    shown = items[start : start + size]
    if start + size >= len(items):
        return shown, None
    return shown, link(context, call, "$skiptoken", [start + size, shown[-1]["id"]])


def page_size(query: Mapping[str, str]) -> int:
    """Return how many objects a page holds.

    Raises:
        GraphRefusal: `$top` is out of bounds.
    """
    top = query.get("$top", str(_DEFAULT_PAGE))
    if not (top.isascii() and top.isdecimal() and 1 <= int(top) <= _LARGEST_PAGE):
        raise bad_request(
            f"Invalid page size specified: '{top}'. Must be between 1 and {_LARGEST_PAGE} "
            "inclusive."
        )
    return int(top)


def link(context: Context, call: Call, option: str, state: object) -> str:
    """Return the address at which this request goes on; `option` carries the state there."""
    token = urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")
    query = {n: v for n, v in call.query.items() if n not in ("$skiptoken", option)}
    path = "/".join(_spelt(piece) for piece in call.pieces).replace("/(", "(")
    return f"{context.origin}/v1.0/{path}?{urlencode({**query, option: token}, safe='$')}"


def unpacked(token: str) -> object:
    """Return the state that `link` packed; None when it is not one of ours."""
    try:
        return json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError):
        return None


def cost(query: Mapping[str, str], units: int) -> int:
    """Return the resource units of a read that costs `units` without options.

    Source:
        https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
    """
    cheap = ("$select" in query) + (page_size(query) < _SMALL_PAGE)
    return max(1, units - cheap + ("$expand" in query))


def _start(query: Mapping[str, str], items: Sequence[JsonObject]) -> int:
    if "$skiptoken" not in query:
        return 0
    match unpacked(query["$skiptoken"]):
        case [int(start), str(last_id)]:
            places = (index for index, item in enumerate(items, 1) if item["id"] == last_id)
            return next(places, start)
        case _:
            raise bad_request("Specified page token value has expired or is invalid.")


def _spelt(piece: Piece) -> str:
    if not isinstance(piece, Key):
        return quote(piece, safe="$@")
    value = quote(piece.value.replace("'", "''"))
    return f"('{value}')" if piece.name == "id" else f"({piece.name}='{value}')"
