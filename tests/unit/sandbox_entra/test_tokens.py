"""Tokens: what is minted is verified, anything else is refused."""

import stat
from dataclasses import replace
from pathlib import Path

import jwt
import pytest

from provision.sandbox.context import Context
from provision.sandbox.keys import obtain_key
from provision.sandbox.tokens import CONSUMERS_TENANT, TokenRefused, Tokens
from tests.contract.sandbox_entra.tenant import (
    CLIENT_ID,
    CLIENT_OBJECT_ID,
    ORIGIN,
    Sandbox,
    claims_of,
)

OUTLOOK = "https://outlook.office.com"
SCOPES = frozenset({"IMAP.AccessAsUser.All", "SMTP.Send"})


def minted(sandbox: Sandbox, name: str = "forms@contoso.com") -> str:
    account = sandbox.account(name)
    return sandbox.context.tokens.mint_for_user(account, CLIENT_ID, OUTLOOK, SCOPES)


def refusal(context: Context, token: str) -> str:
    with pytest.raises(TokenRefused) as refused:
        context.tokens.verify(token)
    return refused.value.reason


def test_verifies_what_it_minted_for_a_work_account(sandbox: Sandbox) -> None:
    claims = sandbox.context.tokens.verify(minted(sandbox))
    assert claims.audience == OUTLOOK
    assert claims.scopes == SCOPES
    assert claims.user_principal_name == "forms@contoso.com"
    assert claims.client_id == CLIENT_ID
    assert claims.tenant_id == sandbox.tenant


def test_a_work_token_is_a_v1_jwt_that_a_mail_server_can_validate(sandbox: Sandbox) -> None:
    token = minted(sandbox)
    header, claims = jwt.get_unverified_header(token), claims_of(token)
    key = sandbox.context.tokens.jwks()["keys"][0]
    assert (header["typ"], header["alg"], header["kid"]) == ("JWT", "RS256", key["kid"])
    assert claims["iss"] == f"https://sts.windows.net/{sandbox.tenant}/"
    assert (claims["ver"], claims["appid"]) == ("1.0", CLIENT_ID)
    assert claims["upn"] == "forms@contoso.com"
    assert claims["exp"] - claims["iat"] == 3599


def test_the_published_key_checks_the_signature(sandbox: Sandbox) -> None:
    key = jwt.PyJWK(sandbox.context.tokens.jwks()["keys"][0], "RS256")
    options: dict[str, bool] = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = jwt.decode(minted(sandbox), key, ["RS256"], options, audience=OUTLOOK)  # type: ignore[arg-type] # a plain dict
    assert claims["scp"] == "IMAP.AccessAsUser.All SMTP.Send"


def test_a_personal_token_is_opaque_and_still_verified(sandbox: Sandbox) -> None:
    token = minted(sandbox, "forms.person@outlook.com")
    claims = sandbox.context.tokens.verify(token)
    assert token.startswith("EwB")
    assert "." not in token
    assert claims.user_principal_name == "forms.person@outlook.com"
    assert (claims.tenant_id, claims.scopes) == (CONSUMERS_TENANT, SCOPES)


@pytest.mark.parametrize("name", ["forms@contoso.com", "forms.person@outlook.com"])
def test_refuses_a_token_whose_time_is_over(sandbox: Sandbox, name: str) -> None:
    token = minted(sandbox, name)
    sandbox.context.clock.advance(3600)
    assert refusal(sandbox.context, token) == "expired"


def test_refuses_another_key_s_signature(sandbox: Sandbox) -> None:
    other = Tokens(sandbox.directory, sandbox.context.clock, ORIGIN)
    account = sandbox.account("forms@contoso.com")
    token = other.mint_for_user(account, CLIENT_ID, OUTLOOK, SCOPES)
    assert refusal(sandbox.context, token) == "signature"


@pytest.mark.parametrize("token", ["", "abc", "a.b.c"])
def test_refuses_what_is_no_token(sandbox: Sandbox, token: str) -> None:
    assert refusal(sandbox.context, token) == "malformed"


@pytest.mark.parametrize("token", ["EwB4", "EwB4not base64!", "EwB4" + "QUFB" * 30])
def test_refuses_an_opaque_token_it_never_sealed(sandbox: Sandbox, token: str) -> None:
    assert refusal(sandbox.context, token) == "unknown"


def test_an_id_token_opens_nothing(sandbox: Sandbox) -> None:
    account = sandbox.account("forms@contoso.com")
    token = sandbox.context.tokens.id_token(account, CLIENT_ID, frozenset({"openid"}), None)
    assert refusal(sandbox.context, token) == "malformed"


def test_an_application_s_token_names_the_application_and_its_roles(sandbox: Sandbox) -> None:
    roles = frozenset({"User.Read.All"})
    token = sandbox.context.tokens.mint_for_application(CLIENT_ID, OUTLOOK, roles)
    claims = sandbox.context.tokens.verify(token)
    assert (claims.roles, claims.scopes) == (roles, frozenset())
    assert (claims.object_id, claims.user_principal_name) == (CLIENT_OBJECT_ID, None)
    assert claims_of(token)["app_displayname"] == "AEM Forms mail"


def test_the_id_token_carries_only_what_was_asked(sandbox: Sandbox) -> None:
    account = sandbox.account("forms@contoso.com")
    bare = claims_of(
        sandbox.context.tokens.id_token(account, CLIENT_ID, frozenset({"openid"}), "n")
    )
    asked = frozenset({"openid", "profile", "email"})
    full = claims_of(sandbox.context.tokens.id_token(account, CLIENT_ID, asked, None))
    assert bare["nonce"] == "n"
    assert "preferred_username" not in bare
    assert full["preferred_username"] == full["email"] == "forms@contoso.com"
    assert "nonce" not in full


def test_the_id_token_of_a_person_comes_from_the_consumers_tenant(sandbox: Sandbox) -> None:
    account = sandbox.account("forms.person@outlook.com")
    claims = claims_of(
        sandbox.context.tokens.id_token(account, CLIENT_ID, frozenset({"openid"}), None)
    )
    assert claims["iss"] == f"{ORIGIN}/{CONSUMERS_TENANT}/v2.0"
    assert claims["tid"] == CONSUMERS_TENANT


def test_the_user_claim_is_lower_case_whatever_the_account_is_called(sandbox: Sandbox) -> None:
    account = replace(sandbox.account("forms@contoso.com"), user_principal_name="Forms@Contoso.com")
    token = sandbox.context.tokens.mint_for_user(account, CLIENT_ID, OUTLOOK, SCOPES)
    assert claims_of(token)["upn"] == "forms@contoso.com"


def test_the_key_survives_a_restart_beside_the_state(tmp_path: Path) -> None:
    state = tmp_path / "directory.json"
    first, second = obtain_key(state), obtain_key(state)
    assert first.key_id == second.key_id
    assert stat.S_IMODE((tmp_path / "signing-key.pem").stat().st_mode) == 0o600


def test_without_state_no_key_is_kept() -> None:
    assert obtain_key(None).key_id != obtain_key(None).key_id
