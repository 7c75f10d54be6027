"""What happens to a request before anybody answers it: latency, refusals, lost connections."""

import asyncio
import json
from typing import Final
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provision.sandbox.context import SandboxClock
from provision.sandbox.directory import JsonObject
from provision.sandbox.faults import Faults, HttpFault
from provision.sandbox.graph.headers import connection_headers
from provision.sandbox.graph.refusals import for_fault

ABORT: Final = "provision.abort"
"""Key in an ASGI scope: the function that cuts the connection without an answer."""
_GRAPH: Final = "/v1.0/"
# AADSTS90055 and 90033: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_ENTRA: Final = {
    "throttled": (429, 90055, "The tenant has received too many requests."),
    "unavailable": (503, 90033, "The directory is temporarily unavailable."),
}


class FaultyWire:
    """ASGI middleware that delays, refuses or loses requests as the faults decide."""

    def __init__(self, app: ASGIApp, faults: Faults, clock: SandboxClock, latency: float) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock
        self._latency = latency
        """Seconds, added to every answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or let it go wrong."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._latency:
            await asyncio.sleep(self._latency)
        fault = self._faults.next_http_fault(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.name == "dropped":
            await self._app(scope, receive, _swallow)
            scope[ABORT]()
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            await self._refuse(scope["path"], fault, receive, send)

    async def _refuse(self, path: str, fault: HttpFault, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        request_id = str(uuid4())
        headers = {"content-type": "application/json", "cache-control": "no-cache"}
        if path.startswith(_GRAPH):
            refusal = for_fault(fault)
            status, body = refusal.status, refusal.body(self._clock.now(), request_id)
            headers |= connection_headers(request_id, None)
        else:
            status, body = self._entra_refusal(fault, request_id)
            headers["x-ms-request-id"] = request_id
        if fault.name == "throttled":
            headers["retry-after"] = str(fault.retry_after)
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def _entra_refusal(self, fault: HttpFault, trace: str) -> tuple[int, JsonObject]:
        status, number, text = _ENTRA.get(fault.name, _ENTRA["unavailable"])
        at = self._clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
        correlation = str(uuid4())
        description = (
            f"AADSTS{number}: {text}\r\nTrace ID: {trace}\r\n"
            f"Correlation ID: {correlation}\r\nTimestamp: {at}"
        )
        return status, {
            "error": "temporarily_unavailable",
            "error_description": description,
            "error_codes": [number],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
        }


async def _swallow(message: Message) -> None:
    """Receive an answer that nobody will see."""
