"""Access tokens and id tokens: minted for Entra, verified for Graph and Exchange.

A work account's access token is a JWT in the v1 form, which is what Microsoft Graph and Exchange
Online receive whatever the client asked with: the resource decides the version, not the client.
Its issuer is `https://sts.windows.net/{tenant}/`, its user claim `upn`, its client claim `appid`;
a server that validates locally (Dovecot's oauth2 passdb) finds the key under `default`, because
v1 tokens carry no `azp`. Personal accounts get an opaque token, and id tokens are always v2.0.
"""

import binascii
import json
import os
from base64 import b64decode, b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

import jwt
from cryptography.exceptions import InvalidTag
from jwt.types import Options

from provision.sandbox.directory import Account, Directory, JsonObject
from provision.sandbox.keys import SigningKey, obtain_key
from provision.sandbox.token_log import TokenLog

ACCESS_TOKEN_LIFETIME: Final = 3599.0
"""What `expires_in` says; Microsoft varies it between 60 and 90 minutes."""
ID_TOKEN_LIFETIME: Final = 3600.0
CONSUMERS_TENANT: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference"""
_OPAQUE_PREFIX: Final = "EwB4"
_NONCE_BYTES: Final = 12
# Time is judged on the sandbox's clock, the audience by whoever receives the token.
_ELSEWHERE_CHECKED: Final[Options] = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
}


class TimeSource(Protocol):
    """The one thing tokens need from the sandbox's clock."""

    def timestamp(self) -> float:
        """Return the present as seconds since the epoch."""
        ...


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified access token says."""

    audience: str
    scopes: frozenset[str]
    """Delegated permissions, without a resource prefix; empty in an app-only token."""
    roles: frozenset[str]
    """Application permissions; empty in a user's token."""
    user_principal_name: str | None
    """None in an app-only token."""
    object_id: str
    """Of the user, or of the service principal in an app-only token."""
    client_id: str
    tenant_id: str
    expires_at: float
    """Seconds since the epoch."""


