"""What a login host says about itself: issuers, signing keys and the ids of its tenants."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provision.clock import Clock
from provision.cloud import Cloud
from provision.errors import OutcomeUnknown, RefusedError, Unreachable, UsageError
from provision.oauth.http_response import Answer, Http, json_object, raise_if_temporary
from provision.oauth.refusal import error_for, read_refusal
from provision.oauth.retry import Patience

GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")
_DEADLINE: Final = 60.0
_BAD_REQUEST: Final = 400


@dataclass(frozen=True, slots=True)
class Provider:
    """One authority's own description."""

    issuer: str
    """May hold `{tenantid}`, to be filled from a token's `tid`."""
    jwks_uri: str


SigningKey = Mapping[str, object]
"""One JSON Web Key (RFC 7517), with Microsoft's own `issuer` member where there is one."""


class Discovery:
    """Reads provider documents and keys, and keeps them; usable from several threads."""

    def __init__(self, http: Http, clock: Clock, deadline: float = _DEADLINE) -> None:
        self._http = http
        self._patience = Patience(clock, deadline)
        self._lock = threading.Lock()
        self._providers: dict[str, Provider] = {}
        self._keys: dict[str, dict[str, SigningKey]] = {}

    def provider(self, authority: str) -> Provider:
        """Return an authority's description.

        Raises:
            UsageError: There is no such tenant.
        """
        with self._lock:
            known = self._providers.get(authority)
        if known is not None:
            return known
        doing = f"reading the configuration of {authority}"
        fields = self._document(f"{authority}/v2.0/.well-known/openid-configuration", doing)
        issuer, jwks_uri = fields.get("issuer"), fields.get("jwks_uri")
        if not isinstance(issuer, str) or not isinstance(jwks_uri, str):
            raise _unreadable(doing)
        if not jwks_uri.startswith("https://"):
            raise RefusedError(f"{doing}: its signing keys are not served over https")
        provider = Provider(issuer, jwks_uri)
        with self._lock:
            self._providers[authority] = provider
        return provider

    def signing_key(self, authority: str, key_id: str) -> SigningKey | None:
        """Return a key of the authority, read anew when it is not known; None for no such key."""
        uri = self.provider(authority).jwks_uri
        with self._lock:
            known = self._keys.get(uri, {}).get(key_id)
        if known is not None:
            return known
        doing = f"reading the signing keys of {authority}"
        keys = self._document(uri, doing).get("keys")
        if not isinstance(keys, list):
            raise _unreadable(doing)
        fresh: dict[str, SigningKey] = {
            str(key["kid"]): key for key in keys if isinstance(key, dict) and "kid" in key
        }
        with self._lock:
            self._keys[uri] = fresh
        return fresh.get(key_id)

    def _document(self, url: str, doing: str) -> dict[str, object]:
        def attempt() -> dict[str, object]:
            try:
                answer = self._http.get(url)
            except OutcomeUnknown as error:
                raise Unreachable(error.message, hint=error.hint) from error
            return _fields(answer, doing)

        return self._patience.repeat(attempt)


def resolve_tenant(discovery: Discovery, cloud: Cloud, tenant: str) -> str:
    """Return the id of a tenant named by a domain or by its id.

    Raises:
        UsageError: It is neither, or the cloud has no such tenant.
    """
    name = tenant.strip()
    if GUID.fullmatch(name.lower()):
        return name.lower()
    if not _DOMAIN.fullmatch(name):
        raise UsageError(
            f"tenant {tenant!r} is neither a domain nor an id",
            hint="write the domain, such as contoso.onmicrosoft.com, or the tenant id",
        )
    issuer = discovery.provider(f"{cloud.authority}/{name}").issuer
    found = GUID.search(issuer.lower())
    if found is None:
        raise _unreadable(f"looking tenant {tenant} up")
    return found[0]


def _fields(answer: Answer, doing: str) -> dict[str, object]:
    raise_if_temporary(answer, doing)
    fields = json_object(answer)
    if fields is None:
        raise _unreadable(doing)
    if "error" in fields or answer.status >= _BAD_REQUEST:
        told = error_for(read_refusal(fields), doing)
        raise UsageError(told.message, hint=told.hint, evidence=told.evidence)
    return fields


def _unreadable(doing: str) -> Unreachable:
    return Unreachable(
        f"{doing}: the answer is not one of Entra's",
        hint="a proxy or a captive portal may have answered in its place",
    )
