"""Authorize: what is refused on a page, what by redirect, and how an answer travels."""

import pytest

from tests.contract.sandbox_entra.tenant import CLIENT_ID, Sandbox, application, claims_of, query_of


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": ""}, 900144),
        ({"response_type": ""}, 900144),
        ({"scope": ""}, 900144),
        ({"client_id": "00000000-0000-4000-8000-000000000000"}, 700016),
        ({"redirect_uri": "http://localhost/other"}, 50011),
        ({"redirect_uri": "http://localhost/"}, 50011),
        ({"redirect_uri": "http://127.0.0.1:51234"}, 50011),
        ({"redirect_uri": "https://localhost:51234"}, 50011),
    ],
)
def test_shows_a_page_and_redirects_nowhere(
    sandbox: Sandbox, changes: dict[str, str], code: int
) -> None:
    page = sandbox.authorize(**changes)
    assert page.status_code == 400
    assert f"AADSTS{code}:" in page.text
    assert "Request Id" in page.text
    assert "Correlation Id" in page.text
    assert page.headers["x-ms-request-id"] in page.text


def test_an_unknown_tenant_is_told_on_a_page(sandbox: Sandbox) -> None:
    page = sandbox.authorize("nowhere.example")
    assert (page.status_code, "AADSTS90002:" in page.text) == (400, True)


def test_a_single_tenant_application_is_refused_on_common(sandbox: Sandbox) -> None:
    sandbox.install(application(signInAudience="AzureADMyOrg"))
    assert "AADSTS50194:" in sandbox.authorize("common").text
    assert sandbox.authorize().status_code == 200


def test_a_work_application_is_refused_on_consumers(sandbox: Sandbox) -> None:
    sandbox.install(application(signInAudience="AzureADMultipleOrgs"))
    assert "AADSTS9002332:" in sandbox.authorize("consumers").text


def test_an_application_without_redirects_is_told_so(sandbox: Sandbox) -> None:
    sandbox.install(application(web={"redirectUris": []}))
    assert "AADSTS500113:" in sandbox.authorize().text


def test_the_only_redirect_serves_when_none_is_sent(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    answer = sandbox.sign_in(sandbox.authorize(redirect_uri=""))
    assert answer.headers["location"].startswith("http://localhost/?")


def test_several_redirects_need_to_be_chosen_from(sandbox: Sandbox) -> None:
    sandbox.install(application(web={"redirectUris": ["http://localhost", "https://a.example/b"]}))
    assert "AADSTS900971:" in sandbox.authorize(redirect_uri="").text


def test_a_disabled_application_signs_nobody_in(sandbox: Sandbox) -> None:
    principals = sandbox.directory.service_principals.values()
    next(p for p in principals if p["appId"] == CLIENT_ID)["accountEnabled"] = False
    assert "AADSTS7000112:" in sandbox.authorize().text


def test_a_fresh_application_is_unknown_at_first() -> None:
    rule = {"fault": "unknown-application", "chance": 1.0, "requests": [1, 1]}
    fresh = Sandbox(faults={"version": 1, "rules": [rule]})
    seen = fresh.authorize().text, fresh.authorize().text
    fresh.close()
    assert ["AADSTS700016" in text for text in seen] == [True, False]


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"scope": "openid IMAP.AccessUser.All"}, "invalid_client", 650053),
        ({"scope": "openid https://api.example/Read"}, "invalid_resource", 500011),
        ({"scope": "openid “Mail.Read”"}, "invalid_scope", 70011),
        ({"response_type": "device"}, "unsupported_response_type", 700007),
        ({"code_challenge": "short"}, "invalid_request", 501491),
        ({"code_challenge_method": "S512"}, "invalid_request", 501491),
        ({"prompt": "none"}, "login_required", 50058),
        ({"prompt": "please"}, "invalid_request", 90023),
        ({"response_mode": "pigeon"}, "invalid_request", 70007),
        ({"resource": "https://graph.microsoft.com"}, "invalid_request", 901002),
        (
            {"response_type": "code id_token", "response_mode": "fragment"},
            "invalid_request",
            900144,
        ),
        ({"response_type": "token", "response_mode": "query"}, "invalid_request", 70007),
    ],
)
def test_tells_the_client_by_redirect(
    sandbox: Sandbox, changes: dict[str, str], error: str, code: int
) -> None:
    told = query_of(sandbox.authorize(**changes))
    assert told["error"] == error
    assert told["error_description"].startswith(f"AADSTS{code}: ")
    assert told["state"] == "s t&ate"


