"""A wire without sockets: answers by rule, and remembers what was sent."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient

from provision.clock import ManualClock
from provision.graph.polling import Pacing
from provision.graph.request_count import Meter
from provision.graph.retry import Repeater
from provision.graph.tenant import GraphTenant
from provision.graph.wire import BATCH_PATH, Answer, GraphRequest, NotSent
from provision.tenant.caller import Caller

TENANT_ID = "11111111-1111-1111-1111-111111111111"
BASE_URL = "https://graph.example/v1.0"

Reply = Answer | Exception
Rule = tuple[str, str, Sequence[Reply]]


def failure(status: int, code: str, message: str = "", **headers: str) -> Answer:
    """Return a refusal in Graph's envelope."""
    return Answer(status, headers, {"error": {"code": code, "message": message}})


def ok(body: object = None, status: int = 200) -> Answer:
    """Return a success."""
    return Answer(status, {}, body)


class ScriptedWire:
    """Answers a request with the next reply of the first rule that matches; the last one stays.

    The parts of a `$batch` are answered one by one, by the same rules.
    """

    def __init__(self, *rules: Rule) -> None:
        self._rules = [(method, pattern, list(replies)) for method, pattern, replies in rules]
        self.sent: list[GraphRequest] = []
        self.parts: list[str] = []
        self.is_closed = False

    def tenant_id(self) -> str:
        return TENANT_ID

    def caller(self) -> Caller:
        return Caller(TENANT_ID, "unknown", "", "", "", frozenset(), None)

    def send(self, request: GraphRequest) -> Answer:
        self.sent.append(request)
        if request.path == BATCH_PATH and not self._has_rule("POST", BATCH_PATH):
            return self._batch(json.loads(request.content or b""))
        reply = self._reply(request.method, request.path)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self) -> None:
        self.is_closed = True

    @property
    def lines(self) -> list[str]:
        return [f"{r.method} {r.path.partition('?')[0]}" for r in self.sent]

    def body(self, index: int) -> dict[str, object]:
        content: dict[str, object] = json.loads(self.sent[index].content or b"null")
        return content

    def _batch(self, batch: dict[str, list[dict[str, str]]]) -> Answer:
        responses = []
        for part in reversed(batch["requests"]):
            self.parts.append(f"{part['method']} {part['url'].partition('?')[0]}")
            reply = self._reply(part["method"], part["url"])
            assert isinstance(reply, Answer)
            responses.append(
                {
                    "id": part["id"],
                    "status": reply.status,
                    "headers": {name.title(): text for name, text in reply.headers.items()},
                    "body": reply.body,
                }
            )
        return ok({"responses": responses})

    def _has_rule(self, method: str, path: str) -> bool:
        return any(m == method and re.search(pattern, path) for m, pattern, _ in self._rules)

    def _reply(self, method: str, path: str) -> Reply:
        for wanted, pattern, replies in self._rules:
            if wanted == method and re.search(pattern, path):
                return replies.pop(0) if len(replies) > 1 else replies[0]
        return failure(404, "Request_ResourceNotFound", f"Resource '{path}' does not exist.")


def graph_client() -> GraphServiceClient:
    """Return the SDK's builders over an adapter that sends nothing."""
    adapter = GraphRequestAdapter(
        AnonymousAuthenticationProvider(), httpx.AsyncClient(verify=False, trust_env=False)
    )
    adapter.base_url = BASE_URL
    return GraphServiceClient(request_adapter=adapter)


class Bench:
    """A tenant on a scripted wire and a clock that moves by itself."""

    def __init__(self, *rules: Rule) -> None:
        self.wire = ScriptedWire(*rules)
        self.clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.waits: list[tuple[str, float]] = []
        self.pacing = Pacing(self.clock, lambda: 1.0, lambda what, s: self.waits.append((what, s)))
        self.meter = Meter()

    @property
    def repeater(self) -> Repeater:
        return Repeater(self.wire, self.meter, self.pacing)

    def tenant(self) -> GraphTenant:
        return GraphTenant(self.wire, graph_client(), self.pacing, self.meter)


def connection_refused() -> NotSent:
    return NotSent("reading: graph.example cannot be reached")
