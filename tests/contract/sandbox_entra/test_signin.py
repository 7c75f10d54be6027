"""The sign-in page: who is let in, who is told what, and whose form it is."""

import pytest

from tests.contract.sandbox_entra.tenant import Sandbox, application, query_of


def test_the_page_knows_the_account_that_was_hinted(sandbox: Sandbox) -> None:
    page = sandbox.authorize(login_hint="forms@contoso.com")
    assert 'value="forms@contoso.com"' in page.text
    assert "AEM Forms mail" in page.text


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("forms@contoso.com", "wrong", 50126),
        ("nobody@contoso.com", "wrong", 50034),
        ("shared@contoso.com", "wrong", 50057),
    ],
)
def test_says_on_the_page_why_nobody_was_signed_in(
    sandbox: Sandbox, name: str, password: str, code: int
) -> None:
    page = sandbox.submit(sandbox.authorize(), loginfmt=name, passwd=password)
    assert f"AADSTS{code}" in page.text
    assert f'value="{name}"' in page.text
    assert password not in page.text


def test_a_name_is_shown_as_text_and_not_as_markup(sandbox: Sandbox) -> None:
    page = sandbox.submit(sandbox.authorize(), loginfmt='"><script>x</script>', passwd="p")
    assert "<script>x" not in page.text


def test_the_second_try_may_succeed(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    page = sandbox.submit(sandbox.authorize(), loginfmt="forms@contoso.com", passwd="wrong")
    assert "code" in query_of(sandbox.sign_in(page))


@pytest.mark.parametrize(
    ("segment", "audience", "name", "code"),
    [
        ("", "AzureADandPersonalMicrosoftAccount", "forms.person@outlook.com", 50020),
        ("", "AzureADMyOrg", "forms.person@outlook.com", 50020),
        ("common", "AzureADMultipleOrgs", "forms.person@outlook.com", 500200),
        (
            "organizations",
            "AzureADandPersonalMicrosoftAccount",
            "forms.person@outlook.com",
            500200,
        ),
        ("consumers", "AzureADandPersonalMicrosoftAccount", "forms@contoso.com", 500208),
    ],
)
def test_keeps_accounts_out_of_authorities_that_are_not_theirs(
    sandbox: Sandbox, segment: str, audience: str, name: str, code: int
) -> None:
    sandbox.install(application(signInAudience=audience))
    page = sandbox.sign_in(sandbox.authorize(segment), name)
    assert f"AADSTS{code}" in page.text


@pytest.mark.parametrize("segment", ["contoso.com", "contoso.onmicrosoft.com", "common"])
def test_a_work_account_signs_in_under_every_name_of_its_tenant(
    sandbox: Sandbox, segment: str
) -> None:
    sandbox.grant_mail()
    assert "code" in query_of(sandbox.sign_in(sandbox.authorize(segment)))


def test_the_next_request_of_the_browser_asks_nothing(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    assert "code" in query_of(sandbox.authorize())
    assert "code" in query_of(sandbox.authorize(prompt="none"))


def test_a_prompt_for_a_login_shows_the_page_again(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    page = sandbox.authorize(prompt="login")
    assert (page.status_code, 'name="passwd"' in page.text) == (200, True)


def test_a_prompt_for_an_account_offers_whom_the_browser_knows(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    page = sandbox.authorize(prompt="select_account", login_hint="alex@contoso.com")
    assert 'value="forms@contoso.com"' in page.text
    assert "Use another account" in page.text
    assert "code" in query_of(sandbox.submit(page, account="forms@contoso.com"))


def test_another_account_may_be_used(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    page = sandbox.submit(sandbox.authorize(prompt="select_account"), account="other")
    assert "code" in query_of(sandbox.sign_in(page, "alex@contoso.com"))


def test_two_accounts_of_one_browser_have_to_be_chosen_from(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    sandbox.sign_in(sandbox.authorize(prompt="login"), "alex@contoso.com")
    assert "Pick an account" in sandbox.authorize().text
    assert "code" in query_of(sandbox.authorize(login_hint="alex@contoso.com"))
    assert query_of(sandbox.authorize(prompt="none"))["error"] == "login_required"


def test_a_form_reloaded_by_the_back_button_is_a_wrong_verb(sandbox: Sandbox) -> None:
    page = sandbox.get(f"/{sandbox.tenant}/login")
    assert (page.status_code, "AADSTS900561" in page.text) == (400, True)


def test_an_answered_form_cannot_be_sent_again(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(sandbox.authorize())
    sandbox.submit(page, decision="accept")
    assert "AADSTS50089" in sandbox.submit(page, decision="accept").text


def test_another_hint_shows_the_page_again(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    assert sandbox.authorize(login_hint="alex@contoso.com").status_code == 200


def test_the_session_of_an_account_that_fits_not_is_not_used(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    assert "AADSTS500208" in sandbox.authorize("consumers").text


def test_a_silent_request_is_told_that_the_session_s_account_fits_not(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    told = query_of(sandbox.authorize("consumers", prompt="none"))
    assert told["error_description"].startswith("AADSTS500208")


def test_an_account_disabled_meanwhile_has_no_session(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    sandbox.account("forms@contoso.com").is_enabled = False
    assert sandbox.authorize().status_code == 200


def test_revoking_sessions_ends_the_browser_s_session(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    sandbox.context.clock.advance(5)
    sandbox.account("forms@contoso.com").revoked_before = sandbox.context.clock.timestamp()
    assert sandbox.authorize().status_code == 200


def test_signing_out_ends_the_session(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    sandbox.get(f"/{sandbox.tenant}/oauth2/v2.0/logout")
    assert sandbox.authorize().status_code == 200


def test_a_form_without_its_token_is_refused(sandbox: Sandbox) -> None:
    page = sandbox.authorize()
    answer = sandbox.submit(page, canary="x", loginfmt="forms@contoso.com", passwd="p")
    assert (answer.status_code, "AADSTS90100" in answer.text) == (400, True)


def test_a_form_of_another_browser_is_refused(sandbox: Sandbox) -> None:
    page = sandbox.authorize()
    sandbox.client.cookies.clear()
    assert "AADSTS90100" in sandbox.sign_in(page).text


def test_a_page_left_open_too_long_is_refused(sandbox: Sandbox) -> None:
    page = sandbox.authorize()
    sandbox.context.clock.advance(3600)
    assert "AADSTS50089" in sandbox.sign_in(page).text


def test_consent_cannot_be_given_before_signing_in(sandbox: Sandbox) -> None:
    page = sandbox.authorize()
    flow, canary = (
        page.text.split(f'name="{n}" value="')[1].split('"')[0] for n in ("flow", "canary")
    )
    answer = sandbox.post(
        f"/{sandbox.tenant}/consent", {"flow": flow, "canary": canary, "decision": "accept"}
    )
    assert (answer.status_code, "AADSTS90100" in answer.text) == (400, True)


def test_the_cookie_belongs_to_https_and_scripts_cannot_read_it(sandbox: Sandbox) -> None:
    cookie = sandbox.authorize().headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"HttpOnly", "Secure", "Path=/"} <= set(cookie.split("; "))
