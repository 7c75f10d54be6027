"""Consent: when it is asked, who may give it, and what it leaves in the tenant."""

from tests.contract.sandbox_entra.tenant import (
    CLIENT_ID,
    CLIENT_OBJECT_ID,
    EXCHANGE_CLIENT,
    GRAPH_CLIENT,
    Sandbox,
    query_of,
)

ADMIN = "admin@contoso.com"
PERSON = "forms.person@outlook.com"


def is_consent_page(text: str) -> bool:
    return "Permissions requested" in text


def scopes_granted(sandbox: Sandbox, resource: str) -> dict[str, set[str]]:
    resource_id = sandbox.principal_id(resource)
    return {
        grant["consentType"]: set(grant["scope"].split())
        for grant in sandbox.directory.grants.values()
        if grant["clientId"] == CLIENT_OBJECT_ID and grant["resourceId"] == resource_id
    }


def test_lists_what_is_asked_in_words(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(sandbox.authorize())
    assert is_consent_page(page.text)
    assert "Use your mailbox through IMAP" in page.text
    assert "IMAP.AccessAsUser.All" in page.text
    assert "on behalf of your organization" not in page.text


def test_accepting_records_the_user_s_own_grants(sandbox: Sandbox) -> None:
    answer = sandbox.submit(sandbox.sign_in(sandbox.authorize()), decision="accept")
    assert "code" in query_of(answer)
    assert scopes_granted(sandbox, EXCHANGE_CLIENT) == {"Principal": {"IMAP.AccessAsUser.All"}}
    assert scopes_granted(sandbox, GRAPH_CLIENT) == {
        "Principal": {"openid", "profile", "offline_access"}
    }


def test_a_grant_has_graph_s_members_in_graph_s_order(sandbox: Sandbox) -> None:
    sandbox.submit(sandbox.sign_in(sandbox.authorize()), decision="accept")
    grant_id, grant = next(iter(sandbox.directory.grants.items()))
    assert list(grant) == ["clientId", "consentType", "id", "principalId", "resourceId", "scope"]
    assert (grant["id"], len(grant_id)) == (grant_id, 64)


def test_is_not_asked_twice(sandbox: Sandbox) -> None:
    sandbox.submit(sandbox.sign_in(sandbox.authorize()), decision="accept")
    assert "code" in query_of(sandbox.authorize())


def test_accepting_more_extends_the_grant(sandbox: Sandbox) -> None:
    sandbox.submit(sandbox.sign_in(sandbox.authorize()), decision="accept")
    more = "https://outlook.office.com/SMTP.Send offline_access openid profile"
    sandbox.submit(sandbox.authorize(scope=more), decision="accept")
    granted = scopes_granted(sandbox, EXCHANGE_CLIENT)
    assert granted == {"Principal": {"IMAP.AccessAsUser.All", "SMTP.Send"}}


def test_a_grant_on_microsoft_graph_covers_mail(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    assert "code" in query_of(sandbox.sign_in(sandbox.authorize()))


def test_a_grant_on_microsoft_graph_does_not_cover_mail_with_the_switch_off(
    sandbox: Sandbox,
) -> None:
    sandbox.grant_mail()
    sandbox.directory.switches.graph_grant_covers_outlook = False
    assert is_consent_page(sandbox.sign_in(sandbox.authorize()).text)


def test_a_grant_on_exchange_covers_mail_with_the_switch_off(sandbox: Sandbox) -> None:
    sandbox.grant("openid profile offline_access")
    sandbox.grant("IMAP.AccessAsUser.All", EXCHANGE_CLIENT)
    sandbox.directory.switches.graph_grant_covers_outlook = False
    assert "code" in query_of(sandbox.sign_in(sandbox.authorize()))


def test_somebody_else_s_grant_covers_nothing(sandbox: Sandbox) -> None:
    sandbox.grant("IMAP.AccessAsUser.All openid profile offline_access", user="alex@contoso.com")
    assert is_consent_page(sandbox.sign_in(sandbox.authorize()).text)
    assert "code" in query_of(
        sandbox.sign_in(sandbox.authorize(prompt="login"), "alex@contoso.com")
    )


def test_prompt_consent_asks_again(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    assert is_consent_page(sandbox.sign_in(sandbox.authorize(prompt="consent")).text)


def test_prompt_none_is_refused_where_consent_is_missing(sandbox: Sandbox) -> None:
    sandbox.sign_in(sandbox.authorize())
    told = query_of(sandbox.authorize(prompt="none"))
    assert (told["error"], "AADSTS65001" in told["error_description"]) == ("consent_required", True)


def test_declining_is_told_to_the_client_and_leaves_nothing(sandbox: Sandbox) -> None:
    told = query_of(sandbox.submit(sandbox.sign_in(sandbox.authorize()), decision="cancel"))
    assert told["error"] == "access_denied"
    assert told["error_description"].startswith("AADSTS65004")
    assert told["state"] == "s t&ate"
    assert not sandbox.directory.grants


def test_an_administrator_may_consent_for_everybody(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(sandbox.authorize(), ADMIN)
    assert "on behalf of your organization" in page.text
    sandbox.submit(page, decision="accept", for_everybody="true")
    assert set(scopes_granted(sandbox, EXCHANGE_CLIENT)) == {"AllPrincipals"}
    assert "code" in query_of(sandbox.sign_in(sandbox.authorize(prompt="login")))


def test_nobody_else_may_consent_for_everybody(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(sandbox.authorize())
    told = query_of(sandbox.submit(page, decision="accept", for_everybody="true"))
    assert "AADSTS90094" in told["error_description"]
    assert not sandbox.directory.grants


def test_users_are_sent_to_an_administrator_where_they_may_not_consent(sandbox: Sandbox) -> None:
    sandbox.directory.switches.user_consent_allowed = False
    page = sandbox.sign_in(sandbox.authorize())
    assert "AADSTS90094" in page.text
    told = query_of(sandbox.submit(page, decision="return"))
    assert (told["error"], "AADSTS90094" in told["error_description"]) == ("access_denied", True)


def test_an_administrator_consents_where_users_may_not(sandbox: Sandbox) -> None:
    sandbox.directory.switches.user_consent_allowed = False
    page = sandbox.sign_in(sandbox.authorize(), ADMIN)
    assert "code" in query_of(sandbox.submit(page, decision="accept"))


def test_some_permissions_are_an_administrator_s_to_give(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(sandbox.authorize(scope="openid Directory.Read.All"))
    assert "AADSTS90094" in page.text


def test_a_first_consent_gives_the_application_its_presence(sandbox: Sandbox) -> None:
    del sandbox.directory.service_principals[CLIENT_OBJECT_ID]
    sandbox.submit(sandbox.sign_in(sandbox.authorize()), decision="accept")
    assert sandbox.principal_id(CLIENT_ID)


def test_a_person_s_consent_leaves_no_trace_in_the_tenant(sandbox: Sandbox) -> None:
    page = sandbox.sign_in(sandbox.authorize("consumers"), PERSON)
    assert is_consent_page(page.text)
    told = query_of(sandbox.submit(page, decision="accept"))
    assert set(told) == {"code", "state"}
    assert set(told["code"]) >= set("!*$")
    assert not sandbox.directory.grants
    assert "code" in query_of(sandbox.authorize("consumers"))
