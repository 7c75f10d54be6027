"""azure-identity signs in with a certificate that Graph was given, through its own transport."""

from base64 import b64encode

import pytest
from azure.identity import CertificateCredential
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.contract.sandbox_entra.registered import Registered, administrator_token, client_for
from tests.contract.sandbox_entra.tenant import claims_of
from tests.contract.sandbox_entra.test_client_assertion import certificate
from tests.signing import shared_key

GRAPH = "https://graph.microsoft.com/.default"


@pytest.fixture(autouse=True)
def _own_authorities(monkeypatch: pytest.MonkeyPatch, registered: Registered) -> None:
    """Let requests trust the sandbox's authority whatever the machine trusts."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(registered.ready.ca_bundle))


def with_certificate(registered: Registered) -> str:
    """Register an application that holds the certificate; return its client id."""
    key = b64encode(certificate().public_bytes(Encoding.DER)).decode()
    credential = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": key}
    body = {"displayName": "certified", "keyCredentials": [credential]}
    headers = {"authorization": f"Bearer {administrator_token(registered.ready)}"}
    with client_for(registered.ready) as client:
        made = client.post("/v1.0/applications", json=body, headers=headers)
        assert made.status_code == 201, made.text
        client_id = str(made.json()["appId"])
        client.post("/v1.0/servicePrincipals", json={"appId": client_id}, headers=headers)
    return client_id


def test_a_certificate_that_graph_was_given_gets_a_token(registered: Registered) -> None:
    client_id = with_certificate(registered)
    key = shared_key().private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with CertificateCredential(
        registered.ready.tenant_id,
        client_id,
        certificate_data=key + certificate().public_bytes(Encoding.PEM),
        authority=registered.ready.authority,
        disable_instance_discovery=True,
    ) as credential:
        token = credential.get_token(GRAPH)
    assert claims_of(token.token)["appid"] == client_id
