"""What goes wrong when it is told to, and that it can be told again."""

from http.client import RemoteDisconnected
from typing import Any

import pytest

from tests.contract.sandbox_graph.client import SandboxClient


def use(client: SandboxClient, *rules: dict[str, Any]) -> None:
    """Replace the rules."""
    reply = client.control("PUT", "/faults", {"version": 1, "rules": list(rules)})
    assert reply.status == 200, reply.body


def test_a_fresh_application_is_hidden_for_a_while(client: SandboxClient) -> None:
    use(client, {"fault": "hidden-object", "requests": [2, 2]})
    created = client.create("hidden")

    statuses = [client.graph("GET", f"/applications/{created['id']}").status for _ in range(3)]
    assert statuses == [404, 404, 200]


def test_a_principal_of_a_hidden_application_is_refused(client: SandboxClient) -> None:
    use(client, {"fault": "hidden-object", "requests": [1, 1]})
    body = {"appId": client.create("backing")["appId"]}

    replies = [client.graph("POST", "/servicePrincipals", body) for _ in range(2)]
    assert [reply.status for reply in replies] == [400, 201]
    assert replies[0].body["error"]["details"][0]["code"] == "NoBackingApplicationObject"


def test_a_hidden_application_is_missing_from_lists(client: SandboxClient) -> None:
    use(client, {"fault": "hidden-object", "requests": [1, 1]})
    path = f"/applications?$filter=appId eq '{client.create('listed')['appId']}'"

    assert [len(client.graph("GET", path).body["value"]) for _ in range(2)] == [0, 1]


def test_a_personal_application_is_missing_on_the_other_side(client: SandboxClient) -> None:
    use(client, {"fault": "msa-missing", "requests": [1, 1]})
    created = client.create(
        "msa",
        signInAudience="AzureADandPersonalMicrosoftAccount",
        api={"requestedAccessTokenVersion": 2},
    )
    path = f"/applications/{created['id']}/addPassword"

    replies = [client.graph("POST", path, {}) for _ in range(2)]
    assert [reply.status for reply in replies] == [409, 200]
    assert replies[0].code == "Error_MsaAppDoesNotExist"


def test_throttling_names_a_fraction_of_a_second(client: SandboxClient) -> None:
    use(client, {"fault": "throttled", "times": 1, "retryAfter": 0.25})

    replies = [client.graph("GET", "/organization") for _ in range(2)]
    assert [reply.status for reply in replies] == [429, 200]
    assert replies[0].code == "TooManyRequests"
    assert replies[0].headers["retry-after"] == "0.25"
    assert (
        replies[0].headers["request-id"] == (replies[0].body["error"]["innerError"]["request-id"])
    )


def test_a_part_of_a_batch_is_throttled_by_itself(client: SandboxClient) -> None:
    use(client, {"fault": "throttled", "path": "/v1.0/organization", "retryAfter": 0.1})
    requests = [
        {"id": "1", "method": "GET", "url": "/organization"},
        {"id": "2", "method": "GET", "url": "/users"},
    ]

    reply = client.graph("POST", "/$batch", {"requests": requests})
    found = {response["id"]: response for response in reply.body["responses"]}
    assert (reply.status, found["1"]["status"], found["2"]["status"]) == (200, 429, 200)
    assert found["1"]["headers"]["Retry-After"] == "0.1"


def test_a_dropped_write_took_effect(client: SandboxClient) -> None:
    use(client, {"fault": "dropped", "method": "POST", "path": "/v1.0/applications"})
    body = {"displayName": "dropped", "uniqueName": "dropped-1"}

    with pytest.raises(RemoteDisconnected):
        client.graph("POST", "/applications", body)
    client.close()
    assert client.graph("GET", "/applications(uniqueName='dropped-1')").status == 200


def test_a_concurrency_violation_changes_nothing(client: SandboxClient) -> None:
    created = client.create("concurrent")
    path = f"/applications/{created['id']}"
    use(client, {"fault": "concurrency", "method": "PATCH", "times": 1})

    reply = client.graph("PATCH", path, {"displayName": "changed"})
    assert (reply.status, reply.code) == (409, "Directory_ConcurrencyViolation")
    assert client.graph("GET", path).body["displayName"] == "concurrent"


def test_the_token_endpoint_answers_faults_in_its_own_words(client: SandboxClient) -> None:
    use(client, {"fault": "unavailable", "path": "*/oauth2/v2.0/token", "times": 1})

    reply = client.raw("POST", f"/{client.ready.tenant_id}/oauth2/v2.0/token", b"", {})
    assert (reply.status, reply.body["error"]) == (503, "temporarily_unavailable")


def test_skipped_requests_go_through(client: SandboxClient) -> None:
    use(client, {"fault": "unavailable", "path": "/v1.0/organization", "skip": 2, "times": 1})

    statuses = [client.graph("GET", "/organization").status for _ in range(4)]
    assert statuses == [200, 200, 503, 200]


def test_the_same_rules_strike_the_same_requests(client: SandboxClient) -> None:
    rule = {"fault": "unavailable", "chance": 0.5}

    def statuses() -> list[int]:
        use(client, rule)
        return [client.graph("GET", "/organization").status for _ in range(12)]

    first = statuses()
    assert set(first) == {200, 503}
    assert statuses() == first


def test_a_wrong_fault_document_is_refused(client: SandboxClient) -> None:
    reply = client.control("PUT", "/faults", {"version": 1, "rules": [{"fault": "gremlin"}]})
    assert reply.status == 400
    assert "unknown fault 'gremlin'" in reply.body["error"]
