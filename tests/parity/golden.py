"""Sessions of the project's own making, as tests/data/golden/README.md says how to write them."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from tests.parity.recording import Recording, Session

FOLDER = Path(__file__).parents[1] / "data" / "golden"
_SHAPES: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "shapes.yml").read_text("utf-8"))
_BASE = "https://graph.microsoft.com/v1.0/$metadata#"
_TYPE = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)
_ALWAYS = {
    "cache-control": "no-cache",
    "strict-transport-security": "max-age=31536000",
    "x-ms-resource-unit": "1",
}
_WITH_BODY = {"transfer-encoding": "chunked", "vary": "Accept-Encoding"}
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Golden:
    """One case: what is so before, and what is sent and answered then."""

    session: Session
    about: str
    source: str
    """Of the fact."""
    switches: dict[str, object] = field(default_factory=dict)
    faults: list[dict[str, object]] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    """Permissions of the client; empty: those that an administrator's client has."""


def golden_cases() -> list[Path]:
    """Return the files of all cases."""
    return sorted(FOLDER.glob("*.yaml"))


def read_golden(path: Path) -> Golden:
    """Read one case."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    before = raw.get("before", {})
    requests = [
        _recording(path.stem, number, step) for number, step in enumerate(raw["session"], 1)
    ]
    session = Session(path.stem, tuple(requests))
    return Golden(session, raw["about"], raw["source"], **before)


def _recording(source: str, number: int, step: Mapping[str, Any]) -> Recording:
    method, _, path = step["send"].partition(" ")
    answer = expanded(step.get("answer"))
    return Recording(
        source=source,
        number=number,
        method=method,
        target=path if path.startswith("/beta/") else f"/v1.0{path}",
        sent_headers={name.lower(): text for name, text in step.get("with", {}).items()},
        body=expanded(step.get("body")),
        status=step["status"],
        headers=_headers(step, has_body=answer is not None),
        answer=answer,
    )


def _headers(step: Mapping[str, Any], *, has_body: bool) -> dict[str, str]:
    headers = _ALWAYS | (_WITH_BODY if has_body else {})
    if has_body and step["status"] < _REFUSED:
        headers |= {"content-type": _TYPE, "odata-version": "4.0"}
    elif has_body:
        headers["content-type"] = "application/json"
    headers |= {name.lower(): str(text) for name, text in step.get("headers", {}).items()}
    return headers


def expanded(raw: Any) -> Any:
    """Return a body with its shapes filled in; a name with dots reaches inside a shape."""
    if isinstance(raw, list):
        return [expanded(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    members = dict(raw)
    body: dict[str, Any] = {}
    if "context" in members:
        body["@odata.context"] = f"{_BASE}{members.pop('context')}"
    if "type" in members and "shape" in members:
        body["@odata.type"] = f"#microsoft.graph.{members.pop('type')}"
    if "shape" in members:
        body |= _shaped(members.pop("shape"))
        for name, value in members.items():
            _replace(body, name.split("."), expanded(value))
        return body
    return body | {name: expanded(value) for name, value in members.items()}


def _shaped(name: str) -> dict[str, Any]:
    body: dict[str, Any] = deepcopy(_SHAPES[name])
    if "error" in body:  # no two requests share an id
        request_id = str(uuid4())
        body["error"]["innerError"] |= {"request-id": request_id, "client-request-id": request_id}
    return body


def _replace(body: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        body = body[name]
    if path[-1] not in body:
        raise ValueError(f"the shape has no {path[-1]}")
    body[path[-1]] = value
