"""Who is let in, who may do what, and how a refusal looks."""

from tests.contract.sandbox_graph.client import SandboxClient


def set_roles(client: SandboxClient, *roles: str) -> None:
    """Give the administrator's client other permissions, and take a token that carries them."""
    path = f"/applications/{client.ready.admin_client_id}/roles"
    client.control("POST", path, {"roles": list(roles)})
    client.sign_in()


def test_no_token_is_401(client: SandboxClient) -> None:
    reply = client.raw("GET", "/v1.0/applications", None, {})
    assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")


def test_a_forged_token_is_401(client: SandboxClient) -> None:
    client.token = f"{client.token[:-4]}AAAA"

    reply = client.graph("GET", "/applications")
    assert reply.body["error"]["message"] == (
        "CompactToken validation failed with reason code: 80049228."
    )


def test_an_expired_token_is_401(client: SandboxClient) -> None:
    client.control("POST", "/clock", {"advance": 4000})

    reply = client.graph("GET", "/applications")
    assert reply.body["error"]["message"] == "Access token has expired or is not yet valid."


def test_a_missing_permission_is_403(client: SandboxClient) -> None:
    set_roles(client, "User.Read.All")

    reply = client.graph("POST", "/applications", {"displayName": "x"})
    assert (reply.status, reply.code) == (403, "Authorization_RequestDenied")


def test_a_reader_may_not_write(client: SandboxClient) -> None:
    set_roles(client, "Application.Read.All")

    statuses = [
        client.graph("GET", "/applications").status,
        client.graph("POST", "/applications", {"displayName": "x"}).status,
    ]
    assert statuses == [200, 403]


def test_owned_by_writes_only_what_it_made(client: SandboxClient) -> None:
    (foreign,) = client.graph(
        "GET", f"/applications?$filter=appId eq '{client.ready.admin_client_id}'"
    ).body["value"]
    set_roles(client, "Application.ReadWrite.OwnedBy")
    own = client.create("own")

    changed = client.graph("PATCH", f"/applications/{own['id']}", {"notes": "n"})
    refused = client.graph("PATCH", f"/applications/{foreign['id']}", {"notes": "n"})
    assert (changed.status, refused.status) == (204, 403)


def test_consent_needs_its_own_permission(client: SandboxClient) -> None:
    set_roles(client, "Application.ReadWrite.All")

    assert client.graph("GET", "/oauth2PermissionGrants").status == 403


def test_an_application_is_nobody_to_me(client: SandboxClient) -> None:
    reply = client.graph("GET", "/me")
    assert (reply.status, reply.code) == (400, "BadRequest")


def test_beta_is_another_world(client: SandboxClient) -> None:
    reply = client.raw("GET", "/beta/me", None, {"Authorization": f"Bearer {client.token}"})
    assert reply.body["error"]["message"] == "Invalid version: beta"


def test_an_unknown_segment_is_named(client: SandboxClient) -> None:
    reply = client.graph("GET", "/applicatoins")
    assert (reply.status, reply.body["error"]["message"]) == (
        400,
        "Resource not found for the segment 'applicatoins'.",
    )


def test_a_wrong_verb_is_405(client: SandboxClient) -> None:
    assert client.graph("PUT", "/applications", {}).status == 405


def test_a_body_that_is_not_json_is_400(client: SandboxClient) -> None:
    headers = {"Authorization": f"Bearer {client.token}"}

    reply = client.raw("POST", "/v1.0/applications", b"{", headers)
    assert reply.body["error"]["message"] == "Unable to read JSON request payload."


def test_a_refusal_carries_both_ids(client: SandboxClient) -> None:
    reply = client.graph("GET", "/applications/none", headers={"client-request-id": "mine"})

    inner = reply.body["error"]["innerError"]
    assert reply.headers["content-type"] == "application/json"
    assert (inner["client-request-id"], reply.headers["client-request-id"]) == ("mine", "mine")
    assert inner["request-id"] == reply.headers["request-id"]


def test_the_organization_names_its_domains(client: SandboxClient) -> None:
    (organization,) = client.graph("GET", "/organization").body["value"]

    domains = {domain["name"]: domain["isInitial"] for domain in organization["verifiedDomains"]}
    assert organization["id"] == client.ready.tenant_id
    assert domains == {"contoso.onmicrosoft.com": True, "contoso.com": False}


def test_a_user_is_found_by_name_or_id(client: SandboxClient) -> None:
    by_name = client.graph("GET", "/users/Forms@Contoso.com").body
    by_id = client.graph("GET", f"/users/{by_name['id']}?$select=accountEnabled").body

    assert by_name["mail"] == "forms@contoso.com"
    assert by_id["accountEnabled"] is True


def test_the_application_policy_follows_the_switches(client: SandboxClient) -> None:
    set_roles(client, "Policy.Read.All")
    client.control("PATCH", "/switches", {"passwordLifetimeDays": 90})

    policy = client.graph("GET", "/policies/defaultAppManagementPolicy").body
    (restriction,) = policy["applicationRestrictions"]["passwordCredentials"]
    assert (restriction["restrictionType"], restriction["maxLifetime"]) == (
        "passwordLifetime",
        "P90D",
    )
