"""HTML pages and the headers that every answer of Entra carries."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.refusals import Incident, Refused, make_incident

_TEMPLATES: Final = Path(__file__).parent / "templates"
_LARGEST_FORM: Final = 65536


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )


def render_page(
    name: str, incident: Incident, values: Mapping[str, object], status: int = 200
) -> Response:
    """Return a page made from a template of this package.

    No `form-action` is set: browsers apply it to redirects after a form, too, and the last one
    leads to the client.
    """
    nonce = token_urlsafe(16)
    html = _environment().get_template(name).render(csp_nonce=nonce, incident=incident, **values)
    response = HTMLResponse(html, status)
    response.headers["content-security-policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        "img-src data:; base-uri 'none'; frame-ancestors 'none'"
    )
    return with_headers(response, incident)


def refusal_page(refused: Refused, incident: Incident) -> Response:
    """Return the page for a refusal that is never redirected."""
    values = {"code": refused.code, "text": refused.text}
    return render_page("refused.html", incident, values, status=400)


def notice_page(name: str, incident: Incident, **values: object) -> Response:
    """Return a page that says one thing, with the buttons that answer it.

    Args:
        name: Of a member of `data/notices.json`.
        incident: Ids of the answer.
        values: `action` and `flow` where there are buttons, and what the text names.
    """
    notice = _notices()[name]
    lines = [line.format_map(values) for line in notice["lines"]]
    shown = {"title": notice["title"].format_map(values), "lines": lines}
    buttons = notice.get("buttons", ())
    return render_page("notice.html", incident, {**values, **shown, "buttons": buttons})


@cache
def _notices() -> JsonObject:
    source = files("provision.sandbox") / "data" / "notices.json"
    found: JsonObject = json.loads(source.read_text(encoding="utf-8"))
    return found


def with_headers(response: Response, incident: Incident) -> Response:
    """Add what Entra sends with everything; the answer may hold a credential, so no store."""
    response.headers["cache-control"] = "no-store, no-cache"
    response.headers["pragma"] = "no-cache"
    response.headers["expires"] = "-1"
    response.headers["x-content-type-options"] = "nosniff"
    response.headers["x-ms-request-id"] = incident.trace_id
    response.headers["x-ms-ests-server"] = "sandbox"
    response.headers["client-request-id"] = incident.correlation_id
    return response


def begin_incident(context: Context, request: Request, parameters: Mapping[str, str]) -> Incident:
    """Return the ids of this answer; `client-request-id` may be a header or a parameter."""
    sent = request.headers.get("client-request-id") or parameters.get("client-request-id", "")
    try:
        known: str | None = str(UUID(sent))
    except ValueError:  # goes back in a header: anything else could not
        known = None
    return make_incident(known, context.clock.now())


async def read_parameters(request: Request) -> dict[str, str]:
    """Return the parameters of a query, or those of an urlencoded body.

    A body of another type holds none.

    Raises:
        Refused: AADSTS9002313, the body is too long or says something twice.
    """
    if request.method != "POST":
        pairs = request.query_params.multi_items()
    else:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await _body(request)
        if kind != "application/x-www-form-urlencoded":
            return {}
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("9002313/request")
    return found


async def _body(request: Request) -> bytes:
    """Return the body, read no further than a form can be long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_FORM:
            raise Refused("9002313/request")
    return body
