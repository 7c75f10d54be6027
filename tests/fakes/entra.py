"""A login host in memory: the port `Http`, answering as Entra does, with keys of its own."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from provision.clock import Clock
from provision.oauth.http_response import Answer, Form
from provision.secret import Secret
from tests.fakes.tenant import TENANT_ID

KEY_ID = "k1"


@cache
def signing_key() -> RSAPrivateKey:
    """Return the one key of every login host in memory."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    username: str
    object_id: str = "12121212-3434-4565-8787-909090909090"
    tenant_id: str = TENANT_ID


@dataclass
class MemoryEntra:
    """Signs anybody in, and knows every client whose secret is in `client_secrets`."""

    clock: Clock
    client_secrets: Callable[[], set[str]]
    rotates: bool = True
    """Whether a refresh brings a new refresh token."""
    gives_refresh_token: bool = True
    gives_id_token: bool = True
    granted: tuple[str, ...] | None = None
    """Scopes that tokens get whatever is asked for; None gives what is asked for."""
    names_scopes: bool = True
    """Whether an answer says which scopes it grants."""
    refusals: list[Answer] = field(default_factory=list)
    """Answers of the token endpoint that come first."""
    during: list[Callable[[], object]] = field(default_factory=list)
    """What happens while the token endpoint thinks, one a request."""
    forms: list[dict[str, str]] = field(default_factory=list)
    """Every form that was sent to the token endpoint."""
    approves: Account | None = None
    """Who types every device code and approves; None while nobody does."""
    _devices: dict[str, dict[str, str]] = field(default_factory=dict)
    _codes: dict[str, tuple[Account, dict[str, str]]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def visit(self, url: str, account: Account) -> str:
        """Sign in on the page of a link; return the address that the browser ends on."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{next(self._numbers)}-and-some-more"
        self._codes[code] = (account, asked)
        return f"{asked['redirect_uri']}/?{urlencode({'code': code, 'state': asked['state']})}"

    def get(self, url: str) -> Answer:
        """Serve discovery documents and keys."""
        if url.endswith("/keys"):
            return _answer(200, {"keys": [_published()]})
        authority = url.removesuffix("/v2.0/.well-known/openid-configuration")
        segment = authority.rpartition("/")[2]
        tenant = segment if segment == TENANT_ID else "{tenantid}"
        issuer = f"{authority.rpartition('/')[0]}/{tenant}/v2.0"
        return _answer(200, {"issuer": issuer, "jwks_uri": f"{authority}/keys"})

    def post(self, url: str, form: Form, headers: Mapping[str, str]) -> Answer:
        """Serve tokens."""
        sent = {n: v.reveal() if isinstance(v, Secret) else v for n, v in form.items()}
        self.forms.append(sent)
        if self.during:
            self.during.pop(0)()
        if self.refusals:
            return self.refusals.pop(0)
        return self._begin_device(sent) if url.endswith("/devicecode") else self._redeem(url, sent)

    def _redeem(self, url: str, sent: dict[str, str]) -> Answer:
        if sent.get("client_secret") not in self.client_secrets():
            return refusal("invalid_client", 7000215, 401)
        if sent["grant_type"] == "client_credentials":
            return self._tokens(sent["scope"], None, None)
        if sent["grant_type"] == "refresh_token":
            rotated = self._fresh("refresh") if self.rotates else None
            return self._tokens(sent["scope"], rotated, None)
        if "device_code" in sent:
            return self._redeem_device(url, sent["device_code"])
        account, asked = self._codes.pop(sent["code"], (None, {}))
        if account is None or asked["code_challenge"] != _challenge(sent["code_verifier"]):
            return refusal("invalid_grant", 70008)
        refresh_token = self._fresh("refresh") if self.gives_refresh_token else None
        id_token = self._id_token(url, account, asked) if self.gives_id_token else None
        return self._tokens(sent["scope"], refresh_token, id_token)

    def _begin_device(self, sent: dict[str, str]) -> Answer:
        code = self._fresh("device")
        self._devices[code] = sent
        page = "https://login.example/devicelogin"
        body = {"device_code": code, "user_code": "ABCD1234E", "verification_uri": page}
        return _answer(200, {**body, "expires_in": 900, "interval": 5})

    def _redeem_device(self, url: str, code: str) -> Answer:
        if self.approves is None:
            return refusal("authorization_pending", 70016)
        asked = self._devices.pop(code)
        id_token = self._id_token(url, self.approves, asked)
        return self._tokens(asked["scope"], self._fresh("refresh"), id_token)

    def _fresh(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers)}"

    def _tokens(self, scope: str, refresh_token: str | None, id_token: str | None) -> Answer:
        granted = scope if self.granted is None else " ".join(self.granted)
        body = {
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": granted if self.names_scopes else None,
            "access_token": self._fresh("access"),
            "refresh_token": refresh_token,
            "id_token": id_token,
        }
        return _answer(200, {name: value for name, value in body.items() if value is not None})

    def _id_token(self, url: str, account: Account, asked: dict[str, str]) -> str:
        parts, now = urlsplit(url), self.clock.now().timestamp()
        claims = {
            "aud": asked["client_id"],
            "iss": f"{parts.scheme}://{parts.netloc}/{account.tenant_id}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "oid": account.object_id,
            "tid": account.tenant_id,
            "preferred_username": account.username,
        }
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        return jwt.encode(claims, signing_key(), algorithm="RS256", headers={"kid": KEY_ID})


def refusal(error: str, code: int, status: int = 400) -> Answer:
    """Return an OAuth error as Entra words it."""
    return _answer(status, {"error": error, "error_description": f"AADSTS{code}: No."})


def _answer(status: int, body: object) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


@cache
def _published() -> dict[str, object]:
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(signing_key().public_key()))
    return {**jwk, "kid": KEY_ID, "use": "sig"}


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
