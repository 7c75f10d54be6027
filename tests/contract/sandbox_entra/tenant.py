"""A tenant with one registered application, and a browser and a client to use it with."""

import asyncio
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from starlette.routing import Router

from provision.clock import ManualClock
from provision.sandbox import entra
from provision.sandbox.context import Context, SandboxClock
from provision.sandbox.directory import Account, Directory, JsonObject, StoredSecret
from provision.sandbox.entra.permission_grants import make_grant_id
from provision.sandbox.faults.decisions import Faults
from provision.sandbox.faults.document import load_rules, parse_rules
from provision.sandbox.graph.application_shape import new_application
from provision.sandbox.graph.service_principal_shape import new_service_principal
from provision.sandbox.seed import make_directory
from provision.sandbox.tokens import Tokens
from tests.signing import shared_key

ORIGIN = "https://localhost:8443"
CLIENT_ID = "11111111-2222-4333-8444-555555555555"
CLIENT_OBJECT_ID = "99999999-2222-4333-8444-555555555555"
APPLICATION_ID = "88888888-2222-4333-8444-555555555555"
SECRET = "p8Q~a+b&c%d.e_f-g"
REDIRECT = "http://localhost:51234"
MAIL = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access openid profile"
GRAPH_CLIENT = "00000003-0000-0000-c000-000000000000"
EXCHANGE_CLIENT = "00000002-0000-0ff1-ce00-000000000000"
VERIFIER = "v" * 64
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
DAY = 86400.0


def application(**changes: object) -> JsonObject:
    body: JsonObject = {
        "displayName": "AEM Forms mail",
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "web": {
            "redirectUris": ["http://localhost"],
            "implicitGrantSettings": {
                "enableIdTokenIssuance": True,
                "enableAccessTokenIssuance": True,
            },
        },
        **changes,
    }
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return new_application(body, APPLICATION_ID, CLIENT_ID, "contoso.onmicrosoft.com", now)


class Sandbox:
    """Entra's routes behind a client that keeps cookies and follows nothing by itself."""

    client_id = CLIENT_ID

    def __init__(
        self, faults: JsonObject | None = None, directory: Directory | None = None
    ) -> None:
        at = SandboxClock(ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC)))
        self.directory = directory or make_directory("contoso.onmicrosoft.com", at.now(), Random(7))
        rules = load_rules("none") if faults is None else parse_rules(faults, "test")
        self.context = Context(
            self.directory,
            at,
            Tokens(self.directory, at, ORIGIN, shared_key()),
            Faults(rules, 1, 0.0),
            ORIGIN,
        )
        self.tenant = self.directory.tenant_id
        if directory is None:
            self.install(application())
        self.runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=Router(entra.routes(self.context)))
        self.client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)

    def close(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.close()

    def install(self, registered: JsonObject) -> None:
        now = self.context.clock.now()
        principal = new_service_principal(registered, CLIENT_OBJECT_ID, self.tenant, now)
        self.directory.applications[registered["id"]] = registered
        self.directory.service_principals[CLIENT_OBJECT_ID] = principal
        self.directory.secrets["key-1"] = StoredSecret(
            key_id="key-1",
            client_id=CLIENT_ID,
            text=SECRET,
            end_at=now.timestamp() + 400 * DAY,
            created_at=now.timestamp() - DAY,
        )

    def account(self, name: str) -> Account:
        return self.directory.accounts[name]

    def principal_id(self, client_id: str) -> str:
        principals = self.directory.service_principals.values()
        return str(next(p["id"] for p in principals if p["appId"] == client_id))

    def grant(self, scope: str, resource: str = GRAPH_CLIENT, user: str | None = None) -> None:
        resource_id = self.principal_id(resource)
        user_id = None if user is None else self.account(user).object_id
        grant_id = make_grant_id(CLIENT_OBJECT_ID, resource_id, user_id)
        self.directory.grants[grant_id] = {
            "clientId": CLIENT_OBJECT_ID,
            "consentType": "AllPrincipals" if user is None else "Principal",
            "id": grant_id,
            "principalId": user_id,
            "resourceId": resource_id,
            "scope": scope,
        }

    def grant_mail(self) -> None:
        self.grant(
            "IMAP.AccessAsUser.All POP.AccessAsUser.All SMTP.Send Mail.Read User.Read "
            "offline_access openid profile"
        )

    def get(self, path: str, **parameters: str) -> httpx.Response:
        return self.runner.run(self.client.get(path, params=parameters))

    def post(
        self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return self.runner.run(self.client.post(path, data=fields, headers=headers))

    def authorize(self, segment: str = "", **changes: str) -> httpx.Response:
        asked = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": MAIL,
            "state": "s t&ate",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        wanted = {name: value for name, value in asked.items() if value}
        return self.get(f"/{segment or self.tenant}/oauth2/v2.0/authorize", **wanted)

    def submit(self, page: httpx.Response, **fields: str) -> httpx.Response:
        sent = {
            name: found.group(1)
            for name in ("flow", "canary")
            if (found := re.search(f'name="{name}" value="([^"]+)"', page.text))
        }
        action = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert action is not None, page.text
        return self.post(action.group(1), {**sent, **fields})

    def sign_in(self, page: httpx.Response, name: str = "forms@contoso.com") -> httpx.Response:
        return self.submit(page, loginfmt=name, passwd=self.account(name).password)

    def code(self, name: str = "forms@contoso.com", segment: str = "", **changes: str) -> str:
        """Go through the pages, accept what is asked, return the code."""
        page = self.sign_in(self.authorize(segment, **changes), name)
        answer = self.submit(page, decision="accept") if page.status_code == 200 else page
        return query_of(answer)["code"]

    def token(self, segment: str = "", **fields: str) -> httpx.Response:
        sent = {"client_id": CLIENT_ID, "client_secret": SECRET, **fields}
        wanted = {name: value for name, value in sent.items() if value != "-"}
        return self.post(f"/{segment or self.tenant}/oauth2/v2.0/token", wanted)

    def redeem(self, code: str, segment: str = "", **changes: str) -> httpx.Response:
        return self.token(
            segment,
            **{
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": REDIRECT,
                "code_verifier": VERIFIER,
                "scope": MAIL,
                **changes,
            },
        )

    def refresh(self, refresh_token: str, segment: str = "", **changes: str) -> httpx.Response:
        return self.token(
            segment,
            **{
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
                "scope": MAIL,
                **changes,
            },
        )

    def refresh_token(self, name: str = "forms@contoso.com", segment: str = "") -> str:
        return str(self.redeem(self.code(name, segment), segment).json()["refresh_token"])


def query_of(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    parts = urlsplit(response.headers["location"])
    found = parse_qs(parts.query or parts.fragment, keep_blank_values=True)
    return {name: values[0] for name, values in found.items()}


def claims_of(token: str) -> JsonObject:
    return jwt.decode(token, options={"verify_signature": False})


def code_of(response: httpx.Response) -> int:
    return int(response.json()["error_codes"][0])
