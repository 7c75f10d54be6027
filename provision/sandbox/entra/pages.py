"""HTML pages and the headers that every answer of Entra carries."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from provision.sandbox.context import Context
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
    sent = request.headers.get("client-request-id") or parameters.get("client-request-id")
    return make_incident(sent, context.clock.now())


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of an urlencoded body; nothing when it is of another type or too long."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind != "application/x-www-form-urlencoded" or len(body) > _LARGEST_FORM:
        return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
