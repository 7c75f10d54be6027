"""`federatedIdentityCredentials` of an application."""

import pytest

from tests.contract.sandbox_graph.client import Reply, SandboxClient

BODY = {
    "name": "github-main",
    "issuer": "https://token.actions.githubusercontent.com",
    "subject": "repo:contoso/mail:ref:refs/heads/main",
    "audiences": ["api://AzureADTokenExchange"],
}


@pytest.fixture
def path(client: SandboxClient) -> str:
    return f"/applications/{client.create('federated')['id']}/federatedIdentityCredentials"


def added(client: SandboxClient, path: str, **members: object) -> Reply:
    """Add a credential to an application."""
    return client.graph("POST", path, BODY | members)


def test_a_credential_is_created(client: SandboxClient, path: str) -> None:
    reply = added(client, path, description="main branch")

    object_id = path.split("/")[2]
    assert reply.status == 201
    assert reply.headers["location"] == (
        f"https://graph.microsoft.com/v2/{client.ready.tenant_id}/federatedIdentityCredentials/"
        f"{reply.body['id']}"
    )
    assert list(reply.body) == [
        "@odata.context", "id", "name", "issuer", "subject", "description", "audiences",
    ]  # fmt: skip
    assert reply.body["@odata.context"] == (
        f"https://graph.microsoft.com/v1.0/$metadata#applications('{object_id}')"
        "/federatedIdentityCredentials/$entity"
    )


@pytest.mark.parametrize(
    "key", ["/{id}", "/github-main", "('github-main')", "(name='GITHUB-main')"]
)
def test_every_key_finds_the_credential(client: SandboxClient, path: str, key: str) -> None:
    created = added(client, path).body

    reply = client.graph("GET", f"{path}{key.format(id=created['id'])}")
    assert (reply.status, reply.body["id"]) == (200, created["id"])


def test_credentials_are_listed(client: SandboxClient, path: str) -> None:
    created = added(client, path).body
    del created["@odata.context"]

    assert client.graph("GET", path).body["value"] == [created]


def test_a_credential_is_changed_and_deleted(client: SandboxClient, path: str) -> None:
    item = f"{path}/{added(client, path).body['id']}"

    changed = client.graph("PATCH", item, {"subject": "repo:contoso/mail:environment:live"})
    subject = client.graph("GET", item).body["subject"]
    deleted = client.graph("DELETE", item)
    assert (changed.status, deleted.status) == (204, 204)
    assert subject == "repo:contoso/mail:environment:live"
    assert client.graph("GET", item).status == 404


def test_a_name_never_changes(client: SandboxClient, path: str) -> None:
    item = f"{path}/{added(client, path).body['id']}"
    assert client.graph("PATCH", item, {"name": "other"}).status == 400


def test_an_upsert_creates_what_is_missing(client: SandboxClient, path: str) -> None:
    item, prefer = f"{path}(name='upserted')", {"Prefer": "create-if-missing"}
    body = {name: BODY[name] for name in ("issuer", "subject", "audiences")}

    first = client.graph("PATCH", item, body, prefer)
    second = client.graph("PATCH", item, {"description": "again"}, prefer)
    unasked = client.graph("PATCH", f"{path}(name='nobody')", body)
    assert (first.status, first.body["name"]) == (201, "upserted")
    assert (second.status, unasked.status) == (204, 404)


def test_a_name_is_given_once(client: SandboxClient, path: str) -> None:
    added(client, path)

    reply = added(client, path, subject="other")
    assert (reply.status, reply.code) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert reply.body["error"]["message"] == (
        "FederatedIdentityCredential with name github-main already exists."
    )


def test_issuer_and_subject_are_paired_once(client: SandboxClient, path: str) -> None:
    added(client, path)

    reply = added(client, path, name="other")
    assert (reply.status, reply.code) == (400, "InvalidFederatedIdentityCredentialValue")
    assert reply.body["error"]["message"].startswith(
        "The combination of issuer and subject must be unique for the application."
    )


def test_twenty_one_are_too_many(client: SandboxClient, path: str) -> None:
    replies = [added(client, path, name=f"n{n}", subject=f"s{n}").status for n in range(21)]
    assert replies == [201] * 20 + [400]


@pytest.mark.parametrize(
    "members",
    [
        {"name": "with space"},
        {"name": "n" * 121},
        {"name": None},
        {"issuer": "http://issuer.example"},
        {"issuer": "https://" + "i" * 600},
        {"subject": "s" * 601},
        {"subject": ""},
        {"description": "d" * 601},
        {"audiences": []},
        {"audiences": ["api://a", "api://b"]},
        {"audiences": "api://AzureADTokenExchange"},
        {"audiences": ["a" * 601]},
        {"colour": "blue"},
    ],
)
def test_what_cannot_be_is_refused(
    client: SandboxClient, path: str, members: dict[str, object]
) -> None:
    assert added(client, path, **members).status == 400