@pytest.mark.parametrize(("response_type", "code"), [("id_token", 700054), ("token", 700051)])
def test_implicit_tokens_need_their_switch(sandbox: Sandbox, response_type: str, code: int) -> None:
    sandbox.install(application(web={"redirectUris": ["http://localhost"]}))
    told = query_of(sandbox.authorize(response_type=response_type, nonce="n"))
    assert f"AADSTS{code}:" in told["error_description"]


def test_the_answer_comes_by_query_with_a_slash_after_a_bare_host(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    answer = sandbox.sign_in(sandbox.authorize())
    assert answer.headers["location"].startswith("http://localhost:51234/?code=1.A")
    assert answer.headers["cache-control"] == "no-store, no-cache"
    assert set(query_of(answer)) == {"code", "state", "session_state"}
    assert query_of(answer)["state"] == "s t&ate"


def test_the_answer_comes_by_fragment_when_asked(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    answer = sandbox.sign_in(sandbox.authorize(response_mode="fragment"))
    assert answer.headers["location"].startswith("http://localhost:51234/#code=")


def test_the_answer_comes_as_a_form_that_posts_itself(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    page = sandbox.sign_in(sandbox.authorize(response_mode="form_post"))
    assert page.status_code == 200
    assert '<form method="post" action="http://localhost:51234"' in page.text
    assert 'name="code" value="1.A' in page.text
    assert 'name="state" value="s t&amp;ate"' in page.text


def test_tokens_come_without_a_code_where_issuance_is_on(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    answer = sandbox.sign_in(sandbox.authorize(response_type="code id_token token", nonce="n1"))
    told = query_of(answer)
    assert answer.headers["location"].startswith("http://localhost:51234/#")
    assert claims_of(told["id_token"])["nonce"] == "n1"
    assert claims_of(told["access_token"])["aud"] == "https://outlook.office.com"
    assert told["code"]


def test_a_query_in_the_redirect_uri_is_kept(sandbox: Sandbox) -> None:
    registered = "https://app.example/back?from=entra"
    sandbox.install(application(web={"redirectUris": [registered]}))
    sandbox.grant_mail()
    answer = sandbox.sign_in(sandbox.authorize(redirect_uri=registered))
    assert answer.headers["location"].startswith(f"{registered}&code=")


def test_a_form_may_ask_instead_of_a_link(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    fields = {"client_id": CLIENT_ID, "response_type": "code", "scope": "openid", "state": "z"}
    page = sandbox.post(f"/{sandbox.tenant}/oauth2/v2.0/authorize", fields)
    assert query_of(sandbox.sign_in(page))["state"] == "z"


def test_parameters_that_change_nothing_here_are_taken(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    claims = '{"access_token":{"xms_cc":{"values":["CP1"]}}}'
    page = sandbox.authorize(domain_hint="contoso.com", claims=claims, amr_values="mfa", x="y")
    assert "code" in query_of(sandbox.sign_in(page))


def test_a_silent_request_with_several_resources_gets_one_code(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    both = "openid Mail.Read https://outlook.office.com/SMTP.Send"
    sandbox.sign_in(sandbox.authorize(scope=both))
    assert "code" in query_of(sandbox.authorize(scope=both, prompt="none"))
