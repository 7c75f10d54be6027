"""A running sandbox with one application registered through Graph, and a loopback listener."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import httpx

from provision.sandbox.ready import Ready
from provision.secret import Secret


@dataclass(frozen=True, slots=True)
class Registered:
    """What the application's own client needs."""

    ready: Ready
    client_id: str
    secret: Secret

    @property
    def authority(self) -> str:
        return f"{self.ready.authority}/{self.ready.tenant_id}"


def client_for(ready: Ready) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(ready.ca_bundle))
    return httpx.Client(base_url=ready.authority, verify=context, trust_env=False)


def administrator_token(ready: Ready) -> str:
    with client_for(ready) as client:
        answer = client.post(
            f"/{ready.tenant_id}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": ready.admin_client_id,
                "client_secret": ready.admin_client_secret.reveal(),
                "scope": f"{ready.graph_resource}/.default",
            },
        )
    return str(answer.json()["access_token"])


def register(ready: Ready) -> Registered:
    body = {
        "displayName": "AEM Forms mail",
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "api": {"requestedAccessTokenVersion": 2},
        "web": {
            "redirectUris": ["http://localhost"],
            "implicitGrantSettings": {
                "enableIdTokenIssuance": True,
                "enableAccessTokenIssuance": True,
            },
        },
        "passwordCredentials": [{"displayName": "laptop"}],
    }
    headers = {"authorization": f"Bearer {administrator_token(ready)}"}
    with client_for(ready) as client:
        made = client.post("/v1.0/applications", json=body, headers=headers)
        assert made.status_code == 201, made.text
        application = made.json()
        client.post(
            "/v1.0/servicePrincipals", json={"appId": application["appId"]}, headers=headers
        )
    secret = Secret(application["passwordCredentials"][0]["secretText"])
    return Registered(ready, application["appId"], secret)


class Listener:
    """Keeps what a browser brings to a loopback redirect URI."""

    def __init__(self) -> None:
        self.answers: list[dict[str, str]] = []
        heard = self.answers

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._keep(urlsplit(self.path).query)

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                self._keep(self.rfile.read(length).decode())

            def _keep(self, encoded: str) -> None:
                heard.append(dict(parse_qsl(encoded)))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"you can close this window")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://localhost:{self.server.server_port}"


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()
    thread = Thread(target=listener.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield listener
    finally:
        listener.server.shutdown()
        thread.join()
        listener.server.server_close()
