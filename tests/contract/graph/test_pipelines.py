"""Whoever a pipeline, a workload or a machine says it is signs in, with a fresh token each time."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provision.cloud import BUILT_IN, Cloud
from provision.errors import ClientRefused, Throttled, Unreachable, UsageError
from provision.graph.administrator_settings import AdministratorSettings, TokenService
from provision.graph.sign_in import AzureSignIn
from provision.sandbox.process import RunningSandbox
from provision.sandbox.visitor import Visitor
from provision.secret import Secret
from tests.clients.key_pair import key_pair
from tests.contract.graph.pipeline_host import (
    AUDIENCE,
    BEARER,
    ISSUER,
    SUBJECT,
    PipelineHost,
    job_token,
    pipeline_host,
)
from tests.e2e.levers import Levers
from tests.signing import shared_key

ADMIN = "admin@contoso.com"
NBF = '{"access_token":{"nbf":{"value":"1"}}}'
GLOBAL = BUILT_IN["global"]


@pytest.fixture(scope="module")
def levers(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Levers:
    """The sandbox, whose administrator's application trusts the runner."""
    found = Levers(sandbox.ready_file, tmp_path_factory.mktemp("no-state"))
    found.control("PUT", "/issuers", {"issuer": ISSUER, "keys": [shared_key().jwk()]})
    path = f"/applications(appId='{sandbox.ready.admin_client_id}')/federatedIdentityCredentials"
    body = {"name": "runner", "issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE]}
    found.graph("POST", path, body)
    return found


@pytest.fixture
def host() -> Iterator[PipelineHost]:
    with pipeline_host() as running:
        yield running


@pytest.fixture
def settings(levers: Levers) -> AdministratorSettings:
    return AdministratorSettings(levers.ready.tenant_id, levers.ready.admin_client_id)


def github(settings: AdministratorSettings, host: PipelineHost) -> AdministratorSettings:
    url = f"{host.origin}/idtoken/7?api-version=2.0"
    return replace(settings, github=TokenService(url, Secret(BEARER)))


def test_github_is_asked_for_a_fresh_assertion_with_every_token(sandbox_cloud, settings, host):
    source = AzureSignIn(sandbox_cloud, github(settings, host))

    first, second = source.request(""), source.request(NBF)

    source.close()
    assert first.who == f"application {settings.client_id} with GitHub's token"
    assert first.secret != second.secret
    assert len(set(host.given)) == 2
    line, query, headers = host.asked[0]
    assert line == "GET /idtoken/7"
    assert query == {"api-version": ["2.0"], "audience": [AUDIENCE]}
    assert headers["authorization"] == f"Bearer {BEARER}"


def test_azure_devops_is_asked_for_the_service_connection_s_token(sandbox_cloud, settings, host):
    service = TokenService(f"{host.origin}/oidctoken/", Secret(BEARER), "connection-1")
    source = AzureSignIn(sandbox_cloud, replace(settings, azure_devops=service))

    token = source.request("")

    source.close()
    assert token.who.endswith("with Azure DevOps' token")
    line, query, headers = host.asked[0]
    assert line == "POST /oidctoken"
    assert query == {"api-version": ["7.1"], "serviceConnectionId": ["connection-1"]}
    assert headers["authorization"] == f"Bearer {BEARER}"
    assert headers["x-tfs-fedauthredirect"] == "Suppress"


def test_the_file_of_a_workload_is_read_anew_for_every_token(sandbox_cloud, settings, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{job_token()}\n")
    source = AzureSignIn(sandbox_cloud, replace(settings, token_file=file))
    source.request("")
    file.write_text(job_token(sub="somebody else"))

    with pytest.raises(ClientRefused, match="AADSTS700213") as caught:
        source.request(NBF)
    assert "federated-credential list" in caught.value.hint


def test_says_when_the_file_of_a_workload_is_not_there(sandbox_cloud, settings, tmp_path):
    source = AzureSignIn(sandbox_cloud, replace(settings, token_file=tmp_path / "none"))

    with pytest.raises(UsageError, match="none"):
        source.request("")


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ((302, b"", {"location": "/elsewhere"}), ClientRefused, "answered 302"),
        ((401, b"{}", {}), ClientRefused, "answered 401"),
        ((200, b"{}", {}), ClientRefused, "without a token"),
        ((200, b"<html>", {}), ClientRefused, "without a token"),
        ((200, b'{"value": "' + b"x" * 70000 + b'"}', {}), ClientRefused, "without a token"),
        ((429, b"", {}), Throttled, "answered 429"),
        ((503, b"", {}), Unreachable, "answered 503"),
    ],
)
def test_tells_what_the_pipeline_answered_instead(
    sandbox_cloud, settings, host, answer, error, said
):
    host.answer = answer

    with pytest.raises(error, match=said) as caught:
        AzureSignIn(sandbox_cloud, github(settings, host)).request("")
    assert len(host.asked) == 1
    assert BEARER not in f"{caught.value.message}{caught.value.hint}"


