"""What leaves a recording before it is written: credentials, and what differs from run to run."""

import base64
import contextlib
import json
import re
from typing import Any

from vcr.request import Request  # type: ignore[import-untyped]  # vcrpy is not annotated

HOST = "localhost:8443"
ORIGIN = f"https://{HOST}"
"""Stands for whatever port the sandbox had."""

_REQUEST_HEADERS = {"accept", "content-type"}
_ANSWER_HEADERS = {"content-type", "location", "odata-version", "request-id", "retry-after"}
# `hint` is the beginning of a client secret.
_SECRETS = {"secretText", "hint", "refresh_token", "id_token", "client_secret"}
_SCRUBBED = "scrubbed"
_ANY_PORT = re.compile(r"\b(?:localhost|127\.0\.0\.1):\d+")
_CLIENT_PATH = re.compile(
    r"/(?:v2\.0/\.well-known/openid-configuration|discovery/v2\.0/keys|oauth2/v2\.0/token)$"
)


def scrub_request(request: Request) -> Request:
    """Keep no credential: neither header nor form of a token request."""
    request.uri = _ANY_PORT.sub(HOST, request.uri)
    request.headers = {
        name: value for name, value in request.headers.items() if name.lower() in _REQUEST_HEADERS
    }
    if request.path.endswith("/oauth2/v2.0/token"):
        request.body = _SCRUBBED.encode()
    return request


def scrub_login_request(request: Request) -> Request | None:
    """Keep what an OAuth client asks for: no sign-in page, and nothing of the sandbox's controls.

    Returns:
        None for a request that is not to be recorded.
    """
    return scrub_request(request) if _CLIENT_PATH.search(request.path) else None


def scrub_answer(response: dict[str, Any]) -> dict[str, Any]:
    """Keep no secret and no token; of an access token, the tenant remains."""
    response["headers"] = {
        name: value
        for name, value in response["headers"].items()
        if name.lower() in _ANSWER_HEADERS
    }
    text = response["body"]["string"].decode()
    with contextlib.suppress(ValueError):
        text = json.dumps(_without_secrets(json.loads(text)))
    response["body"]["string"] = _ANY_PORT.sub(HOST, text).encode()
    return response


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _scrubbed(name, _without_secrets(item)) for name, item in value.items()}


def _scrubbed(name: str, value: Any) -> Any:
    if name == "access_token":
        return _tenant_only(str(value))
    return _SCRUBBED if name in _SECRETS and value is not None else value


def _tenant_only(token: str) -> str:
    """Return a token that names the tenant and opens nothing; a personal one names none."""
    header, _, rest = token.partition(".")
    payload = rest.partition(".")[0]
    if not (header and payload):
        return _SCRUBBED
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    kept = base64.urlsafe_b64encode(json.dumps({"tid": claims["tid"]}).encode()).decode()
    return f"e30.{kept.rstrip('=')}.{_SCRUBBED}"
