"""Users, and directory objects by their ids alone."""

from typing import Any

import pytest

from tests.contract.sandbox_graph.client import SandboxClient

NOBODY = "11111111-2222-3333-4444-555555555555"
USER: dict[str, Any] = {
    "accountEnabled": True,
    "displayName": "New person",
    "mailNickname": "new",
    "passwordProfile": {"forceChangePasswordNextSignIn": True, "password": "not-a-real-one-1"},
}


def test_ids_of_every_type_are_looked_up_at_once(client: SandboxClient) -> None:
    application = client.create("looked up")
    principal = client.graph("POST", "/servicePrincipals", {"appId": application["appId"]}).body
    user = client.graph("GET", "/users/alex@contoso.com").body
    ids = [user["id"], NOBODY, principal["id"], application["id"]]

    reply = client.graph("POST", "/directoryObjects/getByIds", {"ids": ids})
    assert reply.headers["x-ms-resource-unit"] == "3"
    assert reply.headers["location"] == "https://graph.microsoft.com"
    assert [item["@odata.type"] for item in reply.body["value"]] == [
        "#microsoft.graph.user",
        "#microsoft.graph.servicePrincipal",
        "#microsoft.graph.application",
    ]


def test_a_look_up_may_be_narrowed_to_types(client: SandboxClient) -> None:
    application = client.create("narrowed")
    user = client.graph("GET", "/users/alex@contoso.com").body
    body = {"ids": [user["id"], application["id"]], "types": ["user", "group"]}

    (found,) = client.graph("POST", "/directoryObjects/getByIds", body).body["value"]
    assert found["id"] == user["id"]


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": "all"}, {"ids": ["a"], "types": "user"}])
def test_a_look_up_of_nothing_is_refused(client: SandboxClient, body: dict[str, object]) -> None:
    assert client.graph("POST", "/directoryObjects/getByIds", body).status == 400


def test_an_object_tells_its_type(client: SandboxClient) -> None:
    application = client.create("typed")

    body = client.graph("GET", f"/directoryObjects/{application['id']}").body
    assert (body["@odata.type"], body["displayName"]) == ("#microsoft.graph.application", "typed")
    assert client.graph("GET", f"/directoryObjects/{NOBODY}").status == 404


@pytest.mark.parametrize("path", ["/users('alex@contoso.com')", "/users/alex%40contoso.com"])
def test_a_user_is_found_however_the_name_is_spelt(client: SandboxClient, path: str) -> None:
    assert client.graph("GET", path).body["displayName"] == "Alex Wilber"


def test_a_user_is_made_changed_and_deleted(client: SandboxClient) -> None:
    name = "o'new@fabrikam.onmicrosoft.com"  # as recordings of another tenant have it

    made = client.graph("POST", "/users", USER | {"userPrincipalName": name})
    path = f"/users/{made.body['id']}"
    changed = client.graph("PATCH", path, {"displayName": "Renamed", "accountEnabled": False})
    shown = client.graph("GET", f"/users/{name}").body
    deleted = client.graph("DELETE", path)

    assert (made.status, changed.status, deleted.status) == (201, 204, 204)
    assert made.headers["location"].endswith("/Microsoft.DirectoryServices.User")
    assert list(made.body)[1] == "id"
    assert (shown["displayName"], shown["mail"], list(shown)[-1]) == ("Renamed", None, "id")
    assert client.graph("GET", path).status == 404


def test_a_new_user_brings_the_organization_no_domain(client: SandboxClient) -> None:
    name = "elsewhere@fabrikam.onmicrosoft.com"
    made = client.graph("POST", "/users", USER | {"userPrincipalName": name})

    domains = [domain["id"] for domain in client.graph("GET", "/domains").body["value"]]
    client.graph("DELETE", f"/users/{made.body['id']}")
    assert (made.body["givenName"], domains) == (None, ["contoso.onmicrosoft.com", "contoso.com"])


def test_a_deleted_user_comes_back_from_the_bin(client: SandboxClient) -> None:
    body = USER | {"userPrincipalName": "binned@contoso.com"}
    made = client.graph("POST", "/users", body).body
    client.graph("DELETE", f"/users/{made['id']}")

    binned = client.graph("GET", "/directory/deletedItems/microsoft.graph.user").body["value"]
    restored = client.graph("POST", f"/directory/deletedItems/{made['id']}/restore")
    assert made["id"] in [item["id"] for item in binned]
    assert restored.status == 200
    assert client.graph("GET", "/users/binned@contoso.com").body["id"] == made["id"]


@pytest.mark.parametrize(
    "members",
    [
        {"userPrincipalName": "new@example.org"},
        {"userPrincipalName": "alex@contoso.com"},
        {"userPrincipalName": None},
        {"userPrincipalName": "a@contoso.com", "passwordProfile": {}},
        {"userPrincipalName": "a@contoso.com", "accountEnabled": "yes"},
        {"userPrincipalName": "a@contoso.com", "colour": "blue"},
    ],
)
def test_a_user_that_cannot_be_is_refused(
    client: SandboxClient, members: dict[str, object]
) -> None:
    assert client.graph("POST", "/users", USER | members).status == 400


def test_a_user_is_in_no_group(client: SandboxClient) -> None:
    reply = client.graph("POST", "/users/alex@contoso.com/getMemberGroups", {})

    assert reply.headers["x-ms-resource-unit"] == "2"
    assert reply.body == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)",
        "value": [],
    }


def test_groups_are_another_world(client: SandboxClient) -> None:
    assert client.graph("GET", "/groups").status == 400


def test_the_domains_are_those_of_the_organization(client: SandboxClient) -> None:
    domains = client.graph("GET", "/domains").body["value"]
    assert {domain["id"]: domain["isInitial"] for domain in domains} == {
        "contoso.onmicrosoft.com": True,
        "contoso.com": False,
    }
