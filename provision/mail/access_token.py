"""What an access token says about itself; nothing is verified, and an opaque one says nothing."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from provision.secret import Secret

_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """One access token, without the token."""

    length: int
    """In characters, as servers count them."""
    is_readable: bool
    """False for the opaque tokens of personal accounts: what follows is then empty."""
    audience: str
    """`aud`: the resource, as a URL or as its client id."""
    scopes: frozenset[str]
    """`scp`: delegated permissions without a resource."""
    user: str
    """`upn`: who the token belongs to; empty in an application's own token."""
    client_id: str
    """`appid`, or `azp` in a token of version 2."""
    expires_at: datetime
    """`exp`; what the token endpoint said where the token says nothing."""


def read_access_token(token: Secret, expires_at: datetime) -> TokenFacts:
    """Return what a token says.

    Args:
        token: A JWT for work accounts; anything else for personal ones.
        expires_at: By the token endpoint's `expires_in`.

    Source:
        https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    """
    claims = _claims(token.reveal())
    return TokenFacts(
        length=len(token),
        is_readable=claims is not None,
        audience=_text(claims, "aud"),
        scopes=frozenset(_text(claims, "scp").split()),
        user=_text(claims, "upn") or _text(claims, "preferred_username"),
        client_id=_text(claims, "appid") or _text(claims, "azp"),
        expires_at=_instant(claims) or expires_at,
    )


def _claims(token: str) -> dict[str, object] | None:
    parts = token.split(".")
    if len(parts) != _PARTS:
        return None
    try:
        found = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(claims: dict[str, object] | None, name: str) -> str:
    value = (claims or {}).get(name)
    return value if isinstance(value, str) and value.isprintable() else ""


def _instant(claims: dict[str, object] | None) -> datetime | None:
    value = (claims or {}).get("exp")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
