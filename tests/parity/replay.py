"""Replays recorded Graph requests at the sandbox and tells in what the answers differ."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.sandbox_graph.client import Reply, SandboxClient

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_GRANT_ID = re.compile(r"[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{64}")
_HINT = re.compile(r"[A-Za-z0-9]{3}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?")
_COMPARED_HEADERS = ("content-type", "odata-version", "x-ms-resource-unit", "cache-control",
                     "strict-transport-security", "vary", "transfer-encoding")  # fmt: skip
# Whatever the recorder replaced, and what no two answers share.
_UNCOMPARED = frozenset(
    {"secretText", "publisherDomain", "request-id", "client-request-id", "date"}
)
# Members that Graph added between 2022 and 2024; the sandbox serves the later shape.
_LATER_MEMBERS = frozenset(
    {"nativeAuthenticationApisEnabled", "uniqueName", "samlMetadataUrl", "redirectUriSettings",
     "servicePrincipalLockConfiguration", "requestSignatureVerification"}
)  # fmt: skip
# Until 2024 an omitted audience meant personal accounts as well.
_OLDER_DEFAULTS = {
    "signInAudience": ("AzureADandPersonalMicrosoftAccount", "AzureADMyOrg"),
    "requestedAccessTokenVersion": (2, None),
}


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded request with its answer."""

    source: str
    number: int
    method: str
    path: str
    body: Any
    status: int
    headers: dict[str, str]
    answer: Any

    @property
    def is_current(self) -> bool:
        """Whether it was recorded with the shapes the sandbox serves."""
        return self.source in ("test_app_create_idempotent.yaml", "test_app_scenario.yaml")


@dataclass(slots=True)
class Replay:
    """The sandbox's side of one recorded session: which of its ids stand for recorded ones."""

    client: SandboxClient
    ids: dict[str, str] = field(default_factory=dict)
    """Recorded to the sandbox's."""

    def differences(self, recording: Recording) -> list[str]:
        """Send one request and return in what the answer differs."""
        path = self._translated(recording.path.removeprefix("/v1.0"))
        body = recording.body
        if body is not None:
            body = json.loads(self._translated(json.dumps(body)))
        reply = self.client.graph(recording.method, path, body)
        found = [] if reply.status == recording.status else [f"status {reply.status}"]
        found += [
            f"header {name}: {reply.headers.get(name)}"
            for name in _COMPARED_HEADERS
            if recording.headers.get(name) != reply.headers.get(name)
        ]
        found += self._compared_location(recording, reply)
        found += self._compared(recording.answer, reply.body, "", is_current=recording.is_current)
        return found

    def _translated(self, text: str) -> str:
        pattern = f"{_UUID.pattern}|(?<=Grants/){_GRANT_ID.pattern}"
        return re.sub(pattern, lambda found: self.ids.get(found[0], found[0]), text)

    def _compared_location(self, recording: Recording, reply: Reply) -> list[str]:
        expected, actual = recording.headers.get("location"), reply.headers.get("location")
        shapes = [_UUID.sub("*", text or "") for text in (expected, actual)]
        shapes = [re.sub(r"(?<=Grants/).*", "*", shape) for shape in shapes]
        return [] if shapes[0] == shapes[1] else [f"location {actual}"]

    def _compared(self, expected: Any, actual: Any, at: str, *, is_current: bool) -> list[str]:
        if isinstance(expected, dict) and isinstance(actual, dict):
            return self._compared_objects(expected, actual, at, is_current=is_current)
        if isinstance(expected, list) and isinstance(actual, list):
            if len(expected) != len(actual):
                return [f"{at}: {len(actual)} members for {len(expected)}"]
            pairs = enumerate(zip(expected, actual, strict=True))
            return [
                difference
                for index, (left, right) in pairs
                for difference in self._compared(
                    left, right, f"{at}[{index}]", is_current=is_current
                )
            ]
        return [] if self._equal(expected, actual) else [f"{at}: {actual!r} for {expected!r}"]

    def _compared_objects(
        self, expected: dict[str, Any], actual: dict[str, Any], at: str, *, is_current: bool
    ) -> list[str]:
        if "@recording.truncated" in expected:  # Microsoft's own lists, hundreds of entries long
            self.ids.setdefault(expected["id"], actual["id"])
            return []
        shown = [n for n in actual if is_current or n in expected or n not in _LATER_MEMBERS]
        wanted = list(expected)
        if not is_current:  # members moved between the eras
            shown, wanted = sorted(shown), sorted(wanted)
        if shown != wanted:
            surplus = [name for name in shown if name not in wanted]
            missing = [name for name in wanted if name not in shown]
            return [f"{at}: members {surplus} for {missing}, or another order"]
        found = []
        for name, value in expected.items():
            if name in _UNCOMPARED:
                continue
            if not is_current and (value, actual[name]) == _OLDER_DEFAULTS.get(name):
                continue
            found += self._compared(value, actual[name], f"{at}.{name}", is_current=is_current)
        return found

    def _equal(self, expected: Any, actual: Any) -> bool:
        if not isinstance(expected, str) or not isinstance(actual, str):
            return bool(expected == actual)
        if _INSTANT.fullmatch(expected) and _INSTANT.fullmatch(actual):
            return ("." in expected) == ("." in actual)
        for pattern in (_UUID, _GRANT_ID, _HINT):
            if pattern.fullmatch(expected) and pattern.fullmatch(actual):
                return self.ids.setdefault(expected, actual) == actual
        return _UUID.sub(lambda found: self.ids.get(found[0], found[0]), expected) == actual


def recordings(path: Path) -> Iterator[Recording]:
    """Yield the recorded requests, in the order they were sent."""
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        yield Recording(
            source=raw["source"].split()[-1],
            number=raw["n"],
            method=raw["request"]["method"],
            path=raw["request"]["path"],
            body=raw["request"]["body"],
            status=raw["response"]["status"],
            headers=raw["response"]["headers"],
            answer=raw["response"].get("body"),
        )
