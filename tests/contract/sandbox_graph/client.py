"""A small HTTP client for Graph and the control URL of one sandbox."""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from provision.sandbox.ready import Ready


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, its headers by lower-case name."""

    status: int
    headers: dict[str, str]
    body: Any
    """Decoded JSON; None when the body is empty."""

    @property
    def code(self) -> str:
        """The error's code."""
        return str(self.body["error"]["code"])


class SandboxClient:
    """Speaks to one sandbox over one connection, as the administrator's client."""

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        context = ssl.create_default_context(cafile=str(ready.ca_bundle))
        parts = urlsplit(ready.graph)
        self._connection = HTTPSConnection(
            str(parts.hostname), parts.port, context=context, timeout=20
        )
        self.token = ""

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def sign_in(self) -> None:
        """Take a token with the administrator's client credentials."""
        self.token = self.token_for(
            self.ready.admin_client_id, self.ready.admin_client_secret.reveal()
        )

    def token_for(self, client_id: str, client_secret: str) -> str:
        """Return an app-only Graph token."""
        return str(self.token_reply(client_id, client_secret).body["access_token"])

    def has_token(self, client_id: str, client_secret: str) -> bool:
        """Tell whether the token endpoint gives one."""
        return self.token_reply(client_id, client_secret).status == 200

    def token_reply(self, client_id: str, client_secret: str) -> Reply:
        """Ask for an app-only Graph token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": "https://graph.microsoft.com/.default",
        }
        path = f"/{self.ready.tenant_id}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.raw("POST", path, urlencode(form).encode(), headers)

    def graph(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Ask Graph; `path` begins below `/v1.0`."""
        content = None if body is None else json.dumps(body).encode()
        own = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.raw(method, f"/v1.0{path}".replace(" ", "%20"), content, own | (headers or {}))

    def impatient(self, method: str, path: str, body: object, *, seconds: float) -> None:
        """Ask Graph, and close the connection when no answer came in time."""
        if self._connection.sock is None:
            self._connection.connect()
        self._connection.sock.settimeout(seconds)
        try:
            self.graph(method, path, body)
        finally:
            self.close()

    def control(self, method: str, path: str, body: object = None) -> Reply:
        """Turn a lever; `path` begins below the capability URL."""
        content = None if body is None else json.dumps(body).encode()
        return self.raw(method, urlsplit(self.ready.control).path + path, content, {})

    def raw(
        self, method: str, target: str, content: bytes | None, headers: dict[str, str]
    ) -> Reply:
        """Send one request as it is."""
        self._connection.request(method, target, content, headers)
        answer = self._connection.getresponse()
        payload = answer.read()
        found = {name.lower(): value for name, value in answer.getheaders()}
        is_json = "json" in found.get("content-type", "")
        return Reply(answer.status, found, json.loads(payload) if is_json else None)

    def create(self, display_name: str, **members: object) -> dict[str, Any]:
        """Create an application that must be accepted; return it."""
        reply = self.graph("POST", "/applications", {"displayName": display_name, **members})
        assert reply.status == 201, reply.body
        return dict(reply.body)
