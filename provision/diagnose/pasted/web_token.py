"""JSON Web Tokens, told apart by what they say of themselves; no signature is checked."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from provision.diagnose.pasted.evidence import GUID

_OUTLOOK: Final = frozenset(
    {
        "https://outlook.office.com",
        "https://outlook.office365.com",
        "https://outlook.office365.us",
        "https://partner.outlook.cn",
        "00000002-0000-0ff1-ce00-000000000000",
    }
)
_GRAPH: Final = frozenset(
    {
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
        "00000003-0000-0000-c000-000000000000",
    }
)
_PROTOCOLS: Final = {
    "IMAP.AccessAsUser.All": "imap",
    "POP.AccessAsUser.All": "pop",
    "SMTP.Send": "smtp",
}
_RIGHT: Final = re.compile(r"[A-Za-z][A-Za-z_-]*(?:\.[A-Za-z_-]+){0,4}")
_AUDIENCE: Final = re.compile(rf"(?:api|https)://[A-Za-z0-9.-]{{3,80}}/?|{GUID}")
_MOST: Final = 20
"""Scopes that are shown."""
_LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class WebToken:
    """What a token turned out to be."""

    kind: str
    """The catalogue's name."""
    facts: tuple[tuple[str, str], ...]
    is_expired: bool


def read_web_token(token: str, now: datetime) -> WebToken:
    """Tell what a JSON Web Token is; one that cannot be read is of another kind."""
    header, claims = map(_decoded, [*token.split("."), ""][:2])
    kind = _kind(header, claims)
    return WebToken(kind, tuple(_facts(kind, claims, now)), _is_expired(claims, now))


def _decoded(part: str) -> Mapping[str, object]:
    try:
        found = json.loads(urlsafe_b64decode(part[:_LONGEST] + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _kind(header: Mapping[str, object], claims: Mapping[str, object]) -> str:
    audience = str(claims.get("aud") or "").rstrip("/")
    if not audience:
        return "other-token"
    if "scp" in claims or "roles" in claims:
        if audience in _OUTLOOK:
            return "outlook-access-token"
        return "graph-access-token" if audience in _GRAPH else "other-access-token"
    if audience in _OUTLOOK | _GRAPH:
        return "other-access-token" if audience in _OUTLOOK else "graph-access-token"
    is_signed_by_client = claims.get("iss") == claims.get("sub") and "jti" in claims
    if is_signed_by_client and {"x5t", "x5t#S256", "kid"} & header.keys():
        return "client-assertion"
    is_id = re.fullmatch(GUID, audience) is not None and not {"appid", "azp"} & claims.keys()
    return "id-token" if is_id else "other-token"


def _facts(kind: str, claims: Mapping[str, object], now: datetime) -> Iterator[tuple[str, str]]:
    audience = claims.get("aud")
    if isinstance(audience, str) and _AUDIENCE.fullmatch(audience):
        yield "audience", audience
    tenant = claims.get("tid")
    if isinstance(tenant, str) and re.fullmatch(GUID, tenant):
        yield "tenant", tenant
    scopes = list(_rights(claims.get("scp")))
    if scopes:
        yield "scopes", " ".join(scopes)
    roles = list(_rights(claims.get("roles")))
    if roles:
        yield "roles", " ".join(roles)
    if kind == "outlook-access-token":
        opened = [name for scope, name in _PROTOCOLS.items() if scope in scopes]
        yield "opens", " ".join(opened) or "no mailbox by its scopes"
    expires_at = _instant(claims.get("exp"))
    if expires_at is not None:
        yield "expires", f"{expires_at:%Y-%m-%dT%H:%M:%SZ}, {_distance(expires_at - now)}"


def _rights(raw: object) -> Iterator[str]:
    words = raw.split() if isinstance(raw, str) else raw if isinstance(raw, list) else []
    for word in words[:_MOST]:
        if isinstance(word, str) and _RIGHT.fullmatch(word):
            yield word


def _is_expired(claims: Mapping[str, object], now: datetime) -> bool:
    expires_at = _instant(claims.get("exp"))
    return expires_at is not None and expires_at <= now


def _instant(raw: object) -> datetime | None:
    if not isinstance(raw, int | float):
        return None
    try:
        return datetime.fromtimestamp(raw, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _distance(ahead: timedelta) -> str:
    minutes = abs(int(ahead.total_seconds())) // 60
    units = ((minutes // 1440, "days"), (minutes // 60, "hours"), (minutes, "minutes"))
    count, unit = next((pair for pair in units if pair[0] > 1), units[-1])
    return f"in {count} {unit}" if ahead > timedelta(0) else f"{count} {unit} ago"
