"""What a token says of itself; read, not verified: its receiver does that."""

import base64
import json

from provision.errors import WrongTenant
from provision.secret import Secret


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


def _payload(token: str) -> dict[str, object]:
    parts = token.split(".")
    try:
        encoded = parts[1]
        padding = "=" * (-len(encoded) % 4)
        payload = json.loads(base64.urlsafe_b64decode(encoded + padding))
    except (IndexError, ValueError):
        return {}
    return payload if isinstance(payload, dict) else {}
