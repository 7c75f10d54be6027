"""OData as Graph takes it: `$search`, `$count`, `$orderby`, pages, and what is refused."""

import pytest

from tests.contract.sandbox_graph.client import SandboxClient

EVENTUAL = {"ConsistencyLevel": "eventual"}
SELECT = "Parsing OData Select and Expand failed: "


def names(client: SandboxClient, query: str) -> list[str]:
    """Return the names that an eventual query finds."""
    reply = client.graph("GET", f"/applications?$select=displayName&{query}", headers=EVENTUAL)
    assert reply.status == 200, reply.body
    return [item["displayName"] for item in reply.body["value"]]


def test_search_finds_the_beginnings_of_words(client: SandboxClient) -> None:
    client.create("Quarterly zebra-report")
    client.create("zebras at large")
    client.create("no such animal")

    assert names(client, '$search="displayName:zebra"') == [
        "Quarterly zebra-report",
        "zebras at large",
    ]
    assert names(client, '$search="displayName:zebra" AND "displayName:large"') == [
        "zebras at large"
    ]
    assert len(names(client, '$search="displayName:animal" OR "displayName:zebra"')) == 3


def test_search_needs_eventual_consistency(client: SandboxClient) -> None:
    reply = client.graph("GET", '/applications?$search="displayName:x"')
    assert reply.code == "Request_UnsupportedQuery"
    assert reply.body["error"]["message"] == (
        "Request with $search query parameter only works through MSGraph with a special request "
        "header: 'ConsistencyLevel: eventual'"
    )


@pytest.mark.parametrize("text", ["zebra", "displayName:zebra", '"notes:x"', '"colour:x"', ""])
def test_a_search_that_is_none_is_refused(client: SandboxClient, text: str) -> None:
    reply = client.graph("GET", f"/applications?$search={text}", headers=EVENTUAL)
    assert reply.status == 400


def test_the_count_is_plain_text(client: SandboxClient) -> None:
    client.create("Counted 1")
    client.create("Counted 2")
    path = "/applications/$count?$filter=startswith(displayName,'Counted')"

    target = f"/v1.0{path}".replace(" ", "%20")
    reply = client.raw("GET", target, None, EVENTUAL | {"Authorization": f"Bearer {client.token}"})
    assert (reply.status, reply.headers["content-type"]) == (200, "text/plain")
    part = {"id": "1", "method": "GET", "url": path, "headers": EVENTUAL}
    (answer,) = client.graph("POST", "/$batch", {"requests": [part]}).body["responses"]
    assert answer["body"] == "2"
    assert client.graph("GET", path).body["error"]["message"] == (
        "$count is not currently supported."
    )


def test_order_and_filter_together_need_eventual_consistency_and_the_count(
    client: SandboxClient,
) -> None:
    client.create("Sorted b")
    client.create("Sorted a")
    query = "$filter=startswith(displayName,'Sorted')&$orderby=displayName"

    assert client.graph("GET", f"/applications?{query}").code == "Request_UnsupportedQuery"
    assert names(client, f"{query}&$count=true") == ["Sorted a", "Sorted b"]
    assert names(client, f"{query} desc&$count=true") == ["Sorted b", "Sorted a"]


def test_the_count_stands_on_the_first_page_only(client: SandboxClient) -> None:
    client.create("on another page")

    first = client.graph("GET", "/applications?$count=true&$top=1", headers=EVENTUAL).body
    link = first["@odata.nextLink"].partition("/v1.0")[2]
    second = client.graph("GET", link, headers=EVENTUAL).body
    assert "@odata.count" in first
    assert "@odata.count" not in second


def test_pages_stand_still_while_others_write(client: SandboxClient) -> None:
    made = [client.create(f"Still {number}") for number in "bdf"]
    query = "$filter=startswith(displayName,'Still')&$orderby=displayName&$count=true&$top=2"

    first = client.graph("GET", f"/applications?{query}", headers=EVENTUAL).body
    client.create("Still a")
    client.graph("DELETE", f"/applications/{made[0]['id']}")
    link = first["@odata.nextLink"].partition("/v1.0")[2]
    rest = client.graph("GET", link, headers=EVENTUAL).body
    assert [item["displayName"] for item in first["value"]] == ["Still b", "Still d"]
    assert [item["displayName"] for item in rest["value"]] == ["Still f"]


@pytest.mark.parametrize("top", ["0", "1000", "-1", "many", "²"])
def test_a_page_has_a_size(client: SandboxClient, top: str) -> None:
    reply = client.graph("GET", f"/applications?$top={top.replace('²', '%C2%B2')}")
    assert reply.body["error"]["message"] == (
        f"Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive."
    )


@pytest.mark.parametrize("token", ["abc", "e30", "WzEs", "bnVsbA"])
def test_a_page_token_of_somebody_else_is_refused(client: SandboxClient, token: str) -> None:
    assert client.graph("GET", f"/applications?$skiptoken={token}").status == 400


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("$select=colour", f"{SELECT}Could not find a property named 'colour' on type {{type}}."),
        ("$orderby=colour", "Could not find a property named 'colour' on type {type}."),
        (
            "$filter=colour eq 'x'",
            "Invalid filter clause: Could not find a property named 'colour' on type {type}.",
        ),
        ("$skip=1", "The query parameter '$skip' is not supported."),
        ("$compute=1", "The query parameter '$compute' is not supported."),
    ],
)
def test_what_does_not_exist_is_named(client: SandboxClient, query: str, message: str) -> None:
    reply = client.graph("GET", f"/applications?{query}")
    assert reply.body["error"]["message"] == message.format(type="'microsoft.graph.application'")


def test_what_does_not_exist_is_named_in_an_empty_list_as_well(client: SandboxClient) -> None:
    reply = client.graph("GET", "/oauth2PermissionGrants?$filter=id eq 'x'&$select=colour")
    assert reply.status == 400


@pytest.mark.parametrize("path", ["/applications/", "/Applications", "//applications"])
def test_a_path_is_taken_as_it_comes(client: SandboxClient, path: str) -> None:
    assert client.graph("GET", path).status == 200


def test_a_key_may_hold_a_quote_and_a_slash(client: SandboxClient) -> None:
    paths = ["/users('o''brien%2Fx@contoso.com')", "/users/o'brien@contoso.com"]

    replies = [client.graph("GET", path) for path in paths]
    assert [reply.body["error"]["message"].partition(" does")[0] for reply in replies] == [
        "Resource 'o'brien/x@contoso.com'",
        "Resource 'o'brien@contoso.com'",
    ]


def test_an_alternate_key_has_its_syntax(client: SandboxClient) -> None:
    reply = client.graph("GET", "/applications(appId='mail')")
    assert reply.body["error"]["message"] == (
        "Invalid value specified for object reference property 'appId'. Please ensure that this "
        "value has an appropriate syntax and length."
    )
