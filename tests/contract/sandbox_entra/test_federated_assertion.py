"""Whose tokens stand for an application: issuer, subject and audience of a federated credential."""

import jwt
import pytest

from provision.sandbox.keys import obtain_key
from tests.contract.sandbox_entra.registered import Registered
from tests.contract.sandbox_entra.tenant import APPLICATION_ID, Sandbox, code_of
from tests.contract.sandbox_entra.test_levers import turn
from tests.signing import shared_key

ISSUER = "https://issuer.example"
SUBJECT = "repo:contoso/mail:ref:refs/heads/main"
AUDIENCE = "api://AzureADTokenExchange"
SCOPE = "https://graph.microsoft.com/.default"


@pytest.fixture
def trusting(sandbox: Sandbox) -> Sandbox:
    sandbox.directory.issuers[ISSUER] = [shared_key().jwk()]
    sandbox.directory.applications[APPLICATION_ID]["_federated"] = [
        {"issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE]}
    ]
    return sandbox


def asked(sandbox: Sandbox, key_id: str = "", **claims: object) -> dict[str, str]:
    now = sandbox.context.clock.timestamp()
    said = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "exp": now + 300, **claims}
    headers = {"kid": key_id or shared_key().key_id}
    return {
        "grant_type": "client_credentials",
        "scope": SCOPE,
        "client_secret": "-",
        "client_assertion": jwt.encode(said, shared_key().private, "RS256", headers),
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }


def test_the_token_of_a_trusted_subject_stands_for_the_application(trusting: Sandbox) -> None:
    assert trusting.token(**asked(trusting)).status_code == 200


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "https://other.example"}, 700211),
        ({"sub": "repo:contoso/mail:pull_request"}, 700213),
        ({"aud": "api://else"}, 700212),
        ({"exp": 0}, 700024),
        ({"key_id": "other"}, 50027),
    ],
)
def test_refuses_what_the_credential_does_not_name(
    trusting: Sandbox, claims: dict[str, str], code: int
) -> None:
    assert code_of(trusting.token(**asked(trusting, **claims))) == code


def test_refuses_a_signature_of_somebody_else(trusting: Sandbox) -> None:
    sent = asked(trusting)
    other = jwt.encode({"a": 1}, obtain_key(None).private, "RS256").rpartition(".")[2]
    forged = f"{sent['client_assertion'].rpartition('.')[0]}.{other}"
    assert code_of(trusting.token(**sent | {"client_assertion": forged})) == 50027


def test_refuses_an_issuer_whose_keys_nobody_gave(trusting: Sandbox) -> None:
    trusting.directory.issuers.clear()
    assert code_of(trusting.token(**asked(trusting))) == 700211


def test_the_control_url_takes_an_issuer_s_keys(registered: Registered) -> None:
    keys = {"issuer": ISSUER, "keys": [shared_key().jwk()]}
    assert turn(registered, "PUT", "/issuers", keys).json() == {"issuers": [ISSUER]}
    assert turn(registered, "PUT", "/issuers", {"issuer": ISSUER}).status_code == 400
