"""Everything that ends a refresh token before its time, and what it leaves alive."""

from tests.contract.sandbox_entra.tenant import (
    APPLICATION_ID,
    DAY,
    Sandbox,
    application,
    code_of,
)

OWNER = "forms@contoso.com"
PERSON = "forms.person@outlook.com"
PUBLIC = {"web": {"redirectUris": []}, "publicClient": {"redirectUris": ["http://localhost"]}}
SPA = {"web": {"redirectUris": []}, "spa": {"redirectUris": ["http://localhost"]}}
PAGE = {"origin": "https://app.example"}


def test_the_owner_s_own_new_password_spares_a_confidential_client(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token()
    sandbox.context.clock.advance(1)
    sandbox.account(OWNER).password_changed_at = sandbox.context.clock.timestamp()
    assert sandbox.refresh(token).status_code == 200


def test_the_owner_s_own_new_password_ends_a_public_client_s_tokens(sandbox: Sandbox) -> None:
    sandbox.install(application(**PUBLIC))
    code = sandbox.code()
    token = sandbox.redeem(code, client_secret="-").json()["refresh_token"]
    sandbox.context.clock.advance(1)
    sandbox.account(OWNER).password_changed_at = sandbox.context.clock.timestamp()
    assert code_of(sandbox.refresh(token, client_secret="-")) == 50173


def test_an_administrator_s_reset_ends_a_confidential_client_s_tokens(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token()
    sandbox.context.clock.advance(1)
    sandbox.account(OWNER).revoked_before = sandbox.context.clock.timestamp()
    refused = sandbox.refresh(token).json()["error_description"].splitlines()[0]
    assert refused == (
        "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token "
        "is needed. The user might have changed or reset their password. The grant was issued on "
        "'2026-03-01T12:00:00.0000000Z' and the TokensValidFrom date (before which tokens are not "
        "valid) for this user is '2026-03-01T12:00:01.0000000Z'."
    )


def test_a_deleted_secret_is_missed_at_the_next_refresh(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token()
    del sandbox.directory.secrets["key-1"]
    assert code_of(sandbox.refresh(token)) == 7000215


def test_a_removed_application_is_missed_at_the_next_refresh(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token()
    del sandbox.directory.applications[APPLICATION_ID]
    refused = sandbox.refresh(token)
    assert (refused.json()["error"], code_of(refused)) == ("unauthorized_client", 700016)


def test_a_deleted_owner_is_missed_at_the_next_refresh(sandbox: Sandbox) -> None:
    token = sandbox.refresh_token()
    del sandbox.directory.accounts[OWNER]
    refused = sandbox.refresh(token)
    assert (refused.json()["error"], code_of(refused)) == ("invalid_grant", 50034)


def page_token(sandbox: Sandbox) -> str:
    """Redeem a code as a script of a page does."""
    sandbox.install(application(**SPA))
    fields = {
        "grant_type": "authorization_code",
        "client_id": sandbox.client_id,
        "code": sandbox.code(),
        "redirect_uri": "http://localhost:51234",
        "code_verifier": "v" * 64,
    }
    answer = sandbox.post(f"/{sandbox.tenant}/oauth2/v2.0/token", fields, PAGE)
    return str(answer.json()["refresh_token"])


def page_refresh(sandbox: Sandbox, token: str) -> dict[str, object]:
    fields = {
        "grant_type": "refresh_token",
        "client_id": sandbox.client_id,
        "refresh_token": token,
    }
    return dict(sandbox.post(f"/{sandbox.tenant}/oauth2/v2.0/token", fields, PAGE).json())


def test_a_page_s_tokens_end_a_day_after_the_sign_in(sandbox: Sandbox) -> None:
    first = page_token(sandbox)
    sandbox.context.clock.advance(DAY / 2)
    second = str(page_refresh(sandbox, first)["refresh_token"])
    sandbox.context.clock.advance(DAY / 2)
    assert page_refresh(sandbox, second)["error_codes"] == [700084]


def test_a_page_needs_a_challenge(sandbox: Sandbox) -> None:
    sandbox.install(application(**SPA))
    fields = {
        "grant_type": "authorization_code",
        "client_id": sandbox.client_id,
        "code": sandbox.code(code_challenge="", code_challenge_method=""),
        "redirect_uri": "http://localhost:51234",
    }
    answer = sandbox.post(f"/{sandbox.tenant}/oauth2/v2.0/token", fields, PAGE)
    assert code_of(answer) == 9002325


def test_a_page_cannot_redeem_what_a_server_asked_for(sandbox: Sandbox) -> None:
    fields = {
        "grant_type": "refresh_token",
        "client_id": sandbox.client_id,
        "refresh_token": sandbox.refresh_token(),
    }
    answer = sandbox.post(f"/{sandbox.tenant}/oauth2/v2.0/token", fields, PAGE)
    assert (code_of(answer), "https://app.example" in answer.text) == (9002326, True)


def test_a_person_s_token_from_common_may_fail_at_its_first_refresh(sandbox: Sandbox) -> None:
    sandbox.directory.switches.common_refresh_fails_for_persons = True
    refused = sandbox.refresh(sandbox.refresh_token(PERSON, "common"), "common")
    assert (refused.json()["error"], code_of(refused)) == ("invalid_grant", 70000)
    sandbox.client.cookies.clear()
    kept = sandbox.refresh_token(PERSON, "consumers")
    sandbox.client.cookies.clear()
    assert sandbox.refresh(kept, "consumers").status_code == 200
    assert sandbox.refresh(sandbox.refresh_token(OWNER, "common"), "common").status_code == 200
