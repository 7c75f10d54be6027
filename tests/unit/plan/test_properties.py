"""What holds for every plan, whatever the tenant looks like."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.manifest.load import read_manifest
from provision.manifest.permission_ids import DEFAULT_PERMISSIONS
from provision.plan.changes import (
    AddCertificates,
    AddFederatedCredential,
    AddPassword,
    Change,
    CreateApplication,
    CreateGrant,
    CreateServicePrincipal,
    ExtendGrant,
    FederatedChange,
    RemoveFederatedCredential,
    RemovePassword,
    Restore,
    UpdateApplication,
    UpdateFederatedCredential,
)
from provision.plan.custody import Custody
from provision.plan.planner import make_plan
from provision.plan.resource_access import resource_accesses
from provision.tenant.application import Application, ApplicationSettings, Password
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import Grant, ServicePrincipal
from tests.unit.plan.tenants import GRAPH_OBJECT_ID, NOW, snapshot

MANIFEST = read_manifest("tenant: contoso.com\napplication: {uniqueName: aem-mail}\n", "m")

scopes = st.frozensets(st.sampled_from([*DEFAULT_PERMISSIONS, "openid", "Contacts.Read"]))
settings = st.builds(
    ApplicationSettings,
    display_name=st.sampled_from(["aem-mail", "other"]),
    sign_in_audience=st.sampled_from(["AzureADMyOrg", "AzureADandPersonalMicrosoftAccount"]),
    token_version=st.sampled_from([None, 1, 2]),
    redirect_uris=st.frozensets(st.sampled_from(["http://localhost", "https://a.example"])),
    issues_access_tokens=st.booleans(),
    issues_id_tokens=st.booleans(),
    permissions=st.frozensets(st.sampled_from(DEFAULT_PERMISSIONS)).map(
        lambda names: resource_accesses(names, {})
    ),
)
grants = st.builds(
    Grant,
    grant_id=st.just("g"),
    client_object_id=st.just("sp-1"),
    resource_object_id=st.sampled_from([GRAPH_OBJECT_ID, "exchange"]),
    consent_type=st.just("AllPrincipals"),
    principal_object_id=st.none(),
    scopes=scopes,
)


@st.composite
def tenants(draw: st.DrawFn) -> Snapshot:
    empty = snapshot({})
    if not draw(st.booleans()):
        return empty
    passwords = frozenset(
        Password("k1", draw(st.sampled_from(["aem-mail", None])), NOW, draw(_ends()))
        for _ in range(draw(st.integers(0, 1)))
    )
    principal = ServicePrincipal("sp-1", "c1", is_enabled=draw(st.booleans()))
    has_principal = draw(st.booleans())
    found = draw(st.lists(grants, max_size=1)) if has_principal else []
    return replace(
        empty,
        application=Application("o1", "c1", "aem-mail", draw(settings), passwords),
        service_principal=principal if has_principal else None,
        grants=frozenset(found),
    )


trusts = st.builds(
    FederatedTrust,
    name=st.sampled_from(["MAIN", "main", "other", "third"]),
    issuer=st.just("https://issuer.example"),
    subject=st.sampled_from(["old", "older"]),
    audience=st.sampled_from(["api://AzureADTokenExchange", "api://x"]),
)
TRUSTING = """
tenant: contoso.com
application:
  uniqueName: aem-mail
  manage: {manage}
  federatedCredentials:
    - {{name: main, issuer: "https://issuer.example", subject: new}}
