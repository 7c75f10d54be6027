"""The CA of a cloud file decides, whatever else the machine is told to trust."""

from dataclasses import replace
from pathlib import Path

import pytest

from provision.clock import ManualClock, SystemClock
from provision.cloud import Cloud
from provision.errors import ClientRefused, Unreachable
from provision.graph.administrator_settings import AdministratorSettings
from provision.graph.credential import Administrator
from provision.graph.polling import Pacing
from provision.graph.session import GraphSession
from provision.graph.sign_in import AzureSignIn
from provision.graph.wire import GraphRequest
from provision.secret import Secret
from provision.tenant.port import TenantQuery
from tests.contract.graph.backend import opened

TRAPS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
ORGANIZATION = GraphRequest("reading the organization", "GET", "/organization")


def organization(cloud: Cloud, settings: AdministratorSettings) -> int:
    session, _ = opened(cloud, settings, SystemClock())
    try:
        return session.send(ORGANIZATION).status
    finally:
        session.close()


def test_signs_in_and_reads_with_nothing_else_set(
    sandbox_cloud, sandbox_administrator, monkeypatch: pytest.MonkeyPatch
):
    for name in TRAPS:
        monkeypatch.delenv(name, raising=False)

    assert organization(sandbox_cloud, sandbox_administrator) == 200


@pytest.mark.parametrize("name", TRAPS)
def test_signs_in_and_reads_whatever_the_environment_trusts(
    name, sandbox_cloud, sandbox_administrator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    other = tmp_path / "other.pem"
    other.write_text("", encoding="utf-8")
    monkeypatch.setenv(name, str(tmp_path if name.endswith("DIR") else other))

    assert organization(sandbox_cloud, sandbox_administrator) == 200


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_reaches_a_cloud_with_its_own_ca_without_proxies(
    name, sandbox_cloud, sandbox_administrator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert organization(sandbox_cloud, sandbox_administrator) == 200


def test_does_not_trust_a_login_host_that_the_machine_does_not_know(
    sandbox_cloud, sandbox_administrator
):
    stranger = replace(sandbox_cloud, ca_bundle=None)

    with pytest.raises(Unreachable, match="certificate of the login host is not trusted"):
        AzureSignIn(stranger, sandbox_administrator).request("")


def test_does_not_trust_a_graph_host_that_the_machine_does_not_know(
    sandbox_cloud, sandbox_administrator
):
    pacing = Pacing(SystemClock(), lambda: 1.0, lambda _what, _seconds: None)
    administrator = Administrator(lambda: AzureSignIn(sandbox_cloud, sandbox_administrator), pacing)
    session = GraphSession(replace(sandbox_cloud, ca_bundle=None), administrator)

    with pytest.raises(Unreachable, match="certificate of localhost is not trusted") as caught:
        session.send(ORGANIZATION)
    assert getattr(caught.value, "is_permanent", False)
    session.close()


def test_says_when_graph_is_not_there(sandbox_cloud, sandbox_administrator, sandbox):
    elsewhere = replace(sandbox_cloud, graph="https://localhost:9")
    clock = ManualClock(SystemClock().now())
    _, tenant = opened(elsewhere, sandbox_administrator, clock)

    with pytest.raises(Unreachable, match="localhost cannot be reached"):
        tenant.read(TenantQuery("nobody", "Nobody"))
    assert clock.monotonic() > 10
    tenant.close()


def test_says_when_the_login_host_is_not_there(sandbox_cloud, sandbox_administrator):
    elsewhere = replace(sandbox_cloud, authority="https://localhost:9")

    with pytest.raises(Unreachable, match="the login host cannot be reached"):
        AzureSignIn(elsewhere, sandbox_administrator).request("")


def test_says_that_entra_does_not_know_the_secret(sandbox_cloud, sandbox_administrator):
    wrong = replace(sandbox_administrator, client_secret=Secret("wrong"))

    with pytest.raises(ClientRefused, match="AADSTS7000215") as caught:
        AzureSignIn(sandbox_cloud, wrong).request("")
    assert "correlation-id" in dict(caught.value.evidence)
    assert "wrong" not in f"{caught.value.message}{caught.value.hint}"
