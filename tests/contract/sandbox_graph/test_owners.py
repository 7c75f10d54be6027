"""Who owns an application or a service principal, and what that allows."""

import pytest

from tests.contract.sandbox_graph.client import SandboxClient
from tests.contract.sandbox_graph.test_access import set_roles

SETS = ["applications", "servicePrincipals"]
OBJECT = "https://graph.microsoft.com/v1.0/directoryObjects/"


def made(client: SandboxClient, entity_set: str, name: str) -> str:
    """Return the path of a new application, or of a new one's service principal."""
    application = client.create(name)
    if entity_set == "applications":
        return f"/applications/{application['id']}"
    body = {"appId": application["appId"]}
    return f"/servicePrincipals/{client.graph('POST', '/servicePrincipals', body).body['id']}"


def user_id(client: SandboxClient, name: str = "forms@contoso.com") -> str:
    """Return a user's object id."""
    return str(client.graph("GET", f"/users/{name}").body["id"])


@pytest.mark.parametrize("entity_set", SETS)
def test_an_owner_is_added_shown_and_removed(client: SandboxClient, entity_set: str) -> None:
    path, owner = made(client, entity_set, "owned"), user_id(client)

    added = client.graph("POST", f"{path}/owners/$ref", {"@odata.id": f"{OBJECT}{owner}"})
    shown = client.graph("GET", f"{path}/owners")
    removed = client.graph("DELETE", f"{path}/owners/{owner}/$ref")

    assert (added.status, removed.status) == (204, 204)
    assert list(shown.body["value"][0])[:4] == [
        "@odata.type", "id", "businessPhones", "displayName",
    ]  # fmt: skip
    assert client.graph("GET", f"{path}/owners").body == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#directoryObjects",
        "value": [],
    }


@pytest.mark.parametrize(
    "reference",
    [
        "https://graph.microsoft.com/v1.0/directoryObjects/{id}",
        "https://graph.microsoft.com/v1.0/users/{id}",
        "https://graph.microsoft.com/v1.0/users/forms@contoso.com",
        "https://graph.microsoft.com/v1.0/directoryObjects('{id}')",
        "https://graph.microsoft.com/beta/11111111-2222-3333-4444-555555555555/directoryObjects/{id}",
        "https://localhost:1/v1.0/directoryObjects/{id}",
    ],
)
def test_a_reference_is_understood_however_it_is_spelt(
    client: SandboxClient, reference: str
) -> None:
    path, owner = made(client, "applications", "spelt"), user_id(client)

    client.graph("POST", f"{path}/owners/$ref", {"@odata.id": reference.format(id=owner)})
    (shown,) = client.graph("GET", f"{path}/owners").body["value"]
    assert shown["id"] == owner


def test_a_service_principal_may_own(client: SandboxClient) -> None:
    owner = made(client, "servicePrincipals", "the owner").rpartition("/")[2]
    path = made(client, "applications", "owned by a program")

    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/servicePrincipals/{owner}"}
    assert client.graph("POST", f"{path}/owners/$ref", reference).status == 204
    (shown,) = client.graph("GET", f"{path}/owners?$select=id,displayName").body["value"]
    assert shown == {
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": owner,
        "displayName": "the owner",
    }


def test_an_application_may_not_own(client: SandboxClient) -> None:
    path, other = made(client, "applications", "one"), client.create("two")["id"]

    reply = client.graph("POST", f"{path}/owners/$ref", {"@odata.id": f"{OBJECT}{other}"})
    assert reply.body["error"]["message"] == (
        f"The reference target 'Application_{other}' of type 'Application' is invalid for the "
        "'owners' reference."
    )


def test_adding_an_owner_twice_is_refused(client: SandboxClient) -> None:
    path, body = made(client, "applications", "twice"), {"@odata.id": f"{OBJECT}{user_id(client)}"}
    client.graph("POST", f"{path}/owners/$ref", body)

    reply = client.graph("POST", f"{path}/owners/$ref", body)
    assert reply.status == 400
    assert reply.body["error"]["message"] == (
        "One or more added object references already exist for the following modified properties: "
        "'owners'."
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"@odata.id": f"{OBJECT}11111111-2222-3333-4444-555555555555"}, 404),
        ({"@odata.id": "https://graph.microsoft.com/v1.0/groups/1"}, 400),
        ({"@odata.id": 7}, 400),
        ({}, 400),
    ],
)
def test_nobody_cannot_own(client: SandboxClient, body: dict[str, object], status: int) -> None:
    path = made(client, "applications", "nobody's")
    assert client.graph("POST", f"{path}/owners/$ref", body).status == status


