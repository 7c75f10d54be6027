"""What goes wrong when it is told to, and that it can be told again."""

import pytest

from tests.contract.sandbox_graph.client import SandboxClient
from tests.contract.sandbox_graph.rules import PERSONAL, path_of, use


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
    path = f"{path_of(client.create('msa', **PERSONAL))}/addPassword"

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


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("plain", "Too many requests."),
        ("identifier", "category:aadgraph.app.tenant_large. Please try again later."),
        ("documented", "Please retry again later."),
    ],
)
def test_throttling_is_worded_in_three_ways_and_may_name_no_time(
    client: SandboxClient, wording: str, said: str
) -> None:
    use(client, {"fault": "throttled", "wording": wording, "retryAfter": None})

    reply = client.graph("GET", "/organization")
    assert reply.body["error"]["message"].endswith(said)
    assert "retry-after" not in reply.headers
    assert reply.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"


@pytest.mark.parametrize(
    ("fault", "status", "code", "token_code"),
    [
        ("throttled", 429, "TooManyRequests", 90055),
        ("internal-error", 500, "InternalServerError", 50000),
        ("unavailable", 503, "ServiceUnavailable", 90033),
        ("gateway-timeout", 504, "UnknownError", 90012),
    ],
)
def test_graph_and_the_token_endpoint_fail_each_in_its_own_words(
    client: SandboxClient, fault: str, status: int, code: str, token_code: int
) -> None:
    use(client, {"fault": fault})

    graph, token = client.graph("GET", "/organization"), client.token_reply("x", "y")
    assert (graph.status, graph.code) == (status, code)
    assert (token.status, token.body["error_codes"]) == (status, [token_code])
    assert f"AADSTS{token_code}: " in token.body["error_description"]


def test_a_gateway_answers_in_html(client: SandboxClient) -> None:
    use(client, {"fault": "bad-gateway"})

    reply = client.graph("GET", "/organization")
    assert (reply.status, reply.headers["content-type"], reply.body) == (502, "text/html", None)


def test_an_outage_may_name_its_end(client: SandboxClient) -> None:
    use(client, {"fault": "unavailable", "retryAfter": 1.5, "times": 1})

    assert client.graph("GET", "/organization").headers["retry-after"] == "1.5"


def test_a_gateway_gives_up_on_a_write_that_took_effect(client: SandboxClient) -> None:
    path = path_of(client.create("timed out"))
    use(client, {"fault": "gateway-timeout", "method": "PATCH"})

    assert client.graph("PATCH", path, {"displayName": "changed"}).status == 504
    assert client.graph("GET", path).body["displayName"] == "changed"


@pytest.mark.parametrize("status", [409, 400, 503])
def test_a_concurrency_violation_has_three_statuses(client: SandboxClient, status: int) -> None:
    use(client, {"fault": "concurrency", "status": status})

    reply = client.graph("GET", "/organization")
    assert (reply.status, reply.code) == (status, "Directory_ConcurrencyViolation")


@pytest.mark.parametrize(
    "path",
    [
        "/common/v2.0/.well-known/openid-configuration",
        "/common/discovery/v2.0/keys",
        "/common/discovery/instance",
    ],
)
def test_discovery_fails_when_a_rule_names_it(client: SandboxClient, path: str) -> None:
    use(client, {"fault": "unavailable", "path": path, "times": 1})

    replies = [client.raw("GET", path, None, {}) for _ in range(2)]
    assert (replies[0].status, replies[0].body["error"]) == (503, "temporarily_unavailable")
    assert replies[1].status != 503


def test_a_rule_is_about_one_client_at_graph_and_at_the_token_endpoint(
    client: SandboxClient,
) -> None:
    use(client, {"fault": "unavailable", "clientId": client.ready.admin_client_id})

    assert client.graph("GET", "/organization").status == 503
    assert client.token_reply(client.ready.admin_client_id, "x").status == 503
    assert client.token_reply("somebody else", "x").status == 400


def test_a_rule_begins_after_a_request(client: SandboxClient) -> None:
    after = {"method": "POST", "path": "/v1.0/applications"}
    use(client, {"fault": "unavailable", "path": "/v1.0/organization", "after": after})

    before = client.graph("GET", "/organization").status
    client.create("begun")
    assert (before, client.graph("GET", "/organization").status) == (200, 503)


def test_a_rule_is_added_while_others_go_on(client: SandboxClient) -> None:
    use(client, {"fault": "unavailable", "path": "/v1.0/organization", "times": 1})
    client.graph("GET", "/organization")

    reply = client.control("POST", "/faults", {"fault": "throttled", "path": "/v1.0/users"})
    assert [rule["struck"] for rule in reply.body["rules"]] == [1, 0]
    statuses = [client.graph("GET", path).status for path in ("/organization", "/users")]
    assert statuses == [200, 429]


def test_all_rules_are_taken_away(client: SandboxClient) -> None:
    use(client, {"fault": "unavailable"})

    assert client.control("DELETE", "/faults").body["rules"] == []
    assert client.graph("GET", "/organization").status == 200


def test_the_log_names_the_fault(client: SandboxClient) -> None:
    use(client, {"fault": "unavailable"})
    client.control("DELETE", "/requests")
    client.graph("GET", "/organization")

    (entry,) = client.control("GET", "/requests").body["requests"]
    assert (entry["status"], entry["fault"]) == (503, "unavailable")


def test_a_wrong_fault_document_is_refused(client: SandboxClient) -> None:
    reply = client.control("PUT", "/faults", {"version": 1, "rules": [{"fault": "gremlin"}]})
    assert reply.status == 400
    assert "unknown fault 'gremlin'" in reply.body["error"]


@pytest.mark.parametrize("body", [{"use": "all"}, {"use": "none", "rules": []}, {"use": []}])
def test_only_built_in_rules_are_used_by_name(client: SandboxClient, body: object) -> None:
    assert client.control("PUT", "/faults", body).status == 400


def test_a_wrong_rule_is_not_added(client: SandboxClient) -> None:
    reply = client.control("POST", "/faults", {"fault": "throttled", "chance": float("nan")})

    assert reply.status == 400
    assert reply.body["error"].startswith("fault rule: `chance` is a number from 0 to 1")
    assert client.control("GET", "/faults").body["rules"] == []
