"""What is in the bin comes back before anything is made anew."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from provision.manifest.load import read_manifest
from provision.plan.changes import Change, CreateServicePrincipal, Restore, UpdateApplication
from provision.plan.custody import Custody
from provision.plan.planner import Plan, make_plan
from provision.plan.preflight import owners_of
from provision.tenant.application import DeletedApplication
from provision.tenant.port import Snapshot
from tests.unit.plan.tenants import NOW, snapshot

MANIFEST = read_manifest("tenant: contoso.com\napplication: {uniqueName: aem-mail}\n", "m")
DELETED_AT = NOW - timedelta(days=2)


def in_the_bin(given: dict[str, Any], service_principal: str | None = None) -> Snapshot:
    found = snapshot({"application": given})
    assert found.application
    return replace(
        found,
        application=None,
        deleted=DeletedApplication(found.application, DELETED_AT),
        service_principal=None,
        deleted_service_principal=service_principal,
    )


def planned(found: Snapshot) -> Plan:
    return make_plan(MANIFEST, found, Custody(), NOW)


def changes(found: Snapshot) -> tuple[Change, ...]:
    return planned(found).changes


def test_an_application_in_the_bin_is_restored_first_and_not_created() -> None:
    first, *others = changes(in_the_bin({}))
    assert first == Restore("application", "object-1", "aem-mail", date(2026, 11, 21))
    assert CreateServicePrincipal("aem-mail") in others


def test_what_differs_about_it_is_written_after_it_is_restored() -> None:
    kinds = [type(change) for change in changes(in_the_bin({"displayName": "AEM, the old one"}))]
    assert kinds[:2] == [Restore, UpdateApplication]


def test_a_service_principal_in_the_bin_is_restored_and_not_created() -> None:
    found = changes(in_the_bin({}, "sp-in-bin"))
    assert Restore("servicePrincipal", "sp-in-bin", "aem-mail", None) in found
    assert CreateServicePrincipal("aem-mail") not in found


def test_a_living_applications_service_principal_comes_back_alone() -> None:
    living = snapshot({"application": {}})
    found = replace(living, service_principal=None, deleted_service_principal="sp-in-bin")
    restored = [change for change in changes(found) if isinstance(change, Restore)]
    assert restored == [Restore("servicePrincipal", "sp-in-bin", "aem-mail", None)]


def test_a_plan_names_what_it_restores() -> None:
    assert planned(in_the_bin({})).restored == changes(in_the_bin({}))[0]
    assert planned(snapshot({})).restored is None


def test_the_owners_of_an_application_in_the_bin_are_not_known() -> None:
    assert owners_of(in_the_bin({})) is None
