"""`/applications`: what is created, read, changed, refused."""

import re

import pytest

from tests.contract.sandbox_graph.certificate import self_signed
from tests.contract.sandbox_graph.client import SandboxClient

PERSONAL = {
    "signInAudience": "AzureADandPersonalMicrosoftAccount",
    "api": {"requestedAccessTokenVersion": 2},
}
REDIRECTS = ["http://localhost", "https://login.microsoftonline.com/common/oauth2/nativeclient"]


def test_creates_with_a_secret_that_is_shown_once(client: SandboxClient) -> None:
    created = client.create("once", passwordCredentials=[{"displayName": "aem"}], **PERSONAL)

    read = client.graph("GET", f"/applications/{created['id']}").body
    assert len(created["passwordCredentials"][0]["secretText"]) == 40
    assert (
        created["passwordCredentials"][0]["secretText"][:3]
        == read["passwordCredentials"][0]["hint"]
    )
    assert read["passwordCredentials"][0]["secretText"] is None


def test_the_created_answer_has_a_fraction_that_later_reads_lack(client: SandboxClient) -> None:
    created = client.create("fraction")

    read = client.graph("GET", f"/applications/{created['id']}").body
    assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{1,7}Z", created["createdDateTime"])
    assert re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", read["createdDateTime"])


def test_reads_reorder_what_was_sent(client: SandboxClient) -> None:
    created = client.create("order", web={"redirectUris": REDIRECTS})

    read = client.graph("GET", f"/applications/{created['id']}").body
    assert created["web"]["redirectUris"] == REDIRECTS
    assert read["web"]["redirectUris"] == REDIRECTS[::-1]
    assert read["web"]["redirectUriSettings"][1] == {"uri": REDIRECTS[0], "index": None}


def test_an_omitted_audience_is_the_own_tenant(client: SandboxClient) -> None:
    assert client.create("audience")["signInAudience"] == "AzureADMyOrg"


def test_every_key_finds_the_same_application(client: SandboxClient) -> None:
    created = client.create("keys", uniqueName="keys-1")
    paths = [
        f"/applications/{created['id']}",
        f"/applications(appId='{created['appId']}')",
        "/applications(uniqueName='keys-1')",
        f"/APPLICATIONS('{created['id']}')",
        f"/myorganization/applications/{created['id']}",
    ]

    assert {client.graph("GET", path).body["id"] for path in paths} == {created["id"]}


def test_a_client_id_is_not_an_object_id(client: SandboxClient) -> None:
    created = client.create("client id")

    reply = client.graph("GET", f"/applications/{created['appId']}")
    assert (reply.status, reply.code) == (404, "Request_ResourceNotFound")


def test_a_unique_name_is_taken_even_in_the_bin(client: SandboxClient) -> None:
    created = client.create("first", uniqueName="taken-1")
    client.graph("DELETE", f"/applications/{created['id']}")

    reply = client.graph("POST", "/applications", {"displayName": "2nd", "uniqueName": "taken-1"})
    assert reply.status == 400
    assert reply.body["error"]["message"] == (
        "Another object with the same value for property uniqueName already exists."
    )


def test_a_purged_name_stays_taken_unless_switched(client: SandboxClient) -> None:
    created = client.create("purged", uniqueName="purged-1")
    client.graph("DELETE", f"/applications/{created['id']}")
    client.graph("DELETE", f"/directory/deletedItems/{created['id']}")

    reply = client.graph("POST", "/applications", {"displayName": "2", "uniqueName": "purged-1"})
    assert reply.status == 400


def test_a_purged_name_is_free_when_switched(client: SandboxClient) -> None:
    client.control("PATCH", "/switches", {"purgeFreesUniqueName": True})
    created = client.create("freed", uniqueName="freed-1")
    client.graph("DELETE", f"/applications/{created['id']}")
    client.graph("DELETE", f"/directory/deletedItems/{created['id']}")

    assert client.create("again", uniqueName="freed-1")["uniqueName"] == "freed-1"


