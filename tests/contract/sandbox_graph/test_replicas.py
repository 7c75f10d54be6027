"""Replicas: what one of them knows, another may not know yet."""

import pytest

from tests.contract.sandbox_graph.client import SandboxClient
from tests.contract.sandbox_graph.rules import path_of, use

FLAPPING = {"fault": "hidden-object", "requests": [1, 6], "replicas": 4}
STALE = {"fault": "stale-object", "requests": [2, 2]}


def names(client: SandboxClient, path: str, count: int = 3) -> list[str]:
    """Return the display name that each of some reads finds."""
    return [client.graph("GET", path).body["displayName"] for _ in range(count)]


def with_secret(client: SandboxClient, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return an application that can sign in, and its secret."""
    application = client.create(name)
    client.graph("POST", "/servicePrincipals", {"appId": application["appId"]})
    reply = client.graph("POST", f"{path_of(application)}/addPassword", {})
    return application, reply.body


def signs_in(client: SandboxClient, application: dict[str, str], secret: dict[str, str]) -> bool:
    """Tell whether the token endpoint takes the secret."""
    return client.has_token(application["appId"], secret["secretText"])


def test_a_first_success_can_be_followed_by_404(client: SandboxClient) -> None:
    use(client, FLAPPING)
    path = path_of(client.create("flapping"))

    statuses = [client.graph("GET", path).status for _ in range(60)]
    found = statuses.index(200)
    assert 404 in statuses[found:]
    assert set(statuses[-5:]) == {200}


def test_an_old_version_comes_back_after_a_patch(client: SandboxClient) -> None:
    path = path_of(client.create("before"))
    use(client, STALE)
    client.graph("PATCH", path, {"displayName": "after"})

    assert names(client, path) == ["before", "before", "after"]


def test_a_list_lags_as_its_objects_do(client: SandboxClient) -> None:
    created = client.create("listed before")
    use(client, STALE)
    client.graph("PATCH", path_of(created), {"displayName": "listed after"})
    path = f"/applications?$filter=appId eq '{created['appId']}'"

    found = [client.graph("GET", path).body["value"][0]["displayName"] for _ in range(3)]
    assert found == ["listed before", "listed before", "listed after"]
    by_name = "/applications?$filter=displayName eq 'listed before'"
    assert client.graph("GET", by_name).body["value"] == []


def test_changes_arrive_in_their_order(client: SandboxClient) -> None:
    path = path_of(client.create("one"))
    use(client, STALE)
    client.graph("PATCH", path, {"displayName": "two"})
    client.graph("GET", path)
    client.graph("PATCH", path, {"displayName": "three"})

    assert names(client, path) == ["one", "two", "three"]


def test_a_removed_application_is_still_there(client: SandboxClient) -> None:
    path = path_of(client.create("removed"))
    use(client, STALE)
    client.graph("DELETE", path)

    assert [client.graph("GET", path).status for _ in range(3)] == [200, 200, 404]


def test_a_write_to_what_is_gone_is_refused_at_once(client: SandboxClient) -> None:
    path = path_of(client.create("gone"))
    use(client, STALE)
    client.graph("DELETE", path)

    assert client.graph("PATCH", path, {"displayName": "x"}).status == 404


def test_a_new_secret_is_not_listed_and_works_already(client: SandboxClient) -> None:
    application = client.create("secret first")
    client.graph("POST", "/servicePrincipals", {"appId": application["appId"]})
    use(client, STALE)
    secret = client.graph("POST", f"{path_of(application)}/addPassword", {}).body

    assert signs_in(client, application, secret)
    assert client.graph("GET", path_of(application)).body["passwordCredentials"] == []


def test_a_new_secret_is_listed_and_does_not_work_yet(client: SandboxClient) -> None:
    use(client, {"fault": "refused-secret", "requests": [1, 1]})
    application, secret = with_secret(client, "listed first")

    held = client.graph("GET", path_of(application)).body["passwordCredentials"]
    assert [credential["keyId"] for credential in held] == [secret["keyId"]]
    assert [signs_in(client, application, secret) for _ in range(2)] == [False, True]


@pytest.mark.parametrize(
    ("fault", "code"), [("unknown-application", 700016), ("refused-secret", 7000215)]
)
def test_the_token_endpoint_forgets_what_it_knew(
    client: SandboxClient, fault: str, code: int
) -> None:
    use(client, {"fault": fault, "requests": [1, 6], "replicas": 4})
    application, secret = with_secret(client, "unknown")

    sent = (application["appId"], secret["secretText"])
    codes = [client.token_reply(*sent).body.get("error_codes") for _ in range(60)]
    assert [code] in codes[codes.index(None) :]
    assert set(map(str, codes[-5:])) == {"None"}


def test_a_removed_secret_works_for_a_while(client: SandboxClient) -> None:
    application, secret = with_secret(client, "lingering")
    use(client, {"fault": "lingering-secret", "requests": [2, 2]})
    client.graph("POST", f"{path_of(application)}/removePassword", {"keyId": secret["keyId"]})

    assert [signs_in(client, application, secret) for _ in range(3)] == [True, True, False]


def test_a_new_grant_is_missing_and_its_repetition_a_conflict(client: SandboxClient) -> None:
    principal = client.graph(
        "POST", "/servicePrincipals", {"appId": client.create("granted")["appId"]}
    ).body
    graph = client.graph("GET", "/servicePrincipals?$filter=displayName eq 'Microsoft Graph'").body[
        "value"
    ][0]
    use(client, STALE)
    body = {
        "clientId": principal["id"],
        "consentType": "AllPrincipals",
        "resourceId": graph["id"],
        "scope": "Mail.Read",
    }
    created = client.graph("POST", "/oauth2PermissionGrants", body)
    path = f"/servicePrincipals/{principal['id']}/oauth2PermissionGrants"

    seen = [len(client.graph("GET", path).body["value"]) for _ in range(3)]
    assert (created.status, seen) == (201, [0, 0, 1])
    assert client.graph("POST", "/oauth2PermissionGrants", body).status == 409


def test_a_grant_of_a_hidden_principal_is_refused(client: SandboxClient) -> None:
    application = client.create("grantee")
    principal = client.graph("POST", "/servicePrincipals", {"appId": application["appId"]}).body
    use(client, {"fault": "hidden-object", "requests": [1, 1]})
    parties = {"clientId": principal["id"], "resourceId": principal["id"]}
    body = {**parties, "consentType": "AllPrincipals", "scope": "x"}

    replies = [client.graph("POST", "/oauth2PermissionGrants", body) for _ in range(2)]
    assert [reply.status for reply in replies] == [404, 201]
    assert replies[0].code == "Request_ResourceNotFound"


def test_an_owner_of_its_own_applications_hears_that_the_backing_one_is_elsewhere(
    client: SandboxClient,
) -> None:
    roles = {"roles": ["Application.ReadWrite.OwnedBy"]}
    client.control("POST", f"/applications/{client.ready.admin_client_id}/roles", roles)
    client.sign_in()
    use(client, {"fault": "hidden-object", "requests": [1, 1]})
    body = {"appId": client.create("owned")["appId"]}

    replies = [client.graph("POST", "/servicePrincipals", body) for _ in range(2)]
    assert [reply.status for reply in replies] == [403, 201]
    assert replies[0].code == "Authorization_RequestDenied"
    assert "must in the local tenant" in replies[0].body["error"]["message"]
