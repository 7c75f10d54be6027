"""What happens to a request before anybody answers it: latency, refusals, lost connections."""

import asyncio
import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provision.sandbox.context import Context
from provision.sandbox.entra.refusals import Refused, make_incident, refusal_body
from provision.sandbox.faults.rules import HttpFault
from provision.sandbox.graph.fault_answers import for_fault
from provision.sandbox.graph.foreign_writes import write_as_another
from provision.sandbox.graph.headers import connection_headers
from provision.sandbox.requests_log import note_fault, note_held
from provision.sandbox.tokens import TokenRefused

ABORT: Final = "provision.abort"
"""Key in an ASGI scope: the function that cuts the connection; `True` resets it."""
_GRAPH: Final = "/v1.0/"
_PIECES: Final = 8
"""In which a slow body comes."""
_ENTRA: Final = {
    "throttled": (429, 90055),
    "unavailable": (503, 90033),
    "internal-error": (500, 50000),
    "gateway-timeout": (504, 90012),
    "concurrency": (503, 90033),
}
"""Status and AADSTS code of the token endpoint."""
_GATEWAY_PAGE: Final = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr>\r\n</body>\r\n</html>\r\n"
)
_REFUSALS: Final = frozenset({*_ENTRA, "bad-gateway"})


class FaultyWire:
    """ASGI middleware that delays, refuses or loses requests as the faults decide."""

    def __init__(self, app: ASGIApp, context: Context, latency: float) -> None:
        self._app = app
        self._context = context
        self._latency = latency
        """Seconds, added to every answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or let it go wrong."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._latency:
            await asyncio.sleep(self._latency)
        receive, client_id = await self._with_caller(scope, receive)
        fault = self._begin(scope, client_id)
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.name not in _REFUSALS:
            await self._disturb(fault, scope, receive, send)
        elif fault.name == "gateway-timeout" and fault.when == "after":
            await self._app(scope, receive, _swallow)
            await self._refuse(scope["path"], fault, client_id, send)
        else:
            await _read(receive)
            await self._refuse(scope["path"], fault, client_id, send)

    def _begin(self, scope: Scope, client_id: str) -> HttpFault | None:
        """Let the request land, somebody else write, and the dice fall."""
        faults, method, path = self._context.faults, scope["method"], scope["path"]
        faults.land(tuple(scope.get("client") or ("?",)))
        writes = faults.foreign_writes(method, path, client_id)
        write_as_another(self._context, writes, path)
        fault = faults.next_http_fault(method, path, client_id=client_id)
        if fault is not None or writes:
            note_fault("foreign-write" if fault is None else fault.name)
        return fault

    async def _disturb(self, fault: HttpFault, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the connection fail or dawdle."""
        if fault.when == "before" and fault.name == "slow":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
            return
        if fault.name == "held":
            await self._hold(fault, scope, receive, send)
            return
        answer = _Answer()
        is_lost = fault.name == "lost-request" or (fault.name, fault.when) == ("reset", "before")
        if is_lost:
            await _read(receive)
        else:
            await self._app(scope, receive, answer.take)
        if fault.name in ("slow", "slow-body"):
            await answer.give(send, fault)
            return
        if fault.name == "cut-answer":
            await answer.give_half(send)
        scope[ABORT](fault.name == "reset")
        await _hang_up(receive)

    async def _hold(self, fault: HttpFault, scope: Scope, receive: Receive, send: Send) -> None:
        """Say nothing until the rules are replaced; a client that gives up gets no answer."""
        let_go, body, answer = self._context.faults.replaced, await _read(receive), _Answer()
        if fault.when == "after":
            await self._app(scope, _again(body, receive), answer.take)
        note_held(is_held=True)
        waits = [asyncio.ensure_future(let_go.wait()), asyncio.ensure_future(_hang_up(receive))]
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        is_gone = waits[1].done()
        for wait in pending:
            wait.cancel()
        note_held(is_held=False)
        if is_gone:
            return
        if fault.when == "after":
            await answer.give(send, fault)
        else:
            await self._app(scope, _again(body, receive), send)

    async def _refuse(self, path: str, fault: HttpFault, client_id: str, send: Send) -> None:
        request_id, now = str(uuid4()), self._context.clock.now()
        headers = {"content-type": "application/json", "cache-control": "no-cache"}
        tenant_id = self._context.directory.tenant_id
        if fault.name == "bad-gateway":
            headers["content-type"] = "text/html"
            status, content = 502, _GATEWAY_PAGE
        elif path.startswith(_GRAPH):
            refusal = for_fault(fault, client_id, tenant_id)
            status, content = refusal.status, json.dumps(refusal.body(now, request_id))
            headers |= {"vary": "Accept-Encoding", "x-ms-resource-unit": "1"}
            headers |= connection_headers(request_id, None) | refusal.headers
        else:
            status, code = _ENTRA[fault.name]
            incident = make_incident(None, now)
            content = json.dumps(refusal_body(Refused(code), incident, self._context.origin))
            headers["x-ms-request-id"] = incident.trace_id
            if fault.retry_after is not None:
                headers["retry-after"] = str(fault.retry_after)
        await _send(send, status, headers, content.encode())

    async def _with_caller(self, scope: Scope, receive: Receive) -> tuple[Receive, str]:
        """Return the client that asks, when a rule wants to know, and the request to be read."""
        if not self._context.faults.names_callers:
            return receive, ""
        body = await _read(receive)
        headers, again = dict(scope["headers"]), _again(body, receive)
        token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2]
        try:
            return again, self._context.tokens.verify(token).client_id.lower()
        except TokenRefused:
            asked = parse_qs(body.decode("utf-8", "replace")).get("client_id", [""])
            return again, asked[0].lower()


class _Answer:
    """An answer that is held back."""

    def __init__(self) -> None:
        self._start: Message = {}
        self._body = b""

    async def take(self, message: Message) -> None:
        """Receive a part of it."""
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")

    async def give(self, send: Send, fault: HttpFault) -> None:
        """Send all of it, late: `slow` at once in the end, `slow-body` in pieces."""
        count = _PIECES if fault.name == "slow-body" else 1
        size = -(-len(self._body) // count) or 1
        if count == 1:
            await asyncio.sleep(fault.seconds)
        await send(self._start)
        for start in range(0, len(self._body), size):
            if count > 1:
                await asyncio.sleep(fault.seconds / count)
            await _send_part(send, self._body[start : start + size], is_last=False)
        await _send_part(send, b"", is_last=True)

    async def give_half(self, send: Send) -> None:
        """Send the head and half of the body; nothing of an answer without a body."""
        if self._body:
            await send(self._start)
            await _send_part(send, self._body[: len(self._body) // 2], is_last=False)


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body"):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read once more."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


async def _hang_up(receive: Receive) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, status: int, headers: Mapping[str, str], content: bytes) -> None:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await _send_part(send, content, is_last=True)


async def _send_part(send: Send, content: bytes, *, is_last: bool) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": not is_last})


async def _swallow(message: Message) -> None:
    """Receive an answer that nobody will see."""
