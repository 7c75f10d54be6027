"""Rules for the sandbox, and applications to try them on."""

from typing import Any

from tests.contract.sandbox_graph.client import SandboxClient

PERSONAL = {
    "signInAudience": "AzureADandPersonalMicrosoftAccount",
    "api": {"requestedAccessTokenVersion": 2},
}


def use(client: SandboxClient, *rules: dict[str, Any]) -> None:
    """Replace the rules."""
    reply = client.control("PUT", "/faults", {"version": 1, "rules": list(rules)})
    assert reply.status == 200, reply.body


def path_of(application: dict[str, Any]) -> str:
    """Return the path of an application."""
    return f"/applications/{application['id']}"
