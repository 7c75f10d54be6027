"""`POST /$batch`."""

from typing import Any

import pytest

from tests.contract.sandbox_graph.client import SandboxClient


def batched(client: SandboxClient, *requests: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Send a batch and return its responses by id."""
    reply = client.graph("POST", "/$batch", {"requests": list(requests)})
    assert reply.status == 200, reply.body
    return {response["id"]: response for response in reply.body["responses"]}


def get(request_id: str, url: str, **members: object) -> dict[str, Any]:
    """Return one read of a batch."""
    return {"id": request_id, "method": "GET", "url": url, **members}


def test_parts_succeed_and_fail_by_themselves(client: SandboxClient) -> None:
    responses = batched(client, get("1", "/organization"), get("2", "/applications/none"))

    assert (responses["1"]["status"], responses["2"]["status"]) == (200, 404)
    assert responses["2"]["body"]["error"]["code"] == "Request_ResourceNotFound"


def test_responses_keep_no_order(client: SandboxClient) -> None:
    requests = [get("1", "/organization"), get("2", "/organization")]

    reply = client.graph("POST", "/$batch", {"requests": requests})
    assert [response["id"] for response in reply.body["responses"]] == ["2", "1"]


def test_a_failed_dependency_is_424(client: SandboxClient) -> None:
    responses = batched(
        client,
        get("1", "/applications/none"),
        get("2", "/organization", dependsOn=["1"]),
        get("3", "organization"),
    )

    assert [responses[key]["status"] for key in ("1", "2", "3")] == [404, 424, 200]


def test_a_body_needs_its_content_type(client: SandboxClient) -> None:
    create = {"id": "7", "method": "POST", "url": "/applications", "body": {"displayName": "b"}}
    typed = create | {"headers": {"Content-Type": "application/json"}}

    refused = client.graph("POST", "/$batch", {"requests": [create]})
    assert refused.body["error"]["message"] == (
        "Write request id : 7 does not contain Content-Type header or body."
    )
    assert batched(client, typed)["7"]["status"] == 201


def test_a_part_may_bring_a_token_of_its_own(client: SandboxClient) -> None:
    responses = batched(
        client, get("1", "/organization", headers={"Authorization": "Bearer nonsense"})
    )
    assert responses["1"]["status"] == 401


def test_twenty_one_parts_are_too_many(client: SandboxClient) -> None:
    requests = [get(str(number), "/organization") for number in range(21)]

    assert client.graph("POST", "/$batch", {"requests": requests}).status == 400


def test_a_batch_in_a_batch_is_refused(client: SandboxClient) -> None:
    assert batched(client, get("1", "/$batch"))["1"]["status"] == 400


def test_a_circle_of_dependencies_is_refused(client: SandboxClient) -> None:
    requests = [
        get("1", "/organization", dependsOn=["2"]),
        get("2", "/organization", dependsOn=["1"]),
    ]

    assert client.graph("POST", "/$batch", {"requests": requests}).status == 400


def test_the_log_nests_the_parts(client: SandboxClient) -> None:
    client.control("DELETE", "/requests")
    batched(client, get("1", "/organization"), get("2", "/applications/none"))

    (entry,) = client.control("GET", "/requests").body["requests"]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v1.0/$batch", 200)
    assert [(part["path"], part["status"]) for part in entry["requests"]] == [
        ("/v1.0/organization", 200),
        ("/v1.0/applications/none", 404),
    ]


def test_a_dependency_stands_before_what_needs_it(client: SandboxClient) -> None:
    requests = [get("1", "/organization", dependsOn=["2"]), get("2", "/organization")]

    reply = client.graph("POST", "/$batch", {"requests": requests})
    assert (reply.status, reply.code) == (400, "BadRequest")


def test_each_part_has_headers_of_its_own(client: SandboxClient) -> None:
    prefer = {"Prefer": "create-if-missing", "Content-Type": "application/json"}
    responses = batched(
        client,
        {
            "id": "1",
            "method": "PATCH",
            "url": "applications(uniqueName='batch-upsert')",
            "body": {"displayName": "batch upsert"},
            "headers": prefer,
        },
        get("2", "/applications/$count", headers={"ConsistencyLevel": "eventual"}),
        get("3", "/applications/$count"),
    )

    assert [responses[key]["status"] for key in ("1", "2", "3")] == [201, 200, 400]
    assert responses["2"]["body"].isdecimal()


@pytest.mark.parametrize(
    "part",
    [
        "GET /organization",
        {"method": "GET", "url": "/organization"},
        {"id": "1", "method": "GET"},
        {"id": "1", "method": "BREW", "url": "/organization"},
        {"id": "1", "method": "GET", "url": ["/organization"]},
        {"id": "1", "method": "GET", "url": "/organization", "headers": "none"},
        {"id": "1", "method": "GET", "url": "/organization", "dependsOn": "2"},
    ],
)
def test_a_part_that_is_no_request_spoils_the_batch(client: SandboxClient, part: object) -> None:
    reply = client.graph("POST", "/$batch", {"requests": [get("0", "/organization"), part]})
    assert (reply.status, reply.body["error"]["message"]) == (400, "Invalid batch payload format.")


def test_an_address_elsewhere_is_refused_for_its_part(client: SandboxClient) -> None:
    responses = batched(client, get("1", "https://example.org/me"), get("2", "/organization"))
    assert (responses["1"]["status"], responses["2"]["status"]) == (400, 200)


def test_a_part_may_not_ask_beta(client: SandboxClient) -> None:
    assert batched(client, get("1", "/beta/applications"))["1"]["status"] == 400
