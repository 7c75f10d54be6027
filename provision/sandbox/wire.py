"""What happens to a request before anybody answers it: latency, refusals, lost connections."""

import asyncio
import json
from typing import Final
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provision.sandbox.context import SandboxClock
from provision.sandbox.directory import JsonObject
from provision.sandbox.faults import Faults, HttpFault
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
        if path.startswith(_GRAPH):
            refusal = for_fault(fault)
            status, body = refusal.status, refusal.body(self._clock.now(), str(uuid4()))
        else:
            status, body = self._entra_refusal(fault)
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-cache")]
        if fault.name == "throttled":
            headers.append((b"retry-after", str(fault.retry_after).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def _entra_refusal(self, fault: HttpFault) -> tuple[int, JsonObject]:
        status, number, text = _ENTRA.get(fault.name, _ENTRA["unavailable"])
        at = self._clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = str(uuid4()), str(uuid4())
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
