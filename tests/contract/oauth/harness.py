"""Registers an application in a sandbox, and plays the mailbox's owner."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from provision.clock import ManualClock, SystemClock
from provision.cloud import Cloud, load_cloud_file
from provision.oauth.authorization_request import Interaction, SignIn, begin_sign_in
from provision.oauth.callback import Callback, is_state, parse_callback
from provision.oauth.discovery import Discovery
from provision.oauth.scopes import authority_url, mail_scopes
from provision.oauth.token_endpoint import Client, TokenEndpoint, TokenSet
from provision.oauth.transport import Transport, open_transport
from provision.sandbox.process import RunningSandbox
from provision.sandbox.ready import Ready
from provision.sandbox.visitor import Decision, Visitor
from provision.secret import Secret
from provision.tenant.mailbox import AuthorityKind, Protocol

GRAPH_CLIENT_ID = "00000003-0000-0000-c000-000000000000"
OWNER = "forms@contoso.com"
PERSON = "forms.person@outlook.com"
# Nobody listens there: the visitor's last address is read instead of visited.
REDIRECT_URI = "https://mail.example/callback"
PERMISSIONS = (
    "IMAP.AccessAsUser.All",
    "POP.AccessAsUser.All",
    "SMTP.Send",
    "Mail.Read",
    "User.Read",
    "offline_access",
    "openid",
    "profile",
)


@dataclass
class Registered:
    """A registration in a running sandbox, and everything to sign in to it with."""

    ready: Ready
    cloud: Cloud
    transport: Transport
    client_id: str
    secret: Secret
    graph: httpx.Client
    object_id: str

    @property
    def discovery(self) -> Discovery:
        return Discovery(self.transport, SystemClock())

    def endpoint(self, deadline: float = 10.0) -> TokenEndpoint:
        # Waits pass at once; the sandbox keeps its own time.
        return TokenEndpoint(self.transport, ManualClock(SystemClock().now()), deadline)

    def client(self, kind: AuthorityKind = "tenant") -> Client:
        return Client(self.client_id, self.secret, self.authority(kind))

    def authority(self, kind: AuthorityKind = "tenant") -> str:
        return authority_url(self.cloud, kind, self.ready.tenant_id)

    def begin(
        self,
        kind: AuthorityKind = "tenant",
        protocols: tuple[Protocol, ...] = ("imap", "smtp"),
        redirect_uri: str = REDIRECT_URI,
        interaction: Interaction | None = None,
    ) -> SignIn:
        return begin_sign_in(
            client_id=self.client_id,
            authority=self.authority(kind),
            scopes=mail_scopes(self.cloud, protocols),
            redirect_uri=redirect_uri,
            interaction=interaction or Interaction(response_mode="query"),
        )

    def visit(self, sign_in: SignIn, user: str = OWNER, decide: Decision = "accept") -> str:
        visitor = Visitor(self.ready.ca_bundle)
        return visitor.visit(sign_in.url, user, self.ready.password_of(user), decide).final_url

    def answer(self, sign_in: SignIn, user: str = OWNER) -> Callback:
        parameters = dict(parse_qsl(urlsplit(self.visit(sign_in, user)).query))
        assert is_state(parameters.get("state"), sign_in.state)
        return parse_callback(parameters)

    def signed_in(self, kind: AuthorityKind = "tenant", user: str = OWNER) -> TokenSet:
        sign_in = self.begin(kind)
        code = self.answer(sign_in, user).code
        return self.endpoint().redeem(self.client(kind), code, sign_in)

    def minted(self) -> Client:
        """Return the client with a second secret, made on the spot."""
        address = f"{self.ready.graph}/v1.0/applications/{self.object_id}/addPassword"
        answer = self.graph.post(address, json={"passwordCredential": {"displayName": "second"}})
        return replace(self.client(), secret=Secret(answer.json()["secretText"]))

    def control(self, method: str, path: str, body: dict[str, Any]) -> None:
        response = self.graph.request(method, self.ready.control + path, json=body)
        assert response.status_code == 200, response.text


@contextmanager
def registered(sandbox: RunningSandbox) -> Iterator[Registered]:
    ready = sandbox.ready
    tls = ssl.create_default_context(cafile=str(ready.ca_bundle))
    cloud = load_cloud_file(sandbox.ready_file)
    with httpx.Client(verify=tls, trust_env=False) as http, open_transport(cloud) as transport:
        http.headers["authorization"] = f"Bearer {_administrator_token(http, ready)}"
        yield _register(http, ready, cloud, transport)


def _administrator_token(http: httpx.Client, ready: Ready) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": ready.admin_client_id,
        "client_secret": ready.admin_client_secret.reveal(),
        "scope": f"{ready.graph_resource}/.default",
    }
    response = http.post(f"{ready.authority}/{ready.tenant_id}/oauth2/v2.0/token", data=form)
    return str(response.json()["access_token"])


def _register(http: httpx.Client, ready: Ready, cloud: Cloud, transport: Transport) -> Registered:
    graph = f"{ready.graph}/v1.0"
    found = http.get(f"{graph}/servicePrincipals(appId='{GRAPH_CLIENT_ID}')").json()
    ids = {scope["value"]: scope["id"] for scope in found["oauth2PermissionScopes"]}
    access = [{"id": ids[name], "type": "Scope"} for name in PERMISSIONS]
    made = http.post(
        f"{graph}/applications",
        json={
            "displayName": "OAuth contract",
            "signInAudience": "AzureADandPersonalMicrosoftAccount",
            "api": {"requestedAccessTokenVersion": 2},
            "web": {"redirectUris": ["http://localhost", REDIRECT_URI]},
            "requiredResourceAccess": [
                {"resourceAppId": GRAPH_CLIENT_ID, "resourceAccess": access}
            ],
            "passwordCredentials": [{"displayName": "contract"}],
        },
    ).json()
    principal = http.post(f"{graph}/servicePrincipals", json={"appId": made["appId"]}).json()
    grant = {
        "clientId": principal["id"],
        "consentType": "AllPrincipals",
        "resourceId": found["id"],
        "scope": " ".join(PERMISSIONS),
    }
    assert http.post(f"{graph}/oauth2PermissionGrants", json=grant).status_code == 201
    secret = Secret(made["passwordCredentials"][0]["secretText"])
    return Registered(ready, cloud, transport, made["appId"], secret, http, made["id"])
