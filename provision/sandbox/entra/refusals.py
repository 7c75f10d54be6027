"""Everything the sandbox's Entra can refuse, as one value, and its JSON body.

Source:
    https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from provision.sandbox.directory import JsonObject

_DOCUMENTED: Final = frozenset({7000215, 7000218, 7000222, 50011, 54005, 65001, 700016, 90002})
"""Codes whose answers carry an `error_uri`."""


class Refused(Exception):
    """Entra says no; rendered as JSON, as a page, or as a redirect by whoever catches it."""

    def __init__(self, error: str, code: int, text: str, suberror: str | None = None) -> None:
        super().__init__(f"AADSTS{code}")
        self.error = error
        """RFC 6749's word, which alone decides what a client does."""
        self.code = code
        self.text = text
        """Without the `AADSTSn: ` in front."""
        self.suberror = suberror

    @property
    def status(self) -> int:
        """The token endpoint's HTTP status (RFC 6749 section 5.2)."""
        return 401 if self.error == "invalid_client" else 400


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
    if refused.code in _DOCUMENTED:
        body["error_uri"] = f"{origin}/error?code={refused.code}"
    if refused.suberror is not None:
        body["suberror"] = refused.suberror
    return body


def missing_parameter(name: str) -> Refused:
    """Say that a request lacks a parameter."""
    return Refused(
        "invalid_request",
        900144,
        f"The request body must contain the following parameter: '{name}'.",
    )


def not_consented(client_id: str, name: str) -> Refused:
    """Say that nobody consented to what was asked at the token endpoint."""
    return Refused(
        "invalid_grant",
        65001,
        f"Neither the user nor an administrator has consented to the application with ID "
        f"'{client_id}' named '{name}'. Send an interactive authorization request for this user "
        "and resource.",
        suberror="consent_required",
    )


def grant_malformed() -> Refused:
    """Say that a code or a refresh token is not one."""
    return Refused("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
