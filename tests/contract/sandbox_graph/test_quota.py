"""Quotas on the sandbox's clock, as Graph counts and tells them."""

from tests.contract.sandbox_graph.client import SandboxClient
from tests.contract.sandbox_graph.rules import PERSONAL, path_of, use

HEADER = "x-ms-throttle-limit-percentage"


def test_resource_units_are_spent_in_a_window(client: SandboxClient) -> None:
    use(client, {"fault": "quota", "resourceUnits": 5, "window": 1000})

    replies = [client.graph("GET", "/organization") for _ in range(6)]
    assert [reply.status for reply in replies] == [200] * 5 + [429]
    assert [reply.headers.get(HEADER) for reply in replies[2:]] == [None, "0.8", "1", "1.2"]
    refused = replies[-1].headers
    assert 990 < float(refused["retry-after"]) <= 1000
    assert refused["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert refused["x-ms-throttle-scope"] == (
        f"Tenant_Application/ReadWrite/{client.ready.admin_client_id}/{client.ready.tenant_id}"
    )


def test_a_window_ends_on_the_sandboxs_clock(client: SandboxClient) -> None:
    use(client, {"fault": "quota", "resourceUnits": 1, "window": 1000})

    statuses = [client.graph("GET", "/organization").status for _ in range(2)]
    client.control("POST", "/clock", {"advance": 1000})
    assert [*statuses, client.graph("GET", "/organization").status] == [200, 429, 200]


def test_a_list_costs_what_its_answer_says(client: SandboxClient) -> None:
    use(client, {"fault": "quota", "resourceUnits": 4, "window": 1000})

    replies = [client.graph("GET", "/applications") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert {reply.headers["x-ms-resource-unit"] for reply in replies[:2]} == {"2"}


def test_writes_have_a_budget_of_their_own(client: SandboxClient) -> None:
    path = path_of(client.create("written"))
    use(client, {"fault": "quota", "writes": 1, "writeWindow": 1000})

    replies = [client.graph("PATCH", path, {"displayName": "x"}) for _ in range(2)]
    assert [reply.status for reply in replies] == [204, 429]
    assert replies[1].headers["x-ms-throttle-information"] == "WriteLimitExceeded"
    assert client.graph("GET", path).status == 200


def test_applications_for_personal_accounts_take_fewer_writes(client: SandboxClient) -> None:
    personal, work = path_of(client.create("p", **PERSONAL)), path_of(client.create("w"))
    use(client, {"fault": "quota", "personalWrites": 1})

    paths = [personal, personal, work]
    statuses = [client.graph("PATCH", path, {"displayName": "x"}).status for path in paths]
    assert statuses == [204, 429, 204]


def test_each_client_has_its_own_budget(client: SandboxClient) -> None:
    application = client.create("other")
    client.graph("POST", "/servicePrincipals", {"appId": application["appId"]})
    secret = client.graph("POST", f"{path_of(application)}/addPassword", {}).body["secretText"]
    other = client.token_for(application["appId"], secret)
    use(client, {"fault": "quota", "resourceUnits": 1, "window": 1000})

    spent = [client.graph("GET", "/organization").status for _ in range(2)]
    theirs = client.graph("GET", "/organization", None, {"Authorization": f"Bearer {other}"})
    assert (spent, theirs.status) == ([200, 429], 403)


def test_a_budget_ends_in_the_middle_of_a_batch(client: SandboxClient) -> None:
    use(client, {"fault": "quota", "resourceUnits": 2, "window": 1000})
    requests = [{"id": str(n), "method": "GET", "url": "/organization"} for n in range(3)]

    reply = client.graph("POST", "/$batch", {"requests": requests})
    found = {part["id"]: part for part in reply.body["responses"]}
    assert (reply.status, [found[str(n)]["status"] for n in range(3)]) == (200, [200, 200, 429])
    assert float(found["2"]["headers"]["Retry-After"]) > 990


def test_a_quota_may_keep_silent_about_time(client: SandboxClient) -> None:
    rule = {"fault": "quota", "resourceUnits": 1, "silent": True, "wording": "documented"}
    use(client, rule)

    reply = [client.graph("GET", "/organization") for _ in range(2)][1]
    assert (reply.status, reply.headers.get("retry-after")) == (429, None)
    assert reply.body["error"]["innerError"]["message"] == "Please retry after"


def test_the_counts_tell_who_was_turned_away(client: SandboxClient) -> None:
    use(client, {"fault": "quota", "resourceUnits": 1})
    [client.graph("GET", "/organization") for _ in range(3)]

    (rule,) = client.control("GET", "/faults").body["rules"]
    assert (rule["seen"], rule["struck"]) == (3, 2)
