"""A Key Vault on loopback, spoken to over TLS: the secrets of its REST API, and its refusals.

Written from the reference of the REST API and from what azure-keyvault-secrets expects, not from
our client: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups
"""

import json
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from provision.clock import SystemClock
from provision.sandbox.certificates import make_certificates

TOKEN = "a-token-for-key-vault"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer in the place of the real one."""

    method: str
    status: int
    code: str = ""
    inner: str = ""
    retry_after: str = ""


@dataclass
class MemoryKeyVault:
    """What is kept, who may do what, and what was asked."""

    origin: str = ""
    ca: Path = Path()
    versions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    bin: dict[str, dict[str, Any]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    """Rights that the caller lacks: `get`, `set`."""
    faults: list[Fault] = field(default_factory=list)
    """Each is answered once, to the next request of its method."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of what came with the token."""
    resource: str = "https://vault.azure.net"
    """What its challenge names."""
    accepts: Callable[[str], bool] = TOKEN.__eq__
    """Whether a bearer token is good."""

    def latest(self, name: str) -> dict[str, Any]:
        """Return the latest version of a secret."""
        return self.versions[name][-1]

    def delete(self, name: str) -> None:
        """Put a secret into the bin, as somebody else would."""
        self.bin[name] = self.versions.pop(name)[-1]

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer a request that came with the token."""
        kind, name, *rest = path.strip("/").split("/")
        right = "get" if method == "GET" else "set"
        if right in self.denied:
            return refusal(403, "Forbidden", "ForbiddenByRbac")
        if kind == "deletedsecrets":
            return (200, self.bin[name]) if name in self.bin else not_found(name)
        if method == "PUT":
            return self._set(name, body)
        if method == "DELETE" and name in self.versions:
            self.delete(name)
            return 200, self.bin[name]
        found = self.versions.get(name, [])
        if rest and rest[0]:
            found = [v for v in found if v["id"].endswith(rest[0])]
        return (200, found[-1]) if found else not_found(name)

    def _set(self, name: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if name in self.bin:
            return refusal(409, "Conflict", "ObjectIsDeletedButRecoverable")
        now = int(SystemClock().now().timestamp())
        attributes = {
            "enabled": True,
            "created": now,
            "updated": now,
            "recoveryLevel": "Recoverable",
        }
        made = {
            "value": body["value"],
            "contentType": body.get("contentType"),
            "id": f"{self.origin}/secrets/{name}/{uuid.uuid4().hex}",
            "tags": body.get("tags") or {},
            "attributes": attributes | (body.get("attributes") or {}),
        }
        self.versions.setdefault(name, []).append(made)
        return 200, made


def refusal(status: int, code: str, inner: str = "") -> tuple[int, dict[str, Any]]:
    """Return a refusal as Key Vault words it."""
    error: dict[str, Any] = {"code": code, "message": f"refused: {code}"}
    if inner:
        error["innererror"] = {"code": inner}
    return status, {"error": error}


def not_found(name: str) -> tuple[int, dict[str, Any]]:
    """Return what Key Vault says of a secret that is not there."""
    return refusal(404, "SecretNotFound")


def handler_for(vault: MemoryKeyVault) -> type[BaseHTTPRequestHandler]:
    """Return what answers for a vault."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  (found by these names)

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            path = self.path.partition("?")[0]
            extra: dict[str, str] = {}
            if not vault.accepts((self.headers.get("authorization") or "").removeprefix("Bearer ")):
                challenge = f'authorization="https://login.microsoftonline.com/{TENANT}"'
                extra["www-authenticate"] = f'Bearer {challenge}, resource="{vault.resource}"'
                status, said = refusal(401, "Unauthorized")
            else:
                vault.requests.append((self.command, path))
                fault = next((f for f in vault.faults if f.method == self.command), None)
                if fault is not None:
                    vault.faults.remove(fault)
                    status, said = refusal(fault.status, fault.code, fault.inner)
                    extra |= {"retry-after": fault.retry_after} if fault.retry_after else {}
                else:
                    status, said = vault.answer(self.command, path, body)
            self._send(status, said, extra)

        def _send(self, status: int, said: dict[str, Any], extra: dict[str, str]) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            headers = {
                "content-type": "application/json; charset=utf-8",
                "content-length": str(len(content)),
                "x-ms-request-id": "11111111-2222-3333-4444-555555555555",
            }
            for name, value in (headers | extra).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its own name)
            return None

    return Handler


@contextmanager
def running_key_vault(folder: Path) -> Iterator[MemoryKeyVault]:
    """Serve a vault for as long as the block lasts."""
    ca = folder / "vault-ca.pem"
    tls = make_certificates(folder, ca, SystemClock().now())
    vault = MemoryKeyVault(ca=ca)

    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(vault))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate_pem, tls.key_pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    vault.origin = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield vault
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
