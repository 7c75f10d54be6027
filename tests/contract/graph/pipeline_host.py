"""A runner on this machine: the token services of GitHub, Azure DevOps and managed identities."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import jwt

from provision.clock import SystemClock
from tests.signing import shared_key

ISSUER = "https://localhost/runner"
SUBJECT = "repo:contoso/mail:ref:refs/heads/main"
AUDIENCE = "api://AzureADTokenExchange"
BEARER = "runner-token"


def job_token(serial: int = 0, **claims: object) -> str:
    now = SystemClock().now().timestamp()
    said = {
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": AUDIENCE,
        "exp": now + 300,
        "jti": str(serial),
        **claims,
    }
    return jwt.encode(said, shared_key().private, "RS256", {"kid": shared_key().key_id})


class PipelineHost:
    """Answers every request with a fresh token, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []
        self.given: list[str] = []
        self.claims: dict[str, object] = {}
        self.answer: tuple[int, bytes, dict[str, str]] | None = None
        """Instead of a token."""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = parse_qs(parts.query)
                host.asked.append((f"{self.command} {parts.path}", query, headers))
                status, body, more = host.answer or (200, host.token(), {})
                self.send_response(status)
                for name, value in {**more, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def token(self) -> bytes:
        token = job_token(len(self.given), **self.claims)
        self.given.append(token)
        expiry = {"expires_on": "4000000000", "resource": "r", "token_type": "Bearer"}
        return json.dumps(
            {"value": token, "oidcToken": token, "access_token": token, **expiry}
        ).encode()


@contextmanager
def pipeline_host() -> Iterator[PipelineHost]:
    host = PipelineHost()
    thread = Thread(target=host.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        host.server.shutdown()
        thread.join()
        host.server.server_close()
