"""Another administrator writes between two requests, and a lost update shows."""

from typing import Any

import pytest

from tests.contract.sandbox_graph.client import SandboxClient
from tests.contract.sandbox_graph.rules import path_of, use


def foreign(*writes: str, **members: object) -> dict[str, object]:
    return {"fault": "foreign-write", "write": list(writes), "times": 1, **members}


def redirects(application: dict[str, Any]) -> list[str]:
    return list(application["web"]["redirectUris"])


def test_a_client_that_read_before_loses_what_the_other_wrote(client: SandboxClient) -> None:
    path = path_of(client.create("lost update"))
    use(client, foreign("adds-redirect", method="PATCH"))
    read = redirects(client.graph("GET", path).body)
    body = {"web": {"redirectUris": [*read, "https://mine.example/"]}}

    assert client.graph("PATCH", path, body).status == 204
    assert redirects(client.graph("GET", path).body) == ["https://mine.example/"]


def test_a_client_that_reads_after_sees_what_the_other_wrote(client: SandboxClient) -> None:
    path = path_of(client.create("seen update"))
    use(client, foreign("adds-redirect", method="GET"))

    assert redirects(client.graph("GET", path).body) == ["https://elsewhere.example/1"]


@pytest.mark.parametrize(
    ("write", "member", "value"),
    [
        ("changes-audience", "signInAudience", "AzureADMultipleOrgs"),
        ("renames", "displayName", "Somebody else"),
    ],
)
def test_the_other_changes_a_member(
    client: SandboxClient, write: str, member: str, value: str
) -> None:
    created = client.create("changed", signInAudience="AzureADMyOrg")
    use(client, foreign(write))

    path = f"/applications(appId='{created['appId']}')"
    assert client.graph("GET", path).body[member] == value


def test_the_other_adds_and_removes_secrets(client: SandboxClient) -> None:
    path = path_of(client.create("secrets"))

    def held(write: str) -> list[str]:
        use(client, foreign(write))
        found = client.graph("GET", path).body["passwordCredentials"]
        return [credential["displayName"] for credential in found]

    assert held("adds-secret") == ["Somebody else"]
    assert held("removes-secret") == []


def test_the_other_widens_a_consent(client: SandboxClient) -> None:
    application = client.create("widened")
    principal = client.graph("POST", "/servicePrincipals", {"appId": application["appId"]}).body
    parties = {"clientId": principal["id"], "resourceId": principal["id"]}
    body = {**parties, "consentType": "AllPrincipals", "scope": "Mail.Read"}
    grant = client.graph("POST", "/oauth2PermissionGrants", body).body
    use(client, foreign("adds-grant-scope"))

    reply = client.graph("GET", f"/oauth2PermissionGrants/{grant['id']}")
    assert reply.body["scope"] == "Mail.Read Calendars.Read"


def test_the_other_means_the_newest_application_where_a_path_names_none(
    client: SandboxClient,
) -> None:
    path = path_of(client.create("newest"))
    use(client, foreign("renames", path="/v1.0/organization"))

    client.graph("GET", "/organization")
    assert client.graph("GET", path).body["displayName"] == "Somebody else"


def test_what_the_other_wrote_is_replicated_like_anything_else(client: SandboxClient) -> None:
    path = path_of(client.create("late"))
    use(client, foreign("renames"), {"fault": "stale-object", "requests": 1})

    names = [client.graph("GET", path).body["displayName"] for _ in range(2)]
    assert names == ["late", "Somebody else"]
