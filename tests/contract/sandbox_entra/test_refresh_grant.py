"""The refresh token grant."""

import pytest

from tests.contract.sandbox_entra.tenant import DAY, MAIL, Sandbox, claims_of, code_of

IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
PERSON = "forms.person@outlook.com"


def test_every_refresh_brings_another_token_and_the_old_one_lives_on(sandbox: Sandbox) -> None:
    first = sandbox.refresh_token()
    second = sandbox.refresh(first).json()["refresh_token"]
    assert second != first
    assert sandbox.refresh(first).status_code == 200
    assert sandbox.refresh(second).status_code == 200


def test_dies_ninety_days_after_its_issue_however_often_it_was_used(sandbox: Sandbox) -> None:
    first = sandbox.refresh_token()
    sandbox.context.clock.advance(89 * DAY)
    second = sandbox.refresh(first).json()["refresh_token"]
    sandbox.context.clock.advance(2 * DAY)
    refused = sandbox.refresh(first)
    assert code_of(refused) == 700082
    assert "2026-03-01T12:00:00.0000000Z" in refused.json()["error_description"]
    assert sandbox.refresh(second).status_code == 200


def test_dies_with_the_session_it_came_from(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token()
    sandbox.context.clock.advance(1)
    sandbox.account("forms@contoso.com").revoked_before = sandbox.context.clock.timestamp()
    refused = sandbox.refresh(token)
    assert (refused.json()["error"], code_of(refused)) == ("invalid_grant", 50173)


def test_without_scope_a_work_account_gets_what_it_got_last(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    token = sandbox.refresh_token()
    assert sandbox.refresh(token, scope="-").json()["scope"] == IMAP
    graph = sandbox.refresh(token, scope="Mail.Read").json()["refresh_token"]
    assert sandbox.refresh(graph, scope="-").json()["scope"].startswith("https://graph.")


def test_without_scope_a_person_gets_nothing(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token(PERSON, "consumers")
    refused = sandbox.refresh(token, "consumers", scope="-")
    assert (refused.json()["error"], code_of(refused)) == ("invalid_request", 900144)
    assert "'scope'" in refused.json()["error_description"]


def test_another_consented_resource_may_be_asked_for(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    body = sandbox.refresh(sandbox.refresh_token(), scope="Mail.Read").json()
    assert claims_of(body["access_token"])["scp"] == "Mail.Read"


def test_of_several_resources_the_first_wins(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    body = sandbox.refresh(sandbox.refresh_token(), scope=f"Mail.Read {MAIL}").json()
    assert claims_of(body["access_token"])["aud"] == "https://graph.microsoft.com"


def test_a_subset_may_be_asked_for(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    scope = f"https://outlook.office.com/SMTP.Send {MAIL}"
    token = sandbox.redeem(sandbox.code(scope=scope), scope=scope).json()["refresh_token"]
    body = sandbox.refresh(token, scope=IMAP).json()
    assert body["scope"] == IMAP
    assert "id_token" not in body


def test_withdrawn_consent_is_missing_consent(sandbox: Sandbox) -> None:
    sandbox.grant_mail()
    token = sandbox.refresh_token()
    sandbox.directory.grants.clear()
    refused = sandbox.refresh(token)
    assert (code_of(refused), refused.json()["suberror"]) == (65001, "consent_required")


def test_a_person_cannot_have_what_it_never_granted(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token(PERSON, "consumers")
    assert code_of(sandbox.refresh(token, "consumers", scope="Mail.Read")) == 70000
    assert code_of(sandbox.refresh(token, "consumers", scope=f"{MAIL} Mail.Read")) == 70000


@pytest.mark.parametrize(
    ("name", "issued", "redeemed", "code"),
    [
        ("forms@contoso.com", "common", "", 7000012),
        ("forms@contoso.com", "", "common", 7000012),
        (PERSON, "common", "consumers", 70000121),
    ],
)
def test_belongs_to_its_tenant_segment(
    sandbox: Sandbox, name: str, issued: str, redeemed: str, code: int
) -> None:
    token = sandbox.refresh_token(name, issued)
    assert code_of(sandbox.refresh(token, redeemed)) == code
    assert sandbox.refresh(token, issued).status_code == 200


def test_a_person_s_dead_token_has_one_word_for_every_cause(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token(PERSON, "consumers")
    sandbox.context.clock.advance(91 * DAY)
    refused = sandbox.refresh(token, "consumers")
    assert (code_of(refused), "must sign in again" in refused.json()["error_description"]) == (
        70000,
        True,
    )


def test_a_code_is_no_refresh_token(sandbox: Sandbox) -> None:
    assert code_of(sandbox.refresh(sandbox.code())) == 9002313


def test_nothing_is_no_refresh_token(sandbox: Sandbox) -> None:
    assert code_of(sandbox.refresh("")) == 900144


def test_no_id_token_carries_the_first_nonce(sandbox: Sandbox) -> None:
    token = sandbox.redeem(sandbox.code(nonce="n1")).json()["refresh_token"]
    assert "nonce" not in claims_of(sandbox.refresh(token).json()["id_token"])


def test_an_instant_has_seven_decimals(sandbox: Sandbox) -> None:
    sandbox.context.clock.advance(0.25)
    token = sandbox.refresh_token()
    sandbox.context.clock.advance(91 * DAY)
    assert "12:00:00.2500000Z" in sandbox.refresh(token).json()["error_description"]
