"""What a tenant puts between a mailbox owner and an application, turned on by switches."""

import pytest

from tests.contract.sandbox_entra.tenant import (
    CLIENT_ID,
    CLIENT_OBJECT_ID,
    MAIL,
    Sandbox,
    claims_of,
    code_of,
    query_of,
)

PERSON = "forms.person@outlook.com"
SEND = "https://outlook.office.com/SMTP.Send offline_access openid profile"


def error_of(sandbox: Sandbox, refresh_token: str) -> tuple[str, int, str | None]:
    refused = sandbox.refresh(refresh_token)
    return refused.json()["error"], code_of(refused), refused.json().get("suberror")


def test_a_policy_that_blocks_is_told_on_a_page(sandbox: Sandbox) -> None:
    sandbox.directory.switches.access_blocked = True
    page = sandbox.sign_in(sandbox.authorize())
    assert (page.status_code, "AADSTS53003" in page.text) == (400, True)


def test_a_policy_that_blocks_is_told_to_a_silent_request(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    sandbox.directory.switches.access_blocked = True
    told = query_of(sandbox.authorize(prompt="none"))
    assert told["error_description"].startswith("AADSTS53003")


def test_a_policy_that_blocks_holds_refresh_tokens_too(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token()
    sandbox.directory.switches.access_blocked = True
    assert error_of(sandbox, token) == ("invalid_grant", 53003, "message_only")


def test_a_tenant_s_policies_do_not_hold_a_person(sandbox: Sandbox) -> None:
    switches = sandbox.directory.switches
    switches.access_blocked = switches.multi_factor_required = True
    switches.sign_in_frequency_hours = 1.0
    token = sandbox.refresh_token(PERSON, "consumers")
    sandbox.context.clock.advance(7200)
    assert sandbox.refresh(token, "consumers").status_code == 200


def require_assignment(sandbox: Sandbox) -> None:
    sandbox.directory.service_principals[CLIENT_OBJECT_ID]["appRoleAssignmentRequired"] = True


def test_only_assigned_people_get_in_where_assignment_is_required(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    token = sandbox.refresh_token()
    require_assignment(sandbox)
    assert "AADSTS50105" in sandbox.authorize().text
    assert error_of(sandbox, token) == ("invalid_grant", 50105, None)
    sandbox.account("forms@contoso.com").assigned_to = [CLIENT_ID]
    assert "code" in query_of(sandbox.authorize())


def test_people_may_be_assigned_through_graph(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    require_assignment(sandbox)
    sandbox.directory.role_assignments["x"] = {
        "principalId": sandbox.account("forms@contoso.com").object_id,
        "resourceId": CLIENT_OBJECT_ID,
        "appRoleId": "00000000-0000-0000-0000-000000000000",
    }
    assert "code" in query_of(sandbox.sign_in(sandbox.authorize()))


def test_nobody_consents_for_itself_where_assignment_is_required(sandbox: Sandbox) -> None:
    require_assignment(sandbox)
    sandbox.account("forms@contoso.com").assigned_to = [CLIENT_ID]
    assert "AADSTS90094" in sandbox.sign_in(sandbox.authorize()).text


def test_a_second_factor_is_asked_for_and_goes_into_the_token(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.directory.switches.multi_factor_required = True
    page = sandbox.sign_in(sandbox.authorize())
    assert "Approve the sign-in" in page.text
    code = query_of(sandbox.submit(page, decision="accept"))["code"]
    body = sandbox.redeem(code).json()
    assert claims_of(body["access_token"])["amr"] == ["pwd", "mfa"]
    assert sandbox.refresh(body["refresh_token"]).status_code == 200


def test_a_second_factor_that_is_denied_ends_the_sign_in(sandbox: Sandbox) -> None:
    sandbox.directory.switches.multi_factor_required = True
    page = sandbox.submit(sandbox.sign_in(sandbox.authorize()), decision="cancel")
    assert (page.status_code, "AADSTS50074" in page.text) == (400, True)


def test_an_account_without_a_second_factor_registers_one(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.directory.switches.multi_factor_required = True
    sandbox.account("forms@contoso.com").has_second_factor = False
    page = sandbox.sign_in(sandbox.authorize())
    assert "More information required" in page.text
    assert "code" in query_of(sandbox.submit(page, decision="accept"))
    assert sandbox.account("forms@contoso.com").has_second_factor


@pytest.mark.parametrize(("is_registered", "code"), [(True, 50076), (False, 50079)])
def test_a_refresh_token_without_a_second_factor_needs_a_person(
    sandbox: Sandbox, is_registered: bool, code: int
) -> None:
    token = sandbox.refresh_token()
    sandbox.directory.switches.multi_factor_required = True
    sandbox.account("forms@contoso.com").has_second_factor = is_registered
    assert error_of(sandbox, token) == ("interaction_required", code, "basic_action")


def test_a_silent_request_is_told_that_a_second_factor_is_missing(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.sign_in(sandbox.authorize())
    sandbox.directory.switches.multi_factor_required = True
    assert query_of(sandbox.authorize(prompt="none"))["error"] == "interaction_required"


def test_a_sign_in_lasts_as_long_as_the_policy_says(sandbox: Sandbox) -> None:
    sandbox.directory.switches.sign_in_frequency_hours = 4.0
    first = sandbox.refresh_token()
    sandbox.context.clock.advance(3 * 3600)
    second = sandbox.refresh(first).json()["refresh_token"]
    sandbox.context.clock.advance(3600)
    refused = sandbox.refresh(second)
    assert code_of(refused) == 70043
    assert "the maximum allowed lifetime for this request is 14400." in refused.text
    assert 'name="passwd"' in sandbox.authorize().text


@pytest.mark.parametrize(("member", "code"), [("is_locked", 50053), ("password_expired", 50055)])
def test_an_account_out_of_order_cannot_sign_in(sandbox: Sandbox, member: str, code: int) -> None:
    token = sandbox.refresh_token()
    setattr(sandbox.account("forms@contoso.com"), member, True)
    assert f"AADSTS{code}" in sandbox.sign_in(sandbox.authorize(prompt="login")).text
    assert sandbox.refresh(token).status_code == 200


def test_the_recommended_policy_leaves_sending_to_users_and_takes_reading(sandbox: Sandbox) -> None:
    sandbox.directory.switches.recommended_consent_policy = True
    assert "Need admin approval" in sandbox.sign_in(sandbox.authorize(scope=MAIL)).text
    assert "Permissions requested" in sandbox.authorize(scope=SEND).text
    assert "Need admin approval" in sandbox.authorize(scope="Mail.Read").text


def test_the_recommended_policy_leaves_old_grants_alone(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    sandbox.directory.switches.recommended_consent_policy = True
    assert "code" in query_of(sandbox.sign_in(sandbox.authorize()))


def test_users_ask_for_approval_where_there_is_a_workflow(sandbox: Sandbox) -> None:
    switches = sandbox.directory.switches
    switches.user_consent_allowed, switches.admin_consent_workflow = False, True
    page = sandbox.sign_in(sandbox.authorize())
    assert "Approval required" in page.text
    sent = sandbox.submit(page, decision="request", reason="we need it")
    assert "Request sent" in sent.text
    told = query_of(sandbox.submit(sent, decision="return"))
    assert told["error_description"].startswith("AADSTS90095")
