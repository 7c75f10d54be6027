"""The log of requests: who asked what and how it ended, without a single secret."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provision.clock import Clock
from provision.sandbox.directory import JsonObject

_KEPT: Final = 10_000
# Values worth reading that can hold no credential; of any other parameter only the name is kept.
_SHOWN: Final = frozenset(
    {
        "$count", "$expand", "$filter", "$format", "$orderby", "$search", "$select", "$skip",
        "$top", "client_id", "code_challenge_method", "prompt", "redirect_uri", "response_mode",
        "response_type", "scope",
    }
)  # fmt: skip
_READABLE: Final = "$()',:/@ "


@dataclass(frozen=True, slots=True)
class _Carrier:
    """The request being served, to which the parts of a `$batch` are added."""

    clock: Clock
    entry: JsonObject
    parts: list[JsonObject] = field(default_factory=list)


_carrier: ContextVar[_Carrier | None] = ContextVar("carrier", default=None)


class RequestsLog:
    """ASGI middleware that remembers the latest requests."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._entries: deque[JsonObject] = deque(maxlen=_KEPT)

    def entries(self) -> list[JsonObject]:
        """Return the remembered requests, oldest first."""
        return list(self._entries)

    def clear(self) -> None:
        """Forget every request."""
        self._entries.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and remember it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        entry: JsonObject = {
            "at": f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "method": scope["method"],
            "path": shown_path(scope["path"], scope["query_string"].decode("latin-1")),
            "status": 0,
            "ms": 0.0,
        }
        self._entries.append(entry)
        carrier = _Carrier(self._clock, entry)
        token = _carrier.set(carrier)
        started = self._clock.monotonic()

        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                entry["ms"] = round((self._clock.monotonic() - started) * 1000, 2)
                if carrier.parts:
                    entry["requests"] = carrier.parts
            await send(message)

        try:
            await self._app(scope, receive, remember)
        finally:
            _carrier.reset(token)


def note_fault(name: str) -> None:
    """Tell of the request being served what was made to go wrong with it."""
    carrier = _carrier.get()
    if carrier is not None:
        carrier.entry["fault"] = name


def note_held(*, is_held: bool) -> None:
    """Tell of the request being served whether it waits to be let go."""
    carrier = _carrier.get()
    if carrier is not None:
        carrier.entry["held"] = is_held


@contextmanager
def part_of_batch(method: str, url: str) -> Iterator[JsonObject]:
    """Log one request of a `$batch` under the request that carries it; set its status."""
    path, _, query = url.partition("?")
    entry: JsonObject = {"method": method, "path": shown_path(path, query), "status": 0, "ms": 0.0}
    carrier = _carrier.get()
    if carrier is None:
        yield entry
        return
    carrier.parts.append(entry)
    started = carrier.clock.monotonic()
    yield entry
    entry["ms"] = round((carrier.clock.monotonic() - started) * 1000, 2)


def shown_path(path: str, query: str) -> str:
    """Return a path and query in which only harmless parameters keep their values."""
    if not query:
        return path
    shown = [
        f"{name}={quote(value, safe=_READABLE)}" if name in _SHOWN else f"{name}=…"
        for name, value in parse_qsl(query, keep_blank_values=True)
    ]
    return f"{path}?{'&'.join(shown)}"