def test_removing_who_is_no_owner_is_not_found(client: SandboxClient) -> None:
    path = made(client, "applications", "stranger")
    assert client.graph("DELETE", f"{path}/owners/{user_id(client)}/$ref").status == 404


def test_an_owner_is_not_deleted_by_mistake(client: SandboxClient) -> None:
    path, owner = made(client, "applications", "by mistake"), user_id(client)
    client.graph("POST", f"{path}/owners/$ref", {"@odata.id": f"{OBJECT}{owner}"})

    reply = client.graph("DELETE", f"{path}/owners/{owner}")
    assert (reply.status, reply.body["error"]["message"]) == (
        400,
        "Write requests are only supported on contained entities",
    )
    assert client.graph("GET", f"/users/{owner}").status == 200


def test_what_a_user_owns_is_listed(client: SandboxClient) -> None:
    owner = user_id(client, "alex@contoso.com")
    created = client.create("of Alex", **{"owners@odata.bind": [f"{OBJECT}{owner}"]})

    (owned,) = client.graph("GET", f"/users/{owner}/ownedObjects").body["value"]
    assert (owned["@odata.type"], owned["id"]) == ("#microsoft.graph.application", created["id"])


def test_an_owner_is_found_by_filter(client: SandboxClient) -> None:
    path, owner = made(client, "applications", "filtered"), user_id(client)
    client.graph("POST", f"{path}/owners/$ref", {"@odata.id": f"{OBJECT}{owner}"})

    found = client.graph("GET", f"{path}/owners?$filter=id eq '{owner}'").body["value"]
    other = client.graph("GET", f"{path}/owners?$filter=id eq '{path[-36:]}'").body["value"]
    assert (len(found), len(other)) == (1, 0)


def test_owners_may_come_with_the_application(client: SandboxClient) -> None:
    owner = user_id(client)

    created = client.create("bound", **{"owners@odata.bind": [f"{OBJECT}{owner}"]})
    (shown,) = client.graph("GET", f"/applications/{created['id']}/owners").body["value"]
    assert shown["id"] == owner


def test_expand_shows_the_owners(client: SandboxClient) -> None:
    created = client.create("expanded", **{"owners@odata.bind": [f"{OBJECT}{user_id(client)}"]})

    body = client.graph(
        "GET", f"/applications/{created['id']}?$select=id&$expand=owners($select=displayName)"
    ).body
    assert body == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications"
        "(id,owners(displayName))/$entity",
        "id": created["id"],
        "owners": [{"@odata.type": "#microsoft.graph.user", "displayName": "Forms mailbox"}],
    }


def test_expand_of_something_else_is_refused(client: SandboxClient) -> None:
    reply = client.graph("GET", "/applications?$expand=colours")
    assert reply.body["error"]["message"] == (
        "Parsing OData Select and Expand failed: Could not find a property named 'colours' on type "
        "'microsoft.graph.application'."
    )


def test_what_an_app_with_owned_by_makes_is_its_own(client: SandboxClient) -> None:
    set_roles(client, "Application.ReadWrite.OwnedBy", "Directory.Read.All")
    own = client.create("own")

    (owner,) = client.graph("GET", f"/applications/{own['id']}/owners").body["value"]
    client.graph("DELETE", f"/applications/{own['id']}/owners/{owner['id']}/$ref")
    refused = client.graph("PATCH", f"/applications/{own['id']}", {"notes": "n"})
    assert (owner["appId"], refused.status) == (client.ready.admin_client_id, 403)


def test_an_app_that_may_write_all_owns_nothing(client: SandboxClient) -> None:
    created = client.create("everybody's")
    assert client.graph("GET", f"/applications/{created['id']}/owners").body["value"] == []


def test_adding_an_owner_needs_to_see_the_directory_as_well(client: SandboxClient) -> None:
    path, owner = made(client, "applications", "unseen"), user_id(client)
    set_roles(client, "Application.ReadWrite.All")

    reply = client.graph("POST", f"{path}/owners/$ref", {"@odata.id": f"{OBJECT}{owner}"})
    assert reply.status == 403


def test_a_principal_of_an_unknown_application_is_foreign_to_owned_by(
    client: SandboxClient,
) -> None:
    set_roles(client, "Application.ReadWrite.OwnedBy")
    body = {"appId": "11111111-2222-3333-4444-555555555555"}

    reply = client.graph("POST", "/servicePrincipals", body)
    assert (reply.status, reply.code) == (403, "Authorization_RequestDenied")
    assert "must in the local tenant" in reply.body["error"]["message"]
