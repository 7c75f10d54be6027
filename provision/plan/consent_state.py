"""Consent as it stands: what is declared, what is granted to whom, what is in the tokens."""

from dataclasses import dataclass
from datetime import datetime

from provision.manifest.model import Manifest
from provision.manifest.permission_ids import NEEDED_BY
from provision.plan.consent import IMPLIED_SCOPES, wanted_scopes
from provision.plan.custody import Custody
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import Grant


@dataclass(frozen=True, slots=True)
class GrantedConsent:
    """One grant against the declaration."""

    resource: str
    """`Microsoft Graph`, `Exchange Online`, or the object id of another resource."""
    principal: str | None
    """Who it speaks for: a user principal name or object id; None for every user."""
    declared: frozenset[str]
    granted: frozenset[str]

    @property
    def missing(self) -> frozenset[str]:
        """Declared and not granted; what comes with any sign-in is never missed."""
        return self.declared - self.granted - IMPLIED_SCOPES

    @property
    def undeclared(self) -> frozenset[str]:
        """Granted and not declared: kept, and worth knowing."""
        return self.granted - self.declared - IMPLIED_SCOPES


@dataclass(frozen=True, slots=True)
class TokenConsent:
    """A mailbox's last token against what its protocols need."""

    address: str
    needed: frozenset[str]
    in_token: frozenset[str]
    at: datetime

    @property
    def missing(self) -> frozenset[str]:
        """Needed and not in the token."""
        return self.needed - self.in_token


@dataclass(frozen=True, slots=True)
class ConsentState:
    """Everything that is known about consent."""

    grants: tuple[GrantedConsent, ...]
    """None for Microsoft Graph means that nobody consented yet."""
    tokens: tuple[TokenConsent, ...]
    """Of the mailboxes that signed in here."""


def consent_state(manifest: Manifest, snapshot: Snapshot, custody: Custody) -> ConsentState:
    """Return declared, granted and in-token scopes side by side; pure."""
    users = {object_id: name for name, object_id in snapshot.user_ids.items()}
    grants = tuple(
        _granted(manifest, snapshot, grant, users)
        for grant in sorted(
            snapshot.grants, key=lambda g: (g.principal_object_id or "", g.grant_id)
        )
    )
    protocols = {m.address.casefold(): m.protocols for m in manifest.mailboxes}
    tokens = tuple(
        TokenConsent(
            token.address,
            frozenset(NEEDED_BY[p] for p in protocols[token.address.casefold()]),
            token.scopes,
            token.at,
        )
        for token in custody.tokens
        if token.address.casefold() in protocols and token.scopes & frozenset(NEEDED_BY.values())
    )
    return ConsentState(grants, tokens)


def _granted(
    manifest: Manifest, snapshot: Snapshot, grant: Grant, users: dict[str, str]
) -> GrantedConsent:
    principal = grant.principal_object_id
    resource, declared = grant.resource_object_id, frozenset[str]()
    exchange = snapshot.exchange_online
    if grant.resource_object_id == snapshot.microsoft_graph.object_id:
        resource, declared = "Microsoft Graph", wanted_scopes(manifest)
    elif exchange is not None and grant.resource_object_id == exchange.object_id:
        mail = frozenset(NEEDED_BY.values())
        resource, declared = "Exchange Online", wanted_scopes(manifest) & mail
    who = None if principal is None else users.get(principal, principal)
    return GrantedConsent(resource, who, declared, grant.scopes)