def test_says_when_the_pipeline_does_not_answer(sandbox_cloud, settings):
    service = TokenService("http://127.0.0.1:9/t", Secret(BEARER))

    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 did not answer"):
        AzureSignIn(sandbox_cloud, replace(settings, github=service)).request("")


def test_asks_no_host_that_is_not_encrypted(sandbox_cloud, settings):
    service = TokenService("http://runner.example/t", Secret(BEARER))

    with pytest.raises(UsageError, match="not https"):
        AzureSignIn(sandbox_cloud, replace(settings, github=service)).request("")


def test_asks_github_for_nothing_that_a_cloud_file_would_get(sandbox_cloud, settings):
    service = TokenService("https://pipelines.actions.githubusercontent.com/t", Secret(BEARER))

    with pytest.raises(UsageError, match="different worlds"):
        AzureSignIn(sandbox_cloud, replace(settings, github=service)).request("")


def test_sends_a_cloud_file_no_token_that_microsoft_would_take(sandbox_cloud, settings, tmp_path):
    file = tmp_path / "token"
    file.write_text(job_token(iss="https://token.actions.githubusercontent.com"))

    with pytest.raises(UsageError, match="githubusercontent"):
        AzureSignIn(sandbox_cloud, replace(settings, token_file=file)).request("")


def test_sends_microsoft_no_token_of_this_machine(settings, host, tmp_path):
    file = tmp_path / "token"
    file.write_text(job_token())

    with pytest.raises(UsageError, match="different worlds"):
        AzureSignIn(GLOBAL, replace(settings, token_file=file)).request("")
    with pytest.raises(UsageError, match="different worlds"):
        AzureSignIn(GLOBAL, github(settings, host)).request("")
    assert host.asked == []


def test_a_managed_identity_gets_its_token_from_its_machine(
    settings, host, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{host.origin}/identity")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    source = AzureSignIn(GLOBAL, replace(settings, way="managed-identity"))

    token = source.request("")

    source.close()
    assert token.secret == Secret(host.given[0])
    line, query, _ = host.asked[0]
    assert (line, query["client_id"]) == ("GET /identity", [settings.client_id])


def test_a_device_code_is_told_and_redeemed(
    sandbox_cloud: Cloud, settings: AdministratorSettings, levers: Levers
):
    made = levers.graph(
        "POST",
        "/applications",
        {
            "displayName": "Administrator's device",
            "isFallbackPublicClient": True,
            "publicClient": {"redirectUris": ["http://localhost"]},
        },
    )
    password = levers.ready.password_of(ADMIN)
    told: list[str] = []

    def approve(text: str) -> None:
        told.append(text)
        _, _, rest = text.partition("open ")
        address, _, code = rest.partition(" and type ")
        Visitor(levers.ready.ca_bundle).visit(address, ADMIN, password, user_code=code)

    asked = replace(settings, client_id=made["appId"], way="device", tell=approve)
    source = AzureSignIn(sandbox_cloud, asked)

    token = source.request("")

    source.close()
    assert token.who == "the administrator by device code"
    assert len(told) == 1


def test_a_certificate_signs_in(
    sandbox_cloud: Cloud, settings: AdministratorSettings, levers: Levers, tmp_path: Path
):
    pair = key_pair()
    body = {"displayName": "Certified", "keyCredentials": [pair.key_credential]}
    made = levers.graph("POST", "/applications", body)
    levers.graph("POST", "/servicePrincipals", {"appId": made["appId"]})
    file = tmp_path / "administrator.pem"
    file.write_text(pair.key_pem + pair.certificate_pem)
    source = AzureSignIn(
        sandbox_cloud, replace(settings, client_id=made["appId"], certificate_path=file)
    )

    assert source.request("").who.endswith(str(file))
    source.close()