def test_a_unique_name_cannot_change(client: SandboxClient) -> None:
    created = client.create("immutable", uniqueName="immutable-1")

    reply = client.graph("PATCH", f"/applications/{created['id']}", {"uniqueName": "other-1"})
    assert reply.status == 400


def test_an_upsert_creates_what_is_missing(client: SandboxClient) -> None:
    path, prefer = "/applications(uniqueName='upsert-1')", {"Prefer": "create-if-missing"}

    first = client.graph("PATCH", path, {"displayName": "upserted"}, prefer)
    second = client.graph("PATCH", path, {"displayName": "renamed"}, prefer)

    assert (first.status, first.body["uniqueName"]) == (201, "upsert-1")
    assert second.status == 204
    assert client.graph("GET", path).body["displayName"] == "renamed"


def test_a_patch_by_name_does_not_create_unasked(client: SandboxClient) -> None:
    reply = client.graph("PATCH", "/applications(uniqueName='nobody-1')", {"displayName": "x"})
    assert reply.status == 404


def test_a_patch_merges_web_and_replaces_its_collections(client: SandboxClient) -> None:
    created = client.create(
        "merge",
        web={"redirectUris": REDIRECTS, "implicitGrantSettings": {"enableIdTokenIssuance": True}},
    )
    client.graph(
        "PATCH", f"/applications/{created['id']}", {"web": {"redirectUris": REDIRECTS[:1]}}
    )

    web = client.graph("GET", f"/applications/{created['id']}").body["web"]
    assert web["redirectUris"] == REDIRECTS[:1]
    assert web["implicitGrantSettings"]["enableIdTokenIssuance"] is True


def test_a_personal_audience_needs_token_version_two(client: SandboxClient) -> None:
    body = {"displayName": "v1", "signInAudience": PERSONAL["signInAudience"]}

    reply = client.graph("POST", "/applications", body)
    assert (reply.status, reply.code) == (400, "InvalidAccessTokenVersion")


def test_a_third_secret_is_too_many_for_a_personal_audience(client: SandboxClient) -> None:
    created = client.create("third", passwordCredentials=[{}, {}], **PERSONAL)

    reply = client.graph("POST", f"/applications/{created['id']}/addPassword", {})
    assert (reply.status, reply.code) == (400, "TooManyAppPasswords")
    assert reply.body["error"]["details"] == [
        {"target": "passwordCredentials", "code": "TooManyAppPasswords"}
    ]


def test_a_policy_refusal_leaves_no_application(client: SandboxClient) -> None:
    client.control("PATCH", "/switches", {"passwordsForbidden": True})
    body = {"displayName": "refused", "uniqueName": "refused-1", "passwordCredentials": [{}]}

    reply = client.graph("POST", "/applications", body)
    assert reply.code == "CredentialTypeNotAllowedAsPerAppPolicy"
    assert client.graph("GET", "/applications(uniqueName='refused-1')").status == 404


def test_a_policy_caps_the_lifetime_of_a_secret(client: SandboxClient) -> None:
    client.control("PATCH", "/switches", {"passwordLifetimeDays": 180})
    created = client.create("lifetime")

    reply = client.graph("POST", f"/applications/{created['id']}/addPassword", {})
    assert reply.code == "CredentialInvalidLifetimeAsPerAppPolicy"
    assert reply.body["error"]["details"][0]["target"] == "EndDate"


def test_a_policy_may_forbid_the_personal_audience(client: SandboxClient) -> None:
    client.control("PATCH", "/switches", {"personalAudienceForbidden": True})

    reply = client.graph("POST", "/applications", {"displayName": "p", **PERSONAL})
    assert reply.code == "SignInAudienceNotAllowedAsPerAppPolicy"


def test_a_removed_secret_is_gone(client: SandboxClient) -> None:
    created = client.create("removed", passwordCredentials=[{}])
    path = f"/applications/{created['id']}"
    key_id = created["passwordCredentials"][0]["keyId"]

    reply = client.graph("POST", f"{path}/removePassword", {"keyId": key_id})
    assert reply.status == 204
    assert client.graph("GET", path).body["passwordCredentials"] == []


def test_an_application_without_a_name_is_refused(client: SandboxClient) -> None:
    assert client.graph("POST", "/applications", {}).code == "Request_BadRequest"