"""


def existing() -> Snapshot:
    password = {"keyId": "k1", "displayName": "aem-mail", "days": 100}
    scopes = " ".join([*DEFAULT_PERMISSIONS, "openid", "profile"])
    raw = {"application": {}, "passwords": [password], "grants": [{"scopes": scopes}]}
    return snapshot(raw)


def _ends() -> st.SearchStrategy[datetime]:
    return st.sampled_from([NOW.replace(year=2025), NOW.replace(year=2027)])


def carried_out(tenant: Snapshot, change: Change) -> Snapshot:  # noqa: C901, PLR0911, PLR0912  (one a case)
    """Do to a snapshot what Graph would do to the tenant."""
    application, principal = tenant.application, tenant.service_principal
    match change:
        case CreateApplication(unique_name=name, settings=wanted, password=request):
            passwords = {
                Password("new", r.display_name, r.start_at, r.end_at) for r in [request] if r
            }
            made = Application("o1", "c1", name, wanted, frozenset(passwords))
            return replace(tenant, application=made)
        case Restore():
            assert tenant.deleted
            return replace(tenant, application=tenant.deleted.application, deleted=None)
        case UpdateApplication(after=after):
            assert application
            return replace(tenant, application=replace(application, settings=after))
        case CreateServicePrincipal():
            return replace(
                tenant, service_principal=ServicePrincipal("sp-1", "c1", is_enabled=True)
            )
        case CreateGrant(scopes=granted):
            assert principal
            made_grant = Grant("g", "sp-1", GRAPH_OBJECT_ID, "AllPrincipals", None, granted)
            return replace(tenant, grants=tenant.grants | {made_grant})
        case ExtendGrant(grant_id=grant_id, after=after_scopes):
            changed = {
                replace(g, scopes=after_scopes) if g.grant_id == grant_id else g
                for g in tenant.grants
            }
            return replace(tenant, grants=frozenset(changed))
        case AddPassword(request=request):
            assert application
            fresh = Password("new", request.display_name, request.start_at, request.end_at)
            held = application.passwords | {fresh}
            return replace(tenant, application=replace(application, passwords=held))
        case RemovePassword(key_id=key_id):
            assert application
            rest = frozenset(p for p in application.passwords if p.key_id != key_id)
            return replace(tenant, application=replace(application, passwords=rest))
        case AddFederatedCredential() | UpdateFederatedCredential() | RemoveFederatedCredential():
            return replace(tenant, federated_credentials=federated(tenant, change))
        case AddCertificates():
            raise AssertionError(change)
        case _:
            assert_never(change)


def federated(tenant: Snapshot, change: FederatedChange) -> frozenset[FederatedCredential]:
    held = tenant.federated_credentials or frozenset()
    match change:
        case AddFederatedCredential(trust=trust):
            return held | {FederatedCredential(trust.name, trust)}
        case UpdateFederatedCredential(credential_id=own_id, after=becomes):
            found = next(f for f in held if f.credential_id == own_id)
            kept = replace(becomes, name=found.trust.name)
            return (held - {found}) | {replace(found, trust=kept)}
        case RemoveFederatedCredential(credential=gone):
            return held - {gone}
        case _:
            assert_never(change)


@given(tenants())
def test_carrying_a_plan_out_leaves_nothing_to_plan(tenant: Snapshot) -> None:
    after = tenant
    for change in make_plan(MANIFEST, tenant, Custody(), NOW).changes:
        after = carried_out(after, change)

    assert make_plan(MANIFEST, after, Custody(), NOW).changes == ()


@pytest.mark.parametrize("manage", ["full", "partial"])
@given(st.lists(trusts, max_size=4, unique_by=lambda t: t.name.casefold()))
def test_carrying_trusts_out_leaves_nothing_to_plan(
    manage: str, held: list[FederatedTrust]
) -> None:
    manifest = read_manifest(TRUSTING.format(manage=manage), "m")
    found = frozenset(FederatedCredential(t.name, t) for t in held)
    after = replace(existing(), federated_credentials=found)
    changes = make_plan(manifest, after, Custody(), NOW).changes

    for change in changes:
        after = carried_out(after, change)

    assert make_plan(manifest, after, Custody(), NOW).changes == ()
    removed = [c for c in changes if isinstance(c, RemoveFederatedCredential)]
    assert manage == "full" or removed == []


@given(tenants())
def test_no_plan_takes_consent_away(tenant: Snapshot) -> None:
    extended = [
        c for c in make_plan(MANIFEST, tenant, Custody(), NOW).changes if isinstance(c, ExtendGrant)
    ]

    assert all(change.before < change.after for change in extended)


@given(tenants())
def test_without_an_unfinished_mint_no_plan_removes_a_secret(tenant: Snapshot) -> None:
    changes = make_plan(MANIFEST, tenant, Custody(), NOW).changes

    assert not any(isinstance(change, RemovePassword) for change in changes)


@given(tenants())
def test_planning_twice_gives_the_same_plan(tenant: Snapshot) -> None:
    assert make_plan(MANIFEST, tenant, Custody(), NOW) == make_plan(
        MANIFEST, tenant, Custody(), NOW
    )
