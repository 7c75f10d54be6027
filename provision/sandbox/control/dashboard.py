"""The dashboard behind the control URL: what the sandbox holds, on one page, without a secret."""

from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from provision.sandbox.context import Context
from provision.sandbox.control.dashboard_sections import directory_sections, rest_sections
from provision.sandbox.control.dashboard_traffic import traffic_sections
from provision.sandbox.requests_log import RequestsLog

_TEMPLATES: Final = Path(__file__).parent / "templates"
_REFRESH: Final = 5
"""Seconds."""


class Dashboard:
    """Answers a browser that opens the control URL."""

    def __init__(self, context: Context, log: RequestsLog) -> None:
        self._context = context
        self._log = log

    async def show(self, request: Request) -> Response:
        """Return the page; it loads itself anew unless the query says `still`."""
        context, nonce = self._context, token_urlsafe(16)
        html = (
            _environment()
            .get_template("dashboard.html")
            .render(
                csp_nonce=nonce,
                refresh=None if "still" in request.query_params else _REFRESH,
                now=f"{context.clock.now():%Y-%m-%d %H:%M:%S} UTC",
                ahead=context.clock.ahead,
                origin=context.origin,
                tenant_id=context.directory.tenant_id,
                domain=context.directory.domain,
                seed=context.faults.seed,
                sections=[
                    *directory_sections(context),
                    *traffic_sections(context, self._log),
                    *rest_sections(context),
                ],
            )
        )
        response = HTMLResponse(html)
        response.headers["content-security-policy"] = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
        # The address is a capability: nobody who is linked to may learn it.
        response.headers["referrer-policy"] = "no-referrer"
        response.headers["cache-control"] = "no-store"
        response.headers["x-content-type-options"] = "nosniff"
        return response


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
