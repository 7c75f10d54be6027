"""A change as a person reads it, where no plan's table shows it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from provision.plan.application import desired_settings
from provision.plan.changes import (
    AddCertificates,
    AddFederatedCredential,
    AddPassword,
    Change,
    CreateApplication,
    CreateGrant,
    CreateServicePrincipal,
    ExtendGrant,
    FieldChange,
    RemoveFederatedCredential,
    RemovePassword,
    Restore,
    UpdateApplication,
    UpdateFederatedCredential,
)
from provision.plan.difference import fields, title
from provision.plan.resource_access import described
from provision.tenant.application import MICROSOFT_GRAPH, PasswordRequest, ResourceAccess
from provision.tenant.certificate import Certificate
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from tests.unit.plan.tenants import NOW
from tests.unit.plan.test_properties import MANIFEST

WANTED = desired_settings(MANIFEST, {}, None)
REQUEST = PasswordRequest("laptop", NOW, NOW + timedelta(days=90))
TRUST = FederatedTrust("github", "https://issuer.example", "repo:a/b", "api://audience")
CERTIFICATE = Certificate("AB" * 20, "CN=mail", NOW, NOW + timedelta(days=300), "DER")
EVERYONE = "any user's mailbox in the tenant"
READ_ID = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"


def test_a_permission_is_called_by_its_name() -> None:
    assert described(ResourceAccess(MICROSOFT_GRAPH, READ_ID, "Scope")) == "Mail.Read"


def test_a_permission_of_another_resource_is_called_by_its_ids() -> None:
    assert described(ResourceAccess("exchange", READ_ID, "Scope")) == f"exchange/{READ_ID}=Scope"


def test_an_application_permission_is_called_by_its_ids() -> None:
    access = ResourceAccess(MICROSOFT_GRAPH, READ_ID, "Role")

    assert described(access) == f"{MICROSOFT_GRAPH}/{READ_ID}=Role"


def test_an_application_without_a_secret_shows_none() -> None:
    creation = CreateApplication("aem-mail", desired_settings(MANIFEST, {}, None), None)

    assert not [f for f in fields(creation) if f.path.startswith("passwordCredentials")]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (CreateApplication("aem", WANTED, None), "create application aem"),
        (
            Restore("application", "o", "aem", date(2026, 11, 21)),
            "restore application aem, deleted on 2026-11-21",
        ),
        (Restore("application", "o", "aem", None), "restore application aem"),
        (
            Restore("servicePrincipal", "o", "aem", None),
            "restore service principal of aem",
        ),
        (UpdateApplication("o", "aem", WANTED, WANTED), "update application aem"),
        (CreateServicePrincipal("aem"), "create service principal of aem"),
        (
            CreateGrant("Microsoft Graph", "r", None, None, frozenset()),
            f"grant consent on Microsoft Graph for {EVERYONE}",
        ),
        (
            CreateGrant("Microsoft Graph", "r", "a@contoso.com", "u", frozenset()),
            "grant consent on Microsoft Graph for a@contoso.com",
        ),
        (
            ExtendGrant("Exchange Online", "g", None, frozenset(), frozenset()),
            f"extend consent on Exchange Online for {EVERYONE}",
        ),
        (AddPassword("o", REQUEST, "why"), "add client secret 'laptop'"),
        (RemovePassword("o", "k1", "why"), "remove client secret k1"),
        (AddFederatedCredential(TRUST), "add federated credential 'github'"),
        (
            UpdateFederatedCredential("f", replace(TRUST, name="was"), TRUST),
            "update federated credential 'github'",
        ),
        (
            RemoveFederatedCredential(FederatedCredential("f", TRUST)),
            "remove federated credential 'github'",
        ),
        (AddCertificates((), (CERTIFICATE,)), "add 1 certificate"),
        (AddCertificates((), (CERTIFICATE,) * 2), "add 2 certificates"),
    ],
)
def test_a_title_says_what_is_done_and_to_what(change: Change, told: str) -> None:
    assert title(change) == told


@pytest.mark.parametrize(
    ("change", "written"),
    [
        (
            AddPassword("o", REQUEST, "why"),
            [
                ("passwordCredentials.displayName", None, "laptop"),
                ("passwordCredentials.endDateTime", None, "2027-02-21"),
            ],
        ),
        (RemovePassword("o", "k1", "why"), [("passwordCredentials.keyId", "k1", None)]),
        (
            AddCertificates((), (CERTIFICATE,)),
            [("keyCredentials", None, f"{'AB' * 20} (CN=mail, until 2027-09-19)")],
        ),
        (
            ExtendGrant("r", "g", None, frozenset({"b", "a"}), frozenset({"b", "d", "c"})),
            [("scope", "a", None), ("scope", None, "c"), ("scope", None, "d")],
        ),
        (
            AddFederatedCredential(TRUST),
            [
                ("federatedIdentityCredentials.issuer", None, "https://issuer.example"),
                ("federatedIdentityCredentials.subject", None, "repo:a/b"),
                ("federatedIdentityCredentials.audiences", None, "api://audience"),
            ],
        ),
        (
            UpdateFederatedCredential("f", replace(TRUST, subject="repo:c/d"), TRUST),
            [("federatedIdentityCredentials.subject", "repo:c/d", "repo:a/b")],
        ),
        (
            UpdateApplication(
                "o",
                "aem",
                WANTED,
                replace(
                    WANTED,
                    token_version=None,
                    issues_id_tokens=False,
                    service_management_reference="ticket-7",
                ),
            ),
            [
                ("api.requestedAccessTokenVersion", "2", None),
                ("serviceManagementReference", None, "ticket-7"),
                ("web.implicitGrantSettings.enableIdTokenIssuance", "true", "false"),
            ],
        ),
        (Restore("application", "o", "aem", None), []),
        (CreateServicePrincipal("aem"), []),
    ],
)
def test_the_properties_that_a_change_writes_are_shown_before_and_after(
    change: Change, written: list[tuple[str, str | None, str | None]]
) -> None:
    assert fields(change) == tuple(FieldChange(*each) for each in written)