def test_a_redirect_that_is_not_https_is_refused(client: SandboxClient) -> None:
    body = {"displayName": "redirect", "web": {"redirectUris": ["http://example.org"]}}

    reply = client.graph("POST", "/applications", body)
    assert reply.body["error"]["message"] == (
        "Invalid value specified for property 'web' of resource 'Application'."
    )


def test_select_leaves_what_was_asked(client: SandboxClient) -> None:
    created = client.create("select")

    reply = client.graph("GET", f"/applications/{created['id']}?$select=id,displayName")
    assert reply.body == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications"
        "(id,displayName)/$entity",
        "id": created["id"],
        "displayName": "select",
    }


def test_lists_are_paged_by_an_opaque_link(client: SandboxClient) -> None:
    for number in range(3):
        client.create(f"page {number}")
    query = "$filter=startswith(displayName,'PAGE ')&$top=2&$select=displayName"

    first = client.graph("GET", f"/applications?{query}").body
    rest = client.graph("GET", first["@odata.nextLink"].partition("/v1.0")[2]).body
    assert [item["displayName"] for item in first["value"]] == ["page 0", "page 1"]
    assert [item["displayName"] for item in rest["value"]] == ["page 2"]


def test_a_count_needs_eventual_consistency(client: SandboxClient) -> None:
    plain = client.graph("GET", "/applications?$count=true&$top=1")
    eventual = client.graph(
        "GET", "/applications?$count=true&$top=1", headers={"ConsistencyLevel": "eventual"}
    )

    assert plain.body["error"]["message"] == "$count is not currently supported."
    assert eventual.body["@odata.count"] >= 1


def test_an_unindexed_filter_is_refused(client: SandboxClient) -> None:
    reply = client.graph("GET", "/applications?$filter=notes eq 'x'")
    assert reply.code == "Request_UnsupportedQuery"


def test_a_certificate_is_described_and_never_shown(client: SandboxClient) -> None:
    certificate = self_signed("Contoso mail")
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": certificate.base64}
    created = client.create("certificate", keyCredentials=[key])

    described = created["keyCredentials"][0]
    assert described["key"] is None
    assert described["customKeyIdentifier"] == certificate.thumbprint
    assert described["displayName"] == "CN=Contoso mail"


@pytest.mark.parametrize(
    "members",
    [
        {"displayName": 5},
        {"uniqueName": "not/allowed"},
        {"signInAudience": "Everybody"},
        {"web": []},
        {"web": {"redirectUris": "http://localhost"}},
        {"web": {"redirectUri": []}},
        {"web": {"implicitGrantSettings": {"enableIdTokenIssuance": "yes"}}},
        {"publicClient": {"redirectUris": [5]}},
        {"appRoles": ["role"]},
        {"keyCredentials": [{"key": "not base64"}]},
        {"passwordCredentials": ["secret"]},
        {"passwordCredentials": [{"endDateTime": "tomorrow"}]},
        {"requiredResourceAccess": [{"resourceAppId": "mail", "resourceAccess": []}]},
        {"requiredResourceAccess": [{"resourceAppId": "0" * 32, "resourceAccess": []}]},
        {"appId": "00000003-0000-0000-c000-000000000000"},
        {"colour": "blue"},
        {"tags": [""]},
        {"identifierUris": ["https://example.org/mail"]},
    ],
)
def test_what_cannot_be_is_refused(client: SandboxClient, members: dict[str, object]) -> None:
    reply = client.graph("POST", "/applications", {"displayName": "malformed", **members})
    assert reply.status == 400, reply.body


def test_a_collection_of_an_object_is_read_by_itself(client: SandboxClient) -> None:
    made = client.create("members", passwordCredentials=[{"displayName": "laptop"}])
    reply = client.graph("GET", f"/applications/{made['id']}/passwordCredentials")
    assert reply.body["@odata.context"].endswith(
        f"$metadata#applications('{made['id']}')/passwordCredentials"
    )
    assert [p["displayName"] for p in reply.body["value"]] == ["laptop"]
