import json
from collections.abc import Mapping
from functools import cache

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from provision.errors import RefusedError, SignInRequired, WrongTenant
from provision.oauth.discovery import Discovery
from provision.oauth.identity import Identity, check_account, expected_tenant, verify_id_token
from provision.oauth.scopes import PERSONAL_TENANT_ID
from provision.secret import Secret
from tests.unit.oauth.fakes import (
    AUTHORITY,
    CLIENT_ID,
    NOW,
    TENANT_ID,
    RoutedHttp,
    answer,
    manual_clock,
    sign_in,
)

OBJECT_ID = "12121212-3434-4565-8787-909090909090"
OTHER_ID = "ffffffff-3434-4565-8787-909090909090"
ISSUER = f"https://login.example/{TENANT_ID}/v2.0"
TEMPLATE = "https://login.example/{tenantid}/v2.0"
INSTANT = NOW.timestamp()
FORMS = Identity(OBJECT_ID, TENANT_ID, "forms@contoso.com")
CLAIMS = {
    "aud": CLIENT_ID,
    "iss": ISSUER,
    "iat": INSTANT,
    "nbf": INSTANT,
    "exp": INSTANT + 3600,
    "nonce": "r" * 32,
    "oid": OBJECT_ID,
    "tid": TENANT_ID,
    "preferred_username": "forms@contoso.com",
}


@cache
def key(name: str) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def signed(claims: Mapping[str, object], signer: str = "k1", key_id: str = "k1") -> Secret:
    kept = {name: value for name, value in claims.items() if value is not None}
    return Secret(jwt.encode(kept, key(signer), algorithm="RS256", headers={"kid": key_id}))


def discovery(provider_issuer: str = ISSUER, **members: str) -> Discovery:
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key("k1").public_key()))
    published = {**jwk, "kid": "k1", "use": "sig", **members}
    document = {"issuer": provider_issuer, "jwks_uri": "https://login.example/keys"}
    return Discovery(
        RoutedHttp(
            {
                f"{AUTHORITY}/v2.0/.well-known/openid-configuration": lambda: answer(200, document),
                "https://login.example/keys": lambda: answer(200, {"keys": [published]}),
            }
        ),
        manual_clock(),
    )


def verified(token: Secret, known: Discovery | None = None) -> Identity:
    return verify_id_token(token, sign_in(), known or discovery(), manual_clock())


def test_a_good_token_names_the_account() -> None:
    assert verified(signed(CLAIMS)) == FORMS


def test_the_issuer_template_of_common_is_filled_with_the_tenant() -> None:
    assert verified(signed(CLAIMS), discovery(TEMPLATE, issuer=TEMPLATE)) == FORMS


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"iss": "https://evil.example/v2.0"},
        {"iss": ISSUER.replace(TENANT_ID, OTHER_ID)},
        {"tid": OTHER_ID},
        {"tid": "x/../y"},
        {"tid": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": INSTANT - 301},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": INSTANT + 301},
        {"nbf": True},
        {"oid": None},
        {"oid": 7},
        {"preferred_username": ""},
    ],
    ids=str,
)
def test_refuses_a_token_with_a_wrong_claim(changes) -> None:
    with pytest.raises(RefusedError, match="id token"):
        verified(signed(CLAIMS | changes))


@pytest.mark.parametrize("changes", [{"exp": INSTANT - 299}, {"nbf": INSTANT + 299}, {"nbf": None}])
def test_clocks_may_differ_by_five_minutes(changes) -> None:
    assert verified(signed(CLAIMS | changes)) == FORMS


def test_refuses_a_key_that_belongs_to_another_issuer() -> None:
    other = discovery(ISSUER, issuer=ISSUER.replace(TENANT_ID, OTHER_ID))
    with pytest.raises(RefusedError, match="another authority"):
        verified(signed(CLAIMS), other)


def test_refuses_a_signature_by_another_key() -> None:
    with pytest.raises(RefusedError, match="InvalidSignatureError"):
        verified(signed(CLAIMS, signer="k2"))


def test_refuses_a_key_that_the_authority_does_not_publish() -> None:
    with pytest.raises(RefusedError, match="signing key"):
        verified(signed(CLAIMS, key_id="k2"))


@pytest.mark.parametrize(
    "token",
    [
        jwt.encode(CLAIMS, "", algorithm="none", headers={"kid": "k1"}),
        jwt.encode(CLAIMS, "x" * 32, algorithm="HS256", headers={"kid": "k1"}),
        "not a token",
    ],
    ids=["unsigned", "symmetric", "garbage"],
)
def test_accepts_rs256_alone(token) -> None:
    with pytest.raises(RefusedError):
        verified(Secret(token))


def test_refuses_a_published_key_that_is_no_rsa_key() -> None:
    with pytest.raises(RefusedError):
        verified(signed(CLAIMS), discovery(kty="EC"))


def test_the_wanted_account_passes_whatever_its_case() -> None:
    check_account(FORMS, "Forms@Contoso.com", TENANT_ID.upper())


def test_any_tenant_passes_when_none_is_expected() -> None:
    check_account(FORMS, "forms@contoso.com", None)


def test_another_account_has_to_sign_in_again_and_both_are_named() -> None:
    with pytest.raises(SignInRequired, match=r"forms@contoso.com signed in, but mail@contoso.com"):
        check_account(FORMS, "mail@contoso.com", TENANT_ID)


def test_another_tenant_is_named_with_both_accounts() -> None:
    with pytest.raises(WrongTenant) as caught:
        check_account(FORMS, "mail@contoso.com", OTHER_ID)
    named = ("forms@contoso.com", "mail@contoso.com", TENANT_ID, OTHER_ID)
    assert all(name in caught.value.message for name in named)


def test_a_bound_account_may_change_its_name() -> None:
    renamed = Identity(OBJECT_ID, TENANT_ID, "new@contoso.com")
    check_account(renamed, "forms@contoso.com", TENANT_ID, bound=FORMS)


def test_a_new_account_of_the_same_name_is_not_the_bound_one() -> None:
    successor = Identity(OTHER_ID, TENANT_ID, "forms@contoso.com")
    with pytest.raises(SignInRequired, match=r"forms@contoso\.com") as caught:
        check_account(successor, "forms@contoso.com", TENANT_ID, bound=FORMS)
    assert OBJECT_ID in caught.value.hint


def test_a_bound_account_stays_in_its_tenant() -> None:
    moved = Identity(OBJECT_ID, OTHER_ID, "forms@contoso.com")
    with pytest.raises(WrongTenant):
        check_account(moved, "forms@contoso.com", None, bound=FORMS)


@pytest.mark.parametrize(
    ("kind", "tenant"), [("tenant", "T"), ("consumers", PERSONAL_TENANT_ID), ("common", None)]
)
def test_the_authority_decides_the_tenant_that_is_expected(kind, tenant) -> None:
    assert expected_tenant(kind, "T") == tenant
