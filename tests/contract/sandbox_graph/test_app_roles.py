"""`appRoleAssignments`: application permissions, granted and taken back."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from tests.contract.sandbox_graph.client import Reply, SandboxClient

MAIL_READ = "810c84a8-4a9e-49e6-bf7d-12d183f40d01"


class Worker:
    """An application with a secret and a service principal."""

    def __init__(self, client: SandboxClient) -> None:
        self.client = client
        created = client.create("worker", passwordCredentials=[{}])
        self.client_id = created["appId"]
        self.secret = created["passwordCredentials"][0]["secretText"]
        body = {"appId": self.client_id}
        self.id = client.graph("POST", "/servicePrincipals", body).body["id"]
        path = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id"
        self.graph_id = client.graph("GET", path).body["id"]

    def assigned(
        self, side: str = "appRoleAssignments", members: dict[str, object] | None = None
    ) -> Reply:
        """Ask for a role on Microsoft Graph."""
        body = {"principalId": self.id, "resourceId": self.graph_id, "appRoleId": MAIL_READ}
        owner = {"appRoleAssignments": self.id, "appRoleAssignedTo": self.graph_id}[side]
        return self.client.graph(
            "POST", f"/servicePrincipals/{owner}/{side}", body | (members or {})
        )

    def roles(self) -> list[str]:
        """Return the roles in the worker's own token."""
        token = self.client.token_for(self.client_id, self.secret)
        payload = token.split(".")[1]
        claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return list(claims.get("roles", []))


@pytest.fixture
def worker(client: SandboxClient) -> Worker:
    return Worker(client)


def test_a_role_that_is_granted_is_in_the_next_token(worker: Worker) -> None:
    before = worker.roles()
    assignment = worker.assigned()
    after = worker.roles()
    path = f"/servicePrincipals/{worker.id}/appRoleAssignments/{assignment.body['id']}"
    deleted = worker.client.graph("DELETE", path)

    assert (assignment.status, deleted.status) == (201, 204)
    assert (before, after, worker.roles()) == ([], ["Mail.Read"], [])


def test_an_assignment_describes_both_sides(worker: Worker) -> None:
    body = worker.assigned().body

    assert list(body) == [
        "@odata.context", "id", "deletedDateTime", "appRoleId", "createdDateTime",
        "principalDisplayName", "principalId", "principalType", "resourceDisplayName", "resourceId",
    ]  # fmt: skip
    assert (body["principalType"], body["resourceDisplayName"]) == (
        "ServicePrincipal",
        "Microsoft Graph",
    )
    assert body["@odata.context"] == (
        f"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('{worker.id}')"
        "/appRoleAssignments/$entity"
    )


def test_either_side_lists_the_assignment(worker: Worker) -> None:
    assignment = worker.assigned("appRoleAssignedTo").body

    by_client = worker.client.graph("GET", f"/servicePrincipals/{worker.id}/appRoleAssignments")
    by_resource = worker.client.graph(
        "GET", f"/servicePrincipals/{worker.graph_id}/appRoleAssignedTo"
    )
    assert by_client.headers["x-ms-resource-unit"] == "2"
    assert [item["id"] for item in by_client.body["value"]] == [assignment["id"]]
    assert assignment["id"] in [item["id"] for item in by_resource.body["value"]]


def test_a_role_is_granted_once(worker: Worker) -> None:
    worker.assigned()

    reply = worker.assigned()
    assert (reply.status, reply.body["error"]["message"]) == (
        400,
        "Permission being assigned already exists on the object",
    )


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"appRoleId": "11111111-2222-3333-4444-555555555555"}, 400),
        ({"appRoleId": "Mail.Read"}, 400),
        ({"resourceId": "11111111-2222-3333-4444-555555555555"}, 404),
        ({"principalId": "11111111-2222-3333-4444-555555555555"}, 400),
        ({"resourceId": None}, 400),
    ],
)
def test_a_role_that_cannot_be_is_refused(
    worker: Worker, members: dict[str, object], status: int
) -> None:
    assert worker.assigned(members=members).status == status


def test_deleting_the_principal_takes_its_roles_back(worker: Worker) -> None:
    assignment = worker.assigned().body
    worker.client.graph("DELETE", f"/servicePrincipals/{worker.id}")

    path = f"/servicePrincipals/{worker.graph_id}/appRoleAssignedTo/{assignment['id']}"
    assert worker.client.graph("GET", path).status == 404
