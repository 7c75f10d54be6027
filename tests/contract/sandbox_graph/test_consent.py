"""Service principals and the consent recorded between them."""

from tests.contract.sandbox_graph.client import Reply, SandboxClient

GRAPH = "00000003-0000-0000-c000-000000000000"


def principal_of(client: SandboxClient, name: str) -> dict[str, str]:
    """Return a new service principal of a new application."""
    application = client.create(name)
    return dict(client.graph("POST", "/servicePrincipals", {"appId": application["appId"]}).body)


def graph_id(client: SandboxClient) -> str:
    """Return the object id of Microsoft Graph's service principal."""
    return str(client.graph("GET", f"/servicePrincipals(appId='{GRAPH}')?$select=id").body["id"])


def consented(client: SandboxClient, client_id: str, scope: str, **members: object) -> Reply:
    """Record consent of the whole tenant."""
    body = {
        "clientId": client_id,
        "consentType": "AllPrincipals",
        "resourceId": graph_id(client),
        "scope": scope,
        **members,
    }
    return client.graph("POST", "/oauth2PermissionGrants", body)


def test_a_principal_follows_its_application(client: SandboxClient) -> None:
    principal = principal_of(client, "followed")

    client.graph(
        "PATCH",
        f"/applications(appId='{principal['appId']}')",
        {"displayName": "renamed", "web": {"redirectUris": ["https://contoso.com/back"]}},
    )
    read = client.graph("GET", f"/servicePrincipals/{principal['id']}").body
    assert (read["displayName"], read["replyUrls"]) == ("renamed", ["https://contoso.com/back"])


def test_a_principal_needs_an_application(client: SandboxClient) -> None:
    nobody = "11111111-2222-3333-4444-555555555555"

    reply = client.graph("POST", "/servicePrincipals", {"appId": nobody})
    assert reply.status == 400
    assert reply.body["error"]["details"][0]["code"] == "NoBackingApplicationObject"


def test_a_second_principal_is_refused(client: SandboxClient) -> None:
    principal = principal_of(client, "second")

    reply = client.graph("POST", "/servicePrincipals", {"appId": principal["appId"]})
    assert (reply.status, reply.code) == (409, "Request_MultipleObjectsWithSameKeyValue")


def test_an_upsert_finds_the_principal(client: SandboxClient) -> None:
    application = client.create("principal upsert")
    path = f"/servicePrincipals(appId='{application['appId']}')"

    statuses = [
        client.graph("PATCH", path, {}, {"Prefer": "create-if-missing"}).status for _ in range(2)
    ]
    assert statuses == [201, 204]


def test_graph_offers_the_mail_scopes(client: SandboxClient) -> None:
    filtered = f"/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{GRAPH}')"

    found = client.graph("GET", filtered).body["value"][0]
    ids = {scope["value"]: scope["id"] for scope in found["oauth2PermissionScopes"]}
    assert ids["IMAP.AccessAsUser.All"] == "652390e4-393a-48de-9484-05f9b1212954"
    assert ids["SMTP.Send"] == "258f6531-6087-4cc4-bb90-092c5fb3ed3f"


def test_a_grant_is_found_under_an_id_that_can_be_computed(client: SandboxClient) -> None:
    principal = principal_of(client, "grant")

    created = consented(client, principal["id"], "Mail.Read openid")
    listed = client.graph("GET", f"/oauth2PermissionGrants?$filter=clientId eq '{principal['id']}'")
    below = client.graph("GET", f"/servicePrincipals/{principal['id']}/oauth2PermissionGrants")
    assert created.status == 201
    assert len(created.body["id"]) == 43
    assert [grant["id"] for grant in listed.body["value"]] == [created.body["id"]]
    assert below.body["value"] == listed.body["value"]


def test_a_second_grant_is_refused_even_with_other_scopes(client: SandboxClient) -> None:
    principal = principal_of(client, "twice")
    consented(client, principal["id"], "Mail.Read")

    reply = consented(client, principal["id"], "Mail.Send")
    assert (reply.status, reply.body["error"]["message"]) == (
        409,
        "Permission entry already exists.",
    )


def test_a_patch_replaces_the_scopes(client: SandboxClient) -> None:
    principal = principal_of(client, "replaced")
    grant = consented(client, principal["id"], "Mail.Read").body
    path = f"/oauth2PermissionGrants/{grant['id']}"

    assert client.graph("PATCH", path, {"scope": "SMTP.Send"}).status == 204
    assert client.graph("GET", path).body["scope"] == "SMTP.Send"


def test_a_grant_for_one_person_needs_that_person(client: SandboxClient) -> None:
    principal = principal_of(client, "person")
    user = client.graph("GET", "/users/forms@contoso.com").body["id"]

    without = consented(client, principal["id"], "Mail.Read", consentType="Principal")
    granted = consented(
        client, principal["id"], "Mail.Read", consentType="Principal", principalId=user
    )
    assert without.status == 400
    assert (granted.status, len(granted.body["id"])) == (201, 64)


def test_a_grant_to_nobody_is_not_found(client: SandboxClient) -> None:
    reply = consented(client, "11111111-2222-3333-4444-555555555555", "Mail.Read")
    assert (reply.status, reply.code) == (404, "Request_ResourceNotFound")


def test_deleting_the_application_takes_principal_and_consent_along(client: SandboxClient) -> None:
    principal = principal_of(client, "along")
    grant = consented(client, principal["id"], "Mail.Read").body

    client.graph("DELETE", f"/applications(appId='{principal['appId']}')")
    assert client.graph("GET", f"/servicePrincipals/{principal['id']}").status == 404
    assert client.graph("GET", f"/oauth2PermissionGrants/{grant['id']}").status == 404


def test_a_restored_application_has_no_principal_until_that_is_restored(
    client: SandboxClient,
) -> None:
    principal = principal_of(client, "restored")
    path = f"/applications(appId='{principal['appId']}')"
    object_id = client.graph("GET", path).body["id"]
    client.graph("DELETE", path)
    binned = client.graph(
        "GET",
        "/directory/deletedItems/microsoft.graph.application"
        f"?$filter=appId eq '{principal['appId']}'",
    )

    restored = client.graph("POST", f"/directory/deletedItems/{object_id}/restore")
    missing = client.graph("GET", f"/servicePrincipals/{principal['id']}")
    again = client.graph("POST", f"/directory/deletedItems/{principal['id']}/restore")

    assert binned.body["value"][0]["deletedDateTime"] is not None
    assert restored.body["@odata.type"] == "#microsoft.graph.application"
    assert restored.body["deletedDateTime"] is None
    assert (missing.status, again.status) == (404, 200)
