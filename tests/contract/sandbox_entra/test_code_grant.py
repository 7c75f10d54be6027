"""The authorization code grant."""

import pytest

from tests.contract.sandbox_entra.tenant import (
    CLIENT_ID,
    MAIL,
    REDIRECT,
    Sandbox,
    application,
    claims_of,
    code_of,
    query_of,
)

IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
PERSON = "forms.person@outlook.com"


def test_a_code_buys_every_token_that_was_asked_for(sandbox: Sandbox) -> None:
    body = sandbox.redeem(sandbox.code(nonce="n1"), client_info="1").json()
    assert (body["token_type"], body["scope"]) == ("Bearer", IMAP)
    assert (body["expires_in"], body["ext_expires_in"]) == (3599, 3599)
    assert claims_of(body["access_token"])["scp"] == "IMAP.AccessAsUser.All"
    assert claims_of(body["id_token"])["nonce"] == "n1"
    assert claims_of(body["id_token"])["preferred_username"] == "forms@contoso.com"
    assert body["refresh_token"].startswith("1.A")
    assert body["client_info"]


def test_what_was_not_asked_for_does_not_come(sandbox: Sandbox) -> None:
    body = sandbox.redeem(sandbox.code(scope=IMAP), scope=IMAP).json()
    assert set(body) == {"token_type", "scope", "expires_in", "ext_expires_in", "access_token"}


def test_an_alias_of_the_resource_is_echoed(sandbox: Sandbox) -> None:
    alias = "https://outlook.office365.com/imap.accessasuser.all"
    body = sandbox.redeem(sandbox.code(), scope=alias).json()
    assert body["scope"] == "https://outlook.office365.com/IMAP.AccessAsUser.All"
    assert claims_of(body["access_token"])["aud"] == "https://outlook.office.com"


def test_a_bare_name_means_microsoft_graph(sandbox: Sandbox) -> None:
    scope = "Mail.Read openid offline_access"
    body = sandbox.redeem(sandbox.code(scope=scope), scope=scope).json()
    assert body["scope"] == "https://graph.microsoft.com/Mail.Read openid"
    assert claims_of(body["access_token"])["aud"] == "https://graph.microsoft.com"


def test_default_means_what_the_application_declares(sandbox: Sandbox) -> None:
    declared = [
        {
            "resourceAppId": "00000003-0000-0000-c000-000000000000",
            "resourceAccess": [
                {"id": "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "type": "Scope"},
                {"id": "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", "type": "Scope"},
            ],
        }
    ]
    sandbox.install(application(requiredResourceAccess=declared))
    scope = "https://graph.microsoft.com/.default"
    body = sandbox.redeem(sandbox.code(scope=scope), scope=scope).json()
    assert body["scope"] == "https://graph.microsoft.com/Mail.Read"
    assert "refresh_token" in body


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"code": ""}, "invalid_request", 900144),
        ({"code": "1.Anonsense"}, "invalid_grant", 9002313),
        ({"code": "M.C507_BAY.2.U.x"}, "invalid_grant", 70000),
        ({"redirect_uri": "-"}, "invalid_request", 700009),
        ({"code_verifier": "w" * 64}, "invalid_grant", 501481),
        ({"code_verifier": "-"}, "invalid_grant", 501481),
        ({"scope": " "}, "invalid_request", 28003),
        ({"scope": "openid profile"}, "invalid_request", 28002),
        ({"scope": f"{IMAP} Mail.Read"}, "invalid_request", 700022),
        ({"scope": "https://outlook.office.com/POP.AccessAsUser.All"}, "invalid_grant", 65001),
    ],
)
def test_a_wrong_word_is_refused_and_the_code_stays_good(
    sandbox: Sandbox, changes: dict[str, str], error: str, code: int
) -> None:
    good = sandbox.code()
    refused = sandbox.redeem(**{"code": good, **changes})
    assert (refused.status_code, refused.json()["error"], code_of(refused)) == (400, error, code)
    assert sandbox.redeem(good).status_code == 200


def test_another_redirect_than_at_authorize_is_a_client_s_mistake(sandbox: Sandbox) -> None:
    refused = sandbox.redeem(sandbox.code(), redirect_uri="http://localhost:51235")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert refused.json()["error_description"].startswith(
        "AADSTS500112: The reply address 'http://localhost:51235' does not match the reply address "
        "'http://localhost:51234' provided when requesting Authorization code."
    )


def test_missing_consent_has_its_suberror(sandbox: Sandbox) -> None:
    body = sandbox.redeem(sandbox.code(), scope="Mail.Read").json()
    assert (body["error_codes"], body["suberror"]) == ([65001], "consent_required")


def test_a_code_is_good_once(sandbox: Sandbox) -> None:
    code = sandbox.code()
    sandbox.redeem(code)
    assert code_of(sandbox.redeem(code)) == 54005


