"""Snapshots and custody for planner tests, from the short form of `tests/data/plans`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from provision.manifest.permission_ids import DEFAULT_PERMISSIONS
from provision.plan.custody import Custody, UnfinishedMint
from provision.plan.resource_access import resource_accesses
from provision.tenant.application import Application, ApplicationSettings, Namesake, Password
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from provision.tenant.policies import UNKNOWN_POLICIES, SecretRule, TenantPolicies
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import Grant, Resource, ServicePrincipal

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
GRAPH_OBJECT_ID = "graph-sp"


def snapshot(raw: dict[str, Any]) -> Snapshot:
    """Return a tenant; what `raw` leaves out does not exist."""
    exists = "application" in raw
    return Snapshot(
        tenant_id="tenant-1",
        application=application(raw) if exists else None,
        service_principal=ServicePrincipal("sp-1", "client-1", is_enabled=True) if exists else None,
        grants=frozenset(map(grant, raw.get("grants", []))),
        microsoft_graph=Resource(GRAPH_OBJECT_ID, "graph", raw.get("scopeIds", {})),
        namesakes=tuple(
            Namesake("object-9", n["clientId"], n["uniqueName"], "AEM mail")
            for n in raw.get("namesakes", [])
        ),
        user_ids=raw.get("users", {}),
        unknown=frozenset(raw.get("unknown", [])),
        federated_credentials=(
            frozenset(map(federated, raw["federated"])) if "federated" in raw else None
        ),
        owners=frozenset(raw.get("owners", [])),
        policies=policies(raw.get("policies")),
        exchange_online=Resource("exchange", "exchange", {}) if "exchange" in raw else None,
    )


def policies(raw: dict[str, Any] | None) -> TenantPolicies:
    """Return the tenant's policies: what they allow, in days and names."""
    if raw is None:
        return UNKNOWN_POLICIES
    consent = raw.get("userConsent")
    return TenantPolicies(
        for_all=rules(raw.get("forAll", [])),
        own=rules(raw.get("own", [])),
        has_own="own" in raw,
        user_consent=None if consent is None else frozenset(consent),
    )


def rules(raw: list[dict[str, Any]]) -> tuple[SecretRule, ...]:
    """Return restrictions of secrets; `daysAgo` is how old the youngest exempt application is."""
    return tuple(
        SecretRule(
            kind=rule["kind"],
            longest=timedelta(days=rule["days"]) if "days" in rule else None,
            after=NOW - timedelta(days=rule["daysAgo"]) if "daysAgo" in rule else None,
        )
        for rule in raw
    )


def application(raw: dict[str, Any]) -> Application:
    """Return an application that matches the default manifest but for what `raw` says."""
    given = raw["application"]
    return Application(
        object_id="object-1",
        client_id="client-1",
        unique_name="aem-mail",
        settings=ApplicationSettings(
            display_name=given.get("displayName", "aem-mail"),
            sign_in_audience="AzureADandPersonalMicrosoftAccount",
            token_version=2,
            redirect_uris=frozenset(given.get("redirectUris", ["http://localhost", NATIVE])),
            issues_access_tokens=True,
            issues_id_tokens=True,
            service_management_reference=given.get("serviceManagementReference"),
            permissions=resource_accesses(given.get("permissions", DEFAULT_PERMISSIONS), {}),
        ),
        passwords=frozenset(
            Password(
                p["keyId"],
                p["displayName"],
                NOW - timedelta(hours=p.get("hoursAgo", 1)),
                NOW + timedelta(days=p["days"]),
            )
            for p in raw.get("passwords", [])
        ),
        created_at=NOW - timedelta(days=given.get("age", 100)),
        tags=frozenset(given.get("tags", [])),
    )


def federated(raw: dict[str, Any]) -> FederatedCredential:
    """Return a federated credential, for Entra's own audience unless `raw` says otherwise."""
    audience = raw.get("audience", "api://AzureADTokenExchange")
    trust = FederatedTrust(raw["name"], raw["issuer"], raw["subject"], audience)
    return FederatedCredential(raw.get("id", raw["name"]), trust)


def grant(raw: dict[str, Any]) -> Grant:
    """Return a grant of ours on Microsoft Graph."""
    principal = raw.get("principal")
    return Grant(
        grant_id=f"grant-{principal}",
        client_object_id="sp-1",
        resource_object_id=raw.get("resource", GRAPH_OBJECT_ID),
        consent_type="AllPrincipals" if principal is None else "Principal",
        principal_object_id=principal,
        scopes=frozenset(raw["scopes"].split()),
    )


def custody(raw: dict[str, Any]) -> Custody:
    """Return what this host remembers."""
    return Custody(
        held_key_ids=frozenset(raw.get("held", [])),
        unfinished=tuple(
            UnfinishedMint(u["displayName"], frozenset(u["present"]), NOW - timedelta(hours=1))
            for u in raw.get("unfinished", [])
        ),
    )
