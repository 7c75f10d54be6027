"""Everything the sandbox's Entra can refuse, as one value, and its JSON body.

Source:
    https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import uuid4

from provision.sandbox.directory import JsonObject

_WITHOUT_A_PAGE: Final = frozenset(
    {500112, 500113, 500200, 650053, 700009, 700021, 700024, 700051, 7000012, 70000121}
    | {700007, 70020, 700211, 700212, 700213, 7000229, 9002325, 9002326, 9002327, 1002012}
)
"""Codes that the reference does not list: their answers carry no `error_uri`."""


@cache
def texts() -> dict[str, list[str]]:
    """Return OAuth's word, Entra's text and perhaps the suberror, by code and variant.

    Texts are what Entra sends, as seen in public threads or in the reference.
    """
    source = files("provision.sandbox") / "data" / "aadsts.json"
    found: dict[str, list[str]] = json.loads(source.read_text(encoding="utf-8"))
    return found


class Refused(Exception):
    """Entra says no; rendered as JSON, as a page, or as a redirect by whoever catches it."""

    def __init__(self, key: int | str, /, **values: str) -> None:
        """Take the words from the table.

        Args:
            key: An AADSTS code; `code/variant` where one code has several words or texts.
            values: What the text names.
        """
        error, text, *others = texts()[str(key)]
        self.code = int(str(key).partition("/")[0])
        super().__init__(f"AADSTS{self.code}")
        self.error = error
        """RFC 6749's word, which alone decides what a client does."""
        self.text = text.format_map(values)
        """Without the `AADSTSn: ` in front."""
        self.suberror = others[0] if others else None

    @property
    def status(self) -> int:
        """The token endpoint's HTTP status (RFC 6749 section 5.2)."""
        return 401 if self.error == "invalid_client" else 400

    @property
    def has_page(self) -> bool:
        """Tell whether Microsoft's reference explains the code."""
        return self.code not in _WITHOUT_A_PAGE


@dataclass(frozen=True, slots=True)
class Incident:
    """The ids and the instant under which support would find a refusal."""

    trace_id: str
    correlation_id: str
    """What the client sent as `client-request-id`, or a new one."""
    timestamp: str

    def described(self, refused: Refused) -> str:
        """Return the `error_description`."""
        return (
            f"AADSTS{refused.code}: {refused.text}\r\nTrace ID: {self.trace_id}\r\n"
            f"Correlation ID: {self.correlation_id}\r\nTimestamp: {self.timestamp}"
        )


def make_incident(client_request_id: str | None, now: datetime) -> Incident:
    """Return fresh ids for one answer."""
    return Incident(str(uuid4()), client_request_id or str(uuid4()), f"{now:%Y-%m-%d %H:%M:%S}Z")


def refusal_body(refused: Refused, incident: Incident, origin: str) -> JsonObject:
    """Return the token endpoint's error document, members in Entra's order."""
    body: JsonObject = {
        "error": refused.error,
        "error_description": incident.described(refused),
        "error_codes": [refused.code],
        "timestamp": incident.timestamp,
        "trace_id": incident.trace_id,
        "correlation_id": incident.correlation_id,
    }
    if refused.has_page:
        body["error_uri"] = f"{origin}/error?code={refused.code}"
    if refused.suberror is not None:
        body["suberror"] = refused.suberror
    return body


def missing_parameter(name: str) -> Refused:
    """Say that a request lacks a parameter."""
    return Refused(900144, name=name)