def test_a_code_is_good_for_ten_minutes(sandbox: Sandbox) -> None:
    code = sandbox.code()
    sandbox.context.clock.advance(601)
    assert code_of(sandbox.redeem(code)) == 70008


def test_a_person_s_code_expires_in_other_words(sandbox: Sandbox) -> None:
    code = sandbox.code(PERSON, "consumers")
    sandbox.context.clock.advance(601)
    assert code_of(sandbox.redeem(code, "consumers")) == 70000


def test_a_code_belongs_to_its_tenant_segment(sandbox: Sandbox) -> None:
    code = sandbox.code(segment="common")
    assert code_of(sandbox.redeem(code)) == 700005
    assert sandbox.redeem(code, "common").status_code == 200


def test_a_domain_and_the_id_are_the_same_segment(sandbox: Sandbox) -> None:
    assert sandbox.redeem(sandbox.code(segment="contoso.com")).status_code == 200


def test_a_code_belongs_to_its_client(sandbox: Sandbox) -> None:
    code = sandbox.code()
    sandbox.directory.issued[code].client_id = "another"
    assert code_of(sandbox.redeem(code)) == 70000


def test_a_refresh_token_is_no_code(sandbox: Sandbox) -> None:
    assert code_of(sandbox.redeem(sandbox.refresh_token())) == 9002313


def test_a_plain_challenge_is_compared_as_it_is(sandbox: Sandbox) -> None:
    code = sandbox.code(code_challenge="p" * 43, code_challenge_method="plain")
    assert sandbox.redeem(code, code_verifier="p" * 43).status_code == 200


def test_without_a_challenge_no_verifier_is_needed(sandbox: Sandbox) -> None:
    code = sandbox.code(code_challenge="", code_challenge_method="")
    assert sandbox.redeem(code, code_verifier="-").status_code == 200


def test_without_scope_the_token_is_for_the_first_resource(sandbox: Sandbox) -> None:
    code = sandbox.code(scope=f"{MAIL} Mail.Read")
    assert sandbox.redeem(code, scope="-").json()["scope"] == IMAP


def test_signing_in_alone_gives_a_token_for_microsoft_graph(sandbox: Sandbox) -> None:
    body = sandbox.redeem(sandbox.code(scope="openid profile"), scope="-").json()
    assert claims_of(body["access_token"])["scp"] == "openid profile"


def test_a_person_cannot_mix_resources(sandbox: Sandbox) -> None:
    code = sandbox.code(PERSON, "consumers", scope=f"{MAIL} Mail.Read")
    assert code_of(sandbox.redeem(code, "consumers")) == 70000


def test_a_person_gets_opaque_tokens(sandbox: Sandbox) -> None:
    body = sandbox.redeem(sandbox.code(PERSON, "consumers"), "consumers").json()
    assert body["access_token"].startswith("EwB")
    assert set(body["refresh_token"]) >= set("!*$")
    assert sandbox.context.tokens.verify(body["access_token"]).scopes == {"IMAP.AccessAsUser.All"}


def test_an_account_disabled_meanwhile_gets_nothing(sandbox: Sandbox) -> None:
    code = sandbox.code()
    sandbox.account("forms@contoso.com").is_enabled = False
    assert code_of(sandbox.redeem(code)) == 50057


def test_an_account_deleted_meanwhile_gets_nothing(sandbox: Sandbox) -> None:
    code = sandbox.code()
    del sandbox.directory.accounts["forms@contoso.com"]
    assert code_of(sandbox.redeem(code)) == 50034


@pytest.mark.parametrize(
    ("platform", "secret", "status", "code"),
    [
        ("publicClient", "p8Q~a+b&c%d.e_f-g", 401, 700025),
        ("spa", "-", 400, 9002327),
    ],
)
def test_the_redirect_decides_whether_a_secret_is_wanted(
    sandbox: Sandbox, platform: str, secret: str, status: int, code: int
) -> None:
    changes = {"web": {"redirectUris": []}, platform: {"redirectUris": ["http://localhost"]}}
    sandbox.install(application(**changes))
    answer = sandbox.redeem(sandbox.code(), client_secret=secret)
    assert (answer.status_code, code_of(answer)) == (status, code)


def test_a_public_client_redeems_without_a_secret(sandbox: Sandbox) -> None:
    public = {"redirectUris": ["http://localhost"]}
    sandbox.install(application(web={"redirectUris": []}, publicClient=public))
    assert sandbox.redeem(sandbox.code(), client_secret="").status_code == 200


def test_what_was_issued_is_saved(sandbox: Sandbox) -> None:
    code = query_of(sandbox.submit(sandbox.sign_in(sandbox.authorize()), decision="accept"))["code"]
    grant = sandbox.directory.issued[code]
    assert (grant.client_id, grant.redirect_uri) == (CLIENT_ID, REDIRECT)
    assert grant.scopes == [IMAP, "offline_access", "openid", "profile"]
