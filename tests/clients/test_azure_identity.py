"""azure-identity: the credentials that a pipeline or a person has, against the sandbox."""

from pathlib import Path
from ssl import create_default_context
from urllib.parse import parse_qs, urlencode, urlsplit

import azure.identity
import httpx
import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthorizationCodeCredential,
    CertificateCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    DeviceCodeCredential,
    EnvironmentCredential,
)

from provision.sandbox.process import RunningSandbox
from provision.sandbox.ready import Ready
from provision.sandbox.visitor import Visitor
from tests.clients.conftest import Witness
from tests.clients.key_pair import key_pair
from tests.clients.mail_application import (
    MAIL_SCOPES,
    NATIVE,
    OWNER,
    MailApplication,
    register_mail_application,
)
from tests.contract.sandbox_graph.client import SandboxClient

GRAPH = "https://graph.microsoft.com/.default"
VERSION = azure.identity.__version__
CLIENT = "azure-identity"


@pytest.fixture
def ready(own_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Ready:
    """Return where the sandbox is, its authority and its CA being in the environment."""
    found = own_sandbox.ready
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(found.ca_bundle))
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", found.authority)
    return found


@pytest.fixture(scope="module")
def registered(own_sandbox: RunningSandbox) -> MailApplication:
    return register_mail_application(own_sandbox.ready)


def applications_seen(ready: Ready, token: str) -> int:
    """Return how many applications Graph shows to the holder of a token."""
    context = create_default_context(cafile=str(ready.ca_bundle))
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(verify=context, trust_env=False, headers=headers) as client:
        answer = client.get(f"{ready.graph}/v1.0/applications")
    assert answer.status_code == 200, answer.text
    return len(answer.json()["value"])


def administrator(ready: Ready, **options: str) -> ClientSecretCredential:
    return ClientSecretCredential(
        ready.tenant_id,
        ready.admin_client_id,
        ready.admin_client_secret.reveal(),
        disable_instance_discovery=True,
        **options,
    )


@pytest.fixture
def environment(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> Ready:
    """Put the administrator's client into the environment."""
    monkeypatch.setenv("AZURE_TENANT_ID", ready.tenant_id)
    monkeypatch.setenv("AZURE_CLIENT_ID", ready.admin_client_id)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", ready.admin_client_secret.reveal())
    return ready


def test_a_secret_opens_graph(ready: Ready, witness: Witness) -> None:
    with administrator(ready, authority=ready.authority) as credential:
        token = credential.get_token(GRAPH).token
    assert applications_seen(ready, token) > 0
    witness(CLIENT, VERSION, "client secret")


def test_the_authority_may_come_from_the_environment(environment: Ready, witness: Witness) -> None:
    with EnvironmentCredential(disable_instance_discovery=True) as credential:
        assert applications_seen(environment, credential.get_token(GRAPH).token) > 0
        witness(CLIENT, VERSION, "environment")


def test_the_default_chain_takes_the_environment(environment: Ready, witness: Witness) -> None:
    with DefaultAzureCredential(disable_instance_discovery=True) as credential:
        token = credential.get_token(GRAPH).token
    assert jwt.decode(token, options={"verify_signature": False})["appid"] == (
        environment.admin_client_id
    )
    witness(CLIENT, VERSION, "default chain")


def test_the_capability_to_take_challenges_may_be_named(ready: Ready) -> None:
    with administrator(ready) as credential:
        token = credential.get_token(GRAPH, enable_cae=True).token
        assert applications_seen(ready, token) > 0


def test_claims_from_a_challenge_are_taken(ready: Ready) -> None:
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'
    with administrator(ready) as credential:
        token = credential.get_token(GRAPH, claims=claims).token
    assert applications_seen(ready, token) > 0


def test_a_wrong_secret_is_told_in_entras_words(ready: Ready) -> None:
    with (
        ClientSecretCredential(
            ready.tenant_id, ready.admin_client_id, "wrong", disable_instance_discovery=True
        ) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        credential.get_token(GRAPH)


def test_a_device_is_signed_in_from_elsewhere(
    ready: Ready, registered: MailApplication, witness: Witness
) -> None:
    def approve(page: str, user_code: str, _: object) -> None:
        visitor = Visitor(ready.ca_bundle)
        visitor.visit(page, OWNER, ready.password_of(OWNER), user_code=user_code)

    with DeviceCodeCredential(
        registered.client_id,
        tenant_id=ready.tenant_id,
        prompt_callback=approve,
        disable_instance_discovery=True,
    ) as credential:
        record = credential.authenticate(scopes=MAIL_SCOPES[:3])
        assert (record.username, record.tenant_id) == (OWNER, ready.tenant_id)
        assert credential.get_token(*MAIL_SCOPES[:3]).token
        witness(CLIENT, VERSION, "device code")


def test_an_authorization_code_is_redeemed(ready: Ready, registered: MailApplication) -> None:
    asked = {
        "client_id": registered.client_id,
        "response_type": "code",
        "redirect_uri": NATIVE,
        "scope": " ".join(MAIL_SCOPES),
    }
    address = f"{registered.endpoint('authorize')}?{urlencode(asked)}"
    code = parse_qs(urlsplit(registered.visit(address).final_url).query)["code"][0]
    with AuthorizationCodeCredential(
        ready.tenant_id,
        registered.client_id,
        code,
        NATIVE,
        client_secret=registered.secret.reveal(),
    ) as credential:
        token = credential.get_token(*MAIL_SCOPES[:3]).token
        claims = jwt.decode(token, options={"verify_signature": False})
        assert (claims["upn"], claims["aud"]) == (OWNER, "https://outlook.office.com")


def test_a_certificate_signs_in(
    ready: Ready,
    registered: MailApplication,
    graph: SandboxClient,
    tmp_path: Path,
    witness: Witness,
) -> None:
    pair, file = key_pair(), tmp_path / "client.pem"
    file.write_text(pair.key_pem + pair.certificate_pem)
    changed = graph.graph(
        "PATCH",
        f"/applications(appId='{registered.client_id}')",
        {"keyCredentials": [pair.key_credential]},
    )
    assert changed.status == 204, changed.body
    with CertificateCredential(
        ready.tenant_id, registered.client_id, str(file), disable_instance_discovery=True
    ) as credential:
        assert credential.get_token(GRAPH).token
        witness(CLIENT, VERSION, "certificate")