class TokenRefused(Exception):
    """An access token that is not good, with one word that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """`expired`, `signature`, `malformed` or `unknown`."""


class Tokens:
    """Mints and verifies; the key is made or read when it is first needed."""

    def __init__(
        self,
        directory: Directory,
        clock: TimeSource,
        origin: str,
        key: SigningKey | None = None,
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._origin = origin
        self._signing_key = key
        self.log = TokenLog()

    def mint_for_user(
        self,
        account: Account,
        client_id: str,
        resource: str,
        scopes: frozenset[str],
        *,
        multi_factor: bool = False,
    ) -> str:
        """Return an access token for `resource` (its audience) with bare scope names."""
        name, now = account.user_principal_name, self._clock.timestamp()
        self.log.note(client_id, name, resource, scopes, now)
        if account.is_personal:
            return self._sealed(account, client_id, resource, scopes)
        claims: JsonObject = {
            **self._common_claims(resource, client_id),
            "amr": ["pwd", "mfa"] if multi_factor else ["pwd"],
            "idtyp": "user",
            "name": account.display_name,
            "oid": account.object_id,
            "scp": " ".join(sorted(scopes)),
            "sub": _pairwise(account.object_id, resource),
            "unique_name": account.user_principal_name,
            "upn": account.user_principal_name.lower(),
        }
        return self._signed(claims)

    def mint_for_application(self, client_id: str, resource: str, roles: frozenset[str]) -> str:
        """Return an app-only access token; the service principal must exist."""
        principal = self._service_principal(client_id)
        self.log.note(client_id, None, resource, roles, self._clock.timestamp())
        claims: JsonObject = {
            **self._common_claims(resource, client_id),
            "app_displayname": principal["displayName"],
            "idtyp": "app",
            "oid": principal["id"],
            "sub": principal["id"],
        }
        if roles:
            claims["roles"] = sorted(roles)
        return self._signed(claims)

    def id_token(
        self, account: Account, client_id: str, scopes: frozenset[str], nonce: str | None
    ) -> str:
        """Return a v2.0 id token; `profile` and `email` in `scopes` add their claims."""
        now = int(self._clock.timestamp())
        tenant = self.tenant_of(account)
        claims: JsonObject = {
            "aud": client_id,
            "iss": f"{self._origin}/{tenant}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + int(ID_TOKEN_LIFETIME),
            "sub": _pairwise(account.object_id, client_id),
            "tid": tenant,
            "uti": _unpadded(os.urandom(16)),
            "ver": "2.0",
        }
        if nonce is not None:
            claims["nonce"] = nonce
        if "profile" in scopes:
            claims |= {
                "name": account.display_name,
                "oid": account.object_id,
                "preferred_username": account.user_principal_name,
            }
        if "email" in scopes:
            claims["email"] = account.user_principal_name
        return self._signed(claims)

    def verify(self, token: str) -> Claims:
        """Return what the token says; its audience is for the caller to check.

        Raises:
            TokenRefused: It is not ours, was altered, or its time is over.
        """
        claims = self._opened(token) if token.startswith("EwB") else self._decoded(token)
        if claims.expires_at <= self._clock.timestamp():
            raise TokenRefused("expired")
        return claims

    def jwks(self) -> JsonObject:
        """Return the public keys, as a JWKS document."""
        key = self._key()
        issuer = f"{self._origin}/{{tenantid}}/v2.0"
        return {"keys": [{**key.jwk(), "issuer": issuer}]}

    def tenant_of(self, account: Account) -> str:
        """Return the tenant an account belongs to."""
        return CONSUMERS_TENANT if account.is_personal else self._directory.tenant_id

    def _key(self) -> SigningKey:
        if self._signing_key is None:
            self._signing_key = obtain_key(self._directory.path)
        return self._signing_key

    def _common_claims(self, resource: str, client_id: str) -> JsonObject:
        now = int(self._clock.timestamp())
        return {
            "aud": resource,
            "iss": f"https://sts.windows.net/{self._directory.tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + int(ACCESS_TOKEN_LIFETIME),
            "appid": client_id,
            "appidacr": "1",
            "tid": self._directory.tenant_id,
            "uti": _unpadded(os.urandom(16)),
            "ver": "1.0",
        }

    def _service_principal(self, client_id: str) -> JsonObject:
        principals = self._directory.service_principals.values()
        return next(p for p in principals if p["appId"] == client_id)

    def _signed(self, claims: JsonObject) -> str:
        key = self._key()
        return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.key_id})

    def _decoded(self, token: str) -> Claims:
        try:
            raw = jwt.decode(
                token,
                self._key().private.public_key(),
                algorithms=["RS256"],
                options=_ELSEWHERE_CHECKED,
            )
        except jwt.InvalidSignatureError as error:
            raise TokenRefused("signature") from error
        except jwt.InvalidTokenError as error:
            raise TokenRefused("malformed") from error
        try:
            return Claims(
                audience=raw["aud"],
                scopes=frozenset(raw.get("scp", "").split()),
                roles=frozenset(raw.get("roles", ())),
                user_principal_name=raw.get("upn"),
                object_id=raw["oid"],
                client_id=raw["appid"],
                tenant_id=raw["tid"],
                expires_at=float(raw["exp"]),
            )
        except KeyError as error:  # an id token, which opens nothing
            raise TokenRefused("malformed") from error

    def _sealed(
        self, account: Account, client_id: str, resource: str, scopes: frozenset[str]
    ) -> str:
        expires_at = self._clock.timestamp() + ACCESS_TOKEN_LIFETIME
        content = json.dumps(
            [
                resource,
                sorted(scopes),
                account.user_principal_name.lower(),
                account.object_id,
                client_id,
                expires_at,
            ]
        )
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._key().cipher.encrypt(nonce, content.encode(), None)
        return _OPAQUE_PREFIX + b64encode(sealed).decode()

    def _opened(self, token: str) -> Claims:
        try:
            sealed = b64decode(token.removeprefix(_OPAQUE_PREFIX), validate=True)
            nonce, box = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            content = json.loads(self._key().cipher.decrypt(nonce, box, None))
        except (binascii.Error, ValueError, InvalidTag) as error:
            raise TokenRefused("unknown") from error
        resource, scopes, name, object_id, client_id, expires_at = content
        return Claims(
            audience=resource,
            scopes=frozenset(scopes),
            roles=frozenset(),
            user_principal_name=name,
            object_id=object_id,
            client_id=client_id,
            tenant_id=CONSUMERS_TENANT,
            expires_at=expires_at,
        )


def client_info(object_id: str, tenant_id: str) -> str:
    """Return what MSAL identifies an account by."""
    return _unpadded(json.dumps({"uid": object_id, "utid": tenant_id}).encode())


def _pairwise(object_id: str, party: str) -> str:
    return _unpadded(sha256(f"{object_id} {party}".encode()).digest())


def _unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
