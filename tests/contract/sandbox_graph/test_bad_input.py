"""What no client should send gets Graph's refusal, and the sandbox goes on."""

import pytest

from tests.contract.sandbox_graph.client import SandboxClient


@pytest.mark.parametrize(
    "members",
    [
        {"tags": [1]},
        {"passwordCredentials": 5},
        {"keyCredentials": [None]},
        {"identifierUris": [None]},
        {"api": {"oauth2PermissionScopes": [1]}},
        {"api": {"oauth2PermissionScopes": [{"value": 5}]}},
        {"api": {"preAuthorizedApplications": [1]}},
        {"web": {"implicitGrantSettings": 5}},
        {"web": {"redirectUriSettings": [{}]}},
        {"optionalClaims": {"accessToken": [{}]}},
        {"appRoles": ["reader"]},
    ],
)
def test_an_application_of_odd_parts_is_refused(
    client: SandboxClient, members: dict[str, object]
) -> None:
    created = client.create("odd")

    made = client.graph("POST", "/applications", {"displayName": "odd"} | members)
    changed = client.graph("PATCH", f"/applications/{created['id']}", members)
    assert (made.status, changed.status) == (400, 400)


@pytest.mark.parametrize(
    "members",
    [
        {"replyUrls": "https://contoso.com"},
        {"servicePrincipalNames": [5]},
        {"tags": None},
        {"accountEnabled": None},
        {"displayName": ["a"]},
        {"colour": "blue"},
        {"optionalClaims": None},
    ],
)
def test_a_principal_of_odd_parts_is_refused(
    client: SandboxClient, members: dict[str, object]
) -> None:
    application = client.create("odd principal")
    principal = client.graph("POST", "/servicePrincipals", {"appId": application["appId"]}).body

    reply = client.graph("PATCH", f"/servicePrincipals/{principal['id']}", members)
    assert reply.status == 400


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"NaN", b'{"displayName": NaN}', b'{"displayName": "\\ud800"}', b"[" * 99_999,
     b'{"displayName": "\xff"}'],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(client: SandboxClient, content: bytes) -> None:
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}

    reply = client.raw("POST", "/v1.0/applications", content, headers)
    assert reply.body["error"]["message"] == "Unable to read JSON request payload."


@pytest.mark.parametrize("path", ["/applications/x", "/users/admin@contoso.com", "/organization"])
def test_a_page_size_that_is_none_is_refused_everywhere(client: SandboxClient, path: str) -> None:
    assert client.graph("GET", f"{path}?$top=many").status in (400, 404)


def test_an_annotation_says_nothing_where_it_does_not_belong(client: SandboxClient) -> None:
    path = f"/applications/{client.create('annotated')['id']}"
    body = {"@odata.id": path, "@odata.type": "#microsoft.graph.application", "notes": "n"}

    assert client.graph("PATCH", path, body).status == 204
    bound = {"displayName": "bound", "owners@odata.bind": "everybody"}
    assert client.graph("POST", "/applications", bound).status == 400


def test_deleting_what_was_never_added_is_not_found(client: SandboxClient) -> None:
    path = f"/applications/{client.create('never')['id']}"
    assert client.graph("DELETE", f"{path}/federatedIdentityCredentials/none").status == 404
