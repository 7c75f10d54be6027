"""Consent by an administrator's link: what is asked, what it leaves, what comes back."""

import httpx
import pytest

from tests.contract.sandbox_entra.tenant import (
    CLIENT_ID,
    CLIENT_OBJECT_ID,
    GRAPH_CLIENT,
    Sandbox,
    application,
    claims_of,
    query_of,
)

ADMIN = "admin@contoso.com"
DECLARED = [
    {
        "resourceAppId": GRAPH_CLIENT,
        "resourceAccess": [
            {"id": "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "type": "Scope"},
            {"id": "df021288-bdef-4463-88db-98f22de89214", "type": "Role"},
        ],
    }
]


def asked(
    sandbox: Sandbox, path: str = "/v2.0/adminconsent", segment: str = "", **changes: str
) -> httpx.Response:
    parameters = {
        "client_id": CLIENT_ID,
        "redirect_uri": "http://localhost:7",
        "scope": "https://graph.microsoft.com/Mail.Read",
        "state": "z",
        **changes,
    }
    return sandbox.get(f"/{segment or sandbox.tenant}{path}", **parameters)


def granted(sandbox: Sandbox) -> dict[str, str]:
    return {g["consentType"]: g["scope"] for g in sandbox.directory.grants.values()}


@pytest.mark.parametrize("segment", ["", "contoso.com", "organizations", "common"])
def test_names_the_tenant_that_consented(sandbox: Sandbox, segment: str) -> None:
    page = sandbox.sign_in(asked(sandbox, segment=segment), ADMIN)
    told = query_of(sandbox.submit(page, decision="accept"))
    assert told == {
        "admin_consent": "True",
        "tenant": sandbox.tenant,
        "scope": "https://graph.microsoft.com/Mail.Read",
        "state": "z",
    }
    assert granted(sandbox) == {"AllPrincipals": "Mail.Read"}


@pytest.mark.parametrize(
    ("path", "scope"),
    [("/v2.0/adminconsent", "https://graph.microsoft.com/.default"), ("/adminconsent", "")],
)
def test_everything_declared_is_granted_at_once(sandbox: Sandbox, path: str, scope: str) -> None:
    sandbox.install(application(requiredResourceAccess=DECLARED))
    page = sandbox.sign_in(asked(sandbox, path, scope=scope), ADMIN)
    assert "Mail.Read" in page.text
    assert "User.Read.All" in page.text
    sandbox.submit(page, decision="accept")
    assert granted(sandbox) == {"AllPrincipals": "Mail.Read"}
    scope = "https://graph.microsoft.com/.default"
    token = sandbox.token(grant_type="client_credentials", scope=scope).json()["access_token"]
    assert claims_of(token)["roles"] == ["User.Read.All"]
    (assignment,) = sandbox.directory.role_assignments.values()
    assert assignment["principalId"] == CLIENT_OBJECT_ID


def test_a_refusal_by_the_administrator_is_told(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(asked(sandbox), ADMIN)
    told = query_of(sandbox.submit(page, decision="cancel"))
    assert (told["admin_consent"], told["error"], told["state"]) == (
        "True",
        "consent_required",
        "z",
    )
    assert told["error_description"].startswith(
        "AADSTS65004: The resource owner or authorization server denied the request."
    )


def test_the_older_endpoint_tells_a_refusal_in_older_words(sandbox: Sandbox) -> None:
    sandbox.install(application(requiredResourceAccess=DECLARED))
    page = sandbox.sign_in(asked(sandbox, "/adminconsent", scope=""), ADMIN)
    told = query_of(sandbox.submit(page, decision="cancel"))
    assert (told["error"], told["error_description"]) == (
        "permission_denied",
        "The admin canceled the request",
    )


def test_a_first_consent_gives_the_application_its_presence(sandbox: Sandbox) -> None:
    del sandbox.directory.service_principals[CLIENT_OBJECT_ID]
    sandbox.submit(sandbox.sign_in(asked(sandbox), ADMIN), decision="accept")
    assert sandbox.principal_id(CLIENT_ID)


def test_the_newer_endpoint_wants_a_scope(sandbox: Sandbox) -> None:
    assert "AADSTS900144" in asked(sandbox, scope="").text


def test_somebody_else_is_sent_to_an_administrator(sandbox: Sandbox) -> None:
    assert "AADSTS90094" in sandbox.sign_in(asked(sandbox)).text


def test_a_person_is_no_administrator(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(asked(sandbox, segment="common"), "forms.person@outlook.com")
    assert "Need admin approval" in page.text


def test_the_page_names_who_asks_and_whether_that_was_verified(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(asked(sandbox), ADMIN)
    assert "Publisher unverified" in page.text
    assert "For everybody in contoso.onmicrosoft.com" in page.text
    registered = application() | {"verifiedPublisher": {"displayName": "Adobe"}}
    sandbox.install(registered)
    assert "Publisher: Adobe, verified" in asked(sandbox).text
