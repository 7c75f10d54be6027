"""What a token says of itself; read, not verified: its receiver does that."""

import base64
import json
from typing import Literal

from provision.errors import WrongTenant
from provision.secret import Secret
from provision.tenant.caller import Caller


def tenant_of(access_token: Secret) -> str:
    """Return the `tid` claim.

    Raises:
        WrongTenant: The token is opaque or names no tenant, as those of personal accounts do.
    """
    tenant_id = _payload(access_token.reveal()).get("tid")
    if not isinstance(tenant_id, str) or not tenant_id:
        raise WrongTenant(
            "the administrator's access token names no tenant",
            hint="sign in with a work or school account of the tenant: az login --tenant TENANT",
        )
    return tenant_id.lower()


def issuer_of(token: Secret) -> str:
    """Return the `iss` claim; empty where there is none."""
    return str(_payload(token.reveal()).get("iss") or "")


def caller_of(access_token: Secret, credential: str) -> Caller:
    """Return whom an access token for Graph describes, and what it allows.

    An application without a single permission has no `roles` at all; what shows neither scopes nor
    whose it is, shows nothing.

    Raises:
        WrongTenant: As `tenant_of`.

    Source:
        https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    """
    claims = _payload(access_token.reveal())
    client_id = _text(claims, "appid", "azp")
    kind: Literal["application", "person", "unknown"] = "unknown"
    rights = frozenset[str]()
    if isinstance(claims.get("scp"), str):
        kind, rights = "person", frozenset(str(claims["scp"]).split())
    elif client_id:
        kind, rights = "application", _names(claims.get("roles"))
    return Caller(
        tenant_id=tenant_of(access_token),
        kind=kind,
        name=_text(claims, "upn", "unique_name", "preferred_username", "app_displayname"),
        object_id=_text(claims, "oid"),
        client_id=client_id,
        rights=rights,
        directory_roles=_names(claims["wids"]) if "wids" in claims else None,
        credential=credential,
    )


def _text(claims: dict[str, object], *names: str) -> str:
    return next((str(claims[name]) for name in names if claims.get(name)), "")


def _names(raw: object) -> frozenset[str]:
    return frozenset(map(str, raw)) if isinstance(raw, list) else frozenset()


def _payload(token: str) -> dict[str, object]:
    parts = token.split(".")
    try:
        encoded = parts[1]
        padding = "=" * (-len(encoded) % 4)
        payload = json.loads(base64.urlsafe_b64decode(encoded + padding))
    except (IndexError, ValueError):
        return {}
    return payload if isinstance(payload, dict) else {}
