"""Documented limits of an application, by who may sign in to it."""

import pytest

from tests.contract.sandbox_graph.client import SandboxClient

PERSONAL = {
    "signInAudience": "AzureADandPersonalMicrosoftAccount",
    "api": {"requestedAccessTokenVersion": 2},
}
GUID = "11111111-2222-3333-4444-555555555555"
ROLE = {
    "allowedMemberTypes": ["Application"],
    "displayName": "role",
    "id": GUID,
    "value": "Mail.Handle",
}
SCOPE = {"id": GUID, "isEnabled": True, "type": "User", "value": "v"}


def accesses(count: int) -> list[dict[str, object]]:
    """Return the permissions of one resource."""
    items = [{"id": f"11111111-2222-3333-4444-{n:012}", "type": "Scope"} for n in range(count)]
    return [{"resourceAppId": GUID, "resourceAccess": items}]


def scopes(value: str) -> dict[str, object]:
    """Return one scope of that name, for either audience."""
    return {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [SCOPE | {"value": value}]}


@pytest.mark.parametrize(
    "members",
    [
        {"displayName": "n" * 91},
        {"identifierUris": ["urn:mail"]},
        {"identifierUris": ["api://" + "u" * 115]},
        {"identifierUris": [f"api://{n}" for n in range(51)]},
        {"web": {"redirectUris": [f"https://contoso.com/{n}" for n in range(101)]}},
        {"web": {"redirectUris": ["https://contoso.com/?a=b"]}},
        {"requiredResourceAccess": accesses(31)},
        {"api": scopes("s" * 41)},
    ],
)
def test_a_personal_audience_allows_less(client: SandboxClient, members: dict[str, object]) -> None:
    body = {"displayName": "limits"} | members

    work = client.graph("POST", "/applications", body)
    client.graph("DELETE", f"/applications/{work.body['id']}")
    personal = client.graph("POST", "/applications", PERSONAL | body)
    assert (work.status, personal.status) == (201, 400)


@pytest.mark.parametrize(
    "members",
    [
        {"displayName": "n" * 121},
        {"identifierUris": ["api://" + "u" * 250]},
        {"identifierUris": ["https://mail.example.org"]},
        {"identifierUris": ["https://["]},
        {"web": {"redirectUris": [f"https://contoso.com/{n}" for n in range(257)]}},
        {"web": {"logoutUrl": "http://contoso.com/out"}},
        {"web": {"logoutUrl": "https://contoso.com/" + "o" * 240}},
        {"requiredResourceAccess": accesses(401)},
        {"api": scopes("s" * 121)},
        {"signInAudience": "Everybody"},
    ],
)
def test_no_audience_allows_this(client: SandboxClient, members: dict[str, object]) -> None:
    reply = client.graph("POST", "/applications", {"displayName": "limits"} | members)
    assert reply.status == 400


def test_a_subdomain_of_a_verified_domain_is_verified(client: SandboxClient) -> None:
    created = client.create("subdomain", identifierUris=["https://mail.contoso.com/app"])
    assert created["identifierUris"] == ["https://mail.contoso.com/app"]


def test_an_audience_changes_both_ways(client: SandboxClient) -> None:
    path = f"/applications/{client.create('both ways')['id']}"

    personal = client.graph("PATCH", path, PERSONAL)
    work = client.graph("PATCH", path, {"signInAudience": "AzureADMultipleOrgs"})
    assert (personal.status, work.status) == (204, 204)


def test_three_secrets_keep_personal_accounts_out(client: SandboxClient) -> None:
    created = client.create("three", passwordCredentials=[{}, {}, {}])

    reply = client.graph("PATCH", f"/applications/{created['id']}", PERSONAL)
    assert (reply.status, reply.code) == (400, "TooManyAppPasswords")


def test_roles_keep_personal_accounts_out(client: SandboxClient) -> None:
    created = client.create("roles", appRoles=[ROLE])
    assert client.graph("PATCH", f"/applications/{created['id']}", PERSONAL).status == 400


def test_a_role_is_disabled_before_it_is_dropped(client: SandboxClient) -> None:
    path = f"/applications/{client.create('enabled', appRoles=[ROLE])['id']}"

    dropped = client.graph("PATCH", path, {"appRoles": []})
    disabled = client.graph("PATCH", path, {"appRoles": [ROLE | {"isEnabled": False}]})
    again = client.graph("PATCH", path, {"appRoles": []})
    assert dropped.code == "CannotDeleteOrUpdateEnabledEntitlement"
    assert (disabled.status, again.status) == (204, 204)


def test_an_application_has_a_size(client: SandboxClient) -> None:
    reply = client.graph(
        "POST", "/applications", {"displayName": "big", "tags": [f"t{n}" for n in range(1201)]}
    )
    assert (reply.status, reply.code) == (403, "Directory_ResourceSizeExceeded")


def test_a_tenant_may_want_the_service_tree(client: SandboxClient) -> None:
    created = client.create("before")
    client.control("PATCH", "/switches", {"serviceManagementReferenceRequired": True})

    made = client.graph("POST", "/applications", {"displayName": "without"})
    changed = client.graph("PATCH", f"/applications/{created['id']}", {"notes": "n"})
    named = client.graph(
        "PATCH", f"/applications/{created['id']}", {"serviceManagementReference": GUID}
    )
    assert made.body["error"]["message"].startswith(
        "ServiceManagementReference field is required for Create, but is missing in the request."
    )
    assert "required for Update" in changed.body["error"]["message"]
    assert named.status == 204
