"""Azure Resource Manager: what a sign-in with Azure CLI asks it, and nothing else."""

from tests.contract.sandbox_graph.client import Reply, SandboxClient

VERSIONED = "?api-version=2022-12-01"


def subscriptions(client: SandboxClient, token: str, query: str = VERSIONED) -> Reply:
    return client.raw("GET", f"/subscriptions{query}", None, {"Authorization": f"Bearer {token}"})


def test_there_are_no_subscriptions(client: SandboxClient) -> None:
    reply = subscriptions(client, client.token)
    assert (reply.status, reply.body) == (200, {"value": []})


def test_a_token_is_wanted(client: SandboxClient) -> None:
    reply = subscriptions(client, "nonsense")
    assert (reply.status, reply.code) == (401, "AuthenticationFailed")


def test_a_version_is_wanted(client: SandboxClient) -> None:
    reply = subscriptions(client, client.token, "")
    assert (reply.status, reply.code) == (400, "MissingApiVersionParameter")
