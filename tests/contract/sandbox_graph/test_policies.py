"""App management policies, written through Graph, and what users may do by themselves."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.sandbox_graph.certificate import self_signed
from tests.contract.sandbox_graph.client import SandboxClient

DEFAULT = "/policies/defaultAppManagementPolicy"
Rules = dict[str, list[dict[str, Any]]]


@pytest.fixture
def policed(client: SandboxClient) -> Iterator[SandboxClient]:
    """Take the tenant's policy back after the test."""
    yield client
    client.sign_in()
    client.graph("PATCH", DEFAULT, {"isEnabled": False, "applicationRestrictions": {}})


def restrict(client: SandboxClient, **rules: list[dict[str, Any]]) -> None:
    """Write the tenant's policy for applications."""
    body = {"isEnabled": True, "applicationRestrictions": rules}
    reply = client.graph("PATCH", DEFAULT, body)
    assert reply.status == 204, reply.body


def test_what_was_written_is_read(policed: SandboxClient) -> None:
    rule = {"restrictionType": "passwordLifetime", "maxLifetime": "P90D"}
    restrict(policed, passwordCredentials=[rule])

    policy = policed.graph("GET", DEFAULT).body
    assert policy["isEnabled"] is True
    assert policy["applicationRestrictions"]["passwordCredentials"] == [
        {**rule, "state": "enabled", "restrictForAppsCreatedAfterDateTime": None} | rule
    ]


def test_secrets_may_be_forbidden(policed: SandboxClient) -> None:
    created = policed.create("no secret")
    restrict(policed, passwordCredentials=[{"restrictionType": "passwordAddition"}])

    reply = policed.graph("POST", f"/applications/{created['id']}/addPassword", {})
    assert (reply.status, reply.code) == (400, "CredentialTypeNotAllowedAsPerAppPolicy")


@pytest.mark.parametrize(
    "rule",
    [
        {"restrictionType": "passwordAddition", "state": "disabled"},
        {
            "restrictionType": "passwordAddition",
            "restrictForAppsCreatedAfterDateTime": "2100-01-01T00:00:00Z",
        },
        {"restrictionType": "customPasswordAddition"},
        {"restrictionType": "symmetricKeyAddition"},
        {"restrictionType": "passwordLifetime", "maxLifetime": "P2Y1D"},
    ],
)
def test_a_rule_that_does_not_apply_forbids_nothing(
    policed: SandboxClient, rule: dict[str, Any]
) -> None:
    restrict(policed, passwordCredentials=[rule])
    created = policed.create("allowed")

    assert policed.graph("POST", f"/applications/{created['id']}/addPassword", {}).status == 200


def test_the_life_of_a_certificate_may_be_capped(policed: SandboxClient) -> None:
    restrict(
        policed, keyCredentials=[{"restrictionType": "asymmetricKeyLifetime", "maxLifetime": "P1Y"}]
    )
    body = {"displayName": "long", "keyCredentials": [self_signed("long").credential()]}

    reply = policed.graph("POST", "/applications", body)
    assert reply.code == "CredentialInvalidLifetimeAsPerAppPolicy"
    assert reply.body["error"]["details"][0]["target"] == "EndDate"


def test_a_policy_of_its_own_is_instead_of_the_tenants(policed: SandboxClient) -> None:
    created = policed.create("exempt")
    path = f"/applications/{created['id']}"
    restrict(policed, passwordCredentials=[{"restrictionType": "passwordAddition"}])
    policy = policed.graph(
        "POST", "/policies/appManagementPolicies", {"displayName": "lenient", "isEnabled": False}
    )
    own = f"/policies/appManagementPolicies/{policy.body['id']}"

    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0{own}"}
    assigned = policed.graph("POST", f"{path}/appManagementPolicies/$ref", reference)
    (applied,) = policed.graph("GET", f"{own}/appliesTo").body["value"]
    (shown,) = policed.graph("GET", f"{path}/appManagementPolicies").body["value"]
    exempt = policed.graph("POST", f"{path}/addPassword", {})
    deleted = policed.graph("DELETE", own)
    assert (policy.status, assigned.status, exempt.status, deleted.status) == (201, 204, 200, 204)
    assert (applied["id"], shown["id"]) == (created["id"], policy.body["id"])
    assert policed.graph("POST", f"{path}/addPassword", {}).status == 400


def test_policies_are_listed_and_changed(client: SandboxClient) -> None:
    made = client.graph("POST", "/policies/appManagementPolicies", {"displayName": "listed"}).body
    own = f"/policies/appManagementPolicies/{made['id']}"

    changed = client.graph("PATCH", own, {"description": "why"})
    listed = client.graph("GET", "/policies/appManagementPolicies").body["value"]
    assert changed.status == 204
    assert [p["description"] for p in listed if p["id"] == made["id"]] == ["why"]
    client.graph("DELETE", own)


@pytest.mark.parametrize(
    "body",
    [
        {"isEnabled": "yes"},
        {"applicationRestrictions": []},
        {"applicationRestrictions": {"passwordCredentials": [{"restrictionType": "colour"}]}},
        {
            "applicationRestrictions": {
                "passwordCredentials": [
                    {"restrictionType": "passwordLifetime", "maxLifetime": "90 days"}
                ]
            }
        },
        {"colour": "blue"},
    ],
)
def test_a_policy_that_cannot_be_is_refused(client: SandboxClient, body: dict[str, object]) -> None:
    assert client.graph("PATCH", DEFAULT, body).status == 400


def test_what_users_may_do_follows_the_switches(client: SandboxClient) -> None:
    before = client.graph("GET", "/policies/authorizationPolicy").body
    client.control("PATCH", "/switches", {"userConsentAllowed": False, "usersMayRegister": False})
    after = client.graph("GET", "/policies/authorizationPolicy").body

    permissions = [p["defaultUserRolePermissions"] for p in (before, after)]
    assert [p["allowedToCreateApps"] for p in permissions] == [True, False]
    assert [p["permissionGrantPoliciesAssigned"] for p in permissions] == [
        ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"],
        [],
    ]
