"""`delta`: what changed since a link was given."""

import pytest

from tests.contract.sandbox_graph.client import SandboxClient


def below_version(address: str) -> str:
    """Return the part of an address that `SandboxClient.graph` takes."""
    return address.partition("/v1.0")[2]


def deltalink(client: SandboxClient, path: str) -> str:
    """Follow a delta to its end and return the link for the next time."""
    body = client.graph("GET", path).body
    while "@odata.nextLink" in body:
        body = client.graph("GET", below_version(body["@odata.nextLink"])).body
    return below_version(body["@odata.deltaLink"])


@pytest.mark.parametrize(
    "entity_set", ["applications", "servicePrincipals", "oauth2PermissionGrants"]
)
def test_nothing_has_changed_at_first(client: SandboxClient, entity_set: str) -> None:
    body = client.graph("GET", deltalink(client, f"/{entity_set}/delta")).body

    assert (
        body["@odata.context"] == f"https://graph.microsoft.com/v1.0/$metadata#{entity_set}/$delta"
    )
    assert body["value"] == []


def test_what_is_new_changed_or_gone_is_told(client: SandboxClient) -> None:
    changed, gone = client.create("to change"), client.create("to go")
    link = deltalink(client, "/applications/delta()?$select=displayName,id")
    client.graph("PATCH", f"/applications/{changed['id']}", {"displayName": "changed"})
    client.graph("DELETE", f"/applications/{gone['id']}")
    new = client.create("new")

    body = client.graph("GET", link).body
    assert body["value"] == [
        {"id": changed["id"], "displayName": "changed"},
        {"id": new["id"], "displayName": "new"},
        {"id": gone["id"], "@removed": {"reason": "changed"}},
    ]
    assert client.graph("GET", below_version(body["@odata.deltaLink"])).body["value"] == []


def test_what_was_not_selected_is_no_news(client: SandboxClient) -> None:
    created = client.create("unnoticed")
    link = deltalink(client, "/applications/delta?$select=displayName")
    client.graph("PATCH", f"/applications/{created['id']}", {"notes": "n"})

    assert client.graph("GET", link).body["value"] == []


def test_the_latest_link_leaves_the_past_out(client: SandboxClient) -> None:
    client.create("past")
    body = client.graph("GET", "/applications/delta?$deltatoken=latest").body

    created = client.create("future")
    (told,) = client.graph("GET", below_version(body["@odata.deltaLink"])).body["value"]
    assert (body["value"], told["id"]) == ([], created["id"])


def test_a_delta_is_paged(client: SandboxClient) -> None:
    link = deltalink(client, "/applications/delta?$select=id")
    created = [client.create(f"paged {n}")["id"] for n in range(3)]

    first = client.graph("GET", f"{link}&$top=2").body
    rest = client.graph("GET", below_version(first["@odata.nextLink"])).body
    assert [item["id"] for item in first["value"] + rest["value"]] == created
    assert "@odata.deltaLink" not in first


def test_one_object_may_be_followed(client: SandboxClient) -> None:
    created = client.create("followed")
    path = f"/applications/delta?$filter=id eq '{created['id']}'&$select=id"

    assert client.graph("GET", path).body["value"] == [{"id": created["id"]}]


@pytest.mark.parametrize("query", ["$search=x", "$filter=displayName eq 'x'", "$count=true"])
def test_other_options_are_refused(client: SandboxClient, query: str) -> None:
    assert client.graph("GET", f"/applications/delta?{query}").status == 400


def test_a_link_that_nobody_gave_has_expired(client: SandboxClient) -> None:
    assert client.graph("GET", "/applications/delta?$deltatoken=abc").status == 410
