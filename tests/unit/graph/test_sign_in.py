"""Which credential is tried follows from the settings and the cloud."""

from dataclasses import replace
from pathlib import Path

import pytest

from provision.cloud import BUILT_IN
from provision.errors import ClientRefused, UsageError
from provision.graph.administrator_settings import AdministratorSettings
from provision.graph.sign_in import AzureSignIn
from provision.secret import Secret

SETTINGS = AdministratorSettings("contoso.onmicrosoft.com", may_use_cli=False)
GLOBAL = BUILT_IN["global"]
ELSEWHERE = replace(GLOBAL, name="/tmp/cloud.json")


def test_says_so_when_nobody_is_signed_in():
    with pytest.raises(ClientRefused, match="nobody is signed in") as caught:
        AzureSignIn(GLOBAL, SETTINGS).request("")
    assert "az login --tenant contoso.onmicrosoft.com" in caught.value.hint


def test_says_so_when_there_is_no_azure_cli(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ClientRefused, match="nobody is signed in"):
        AzureSignIn(GLOBAL, replace(SETTINGS, may_use_cli=True)).request("")


def test_does_not_offer_microsofts_token_to_another_cloud():
    with pytest.raises(ClientRefused, match="nobody is signed in"):
        AzureSignIn(ELSEWHERE, replace(SETTINGS, may_use_cli=True)).request("")


def test_names_a_certificate_that_cannot_be_used():
    settings = replace(SETTINGS, client_id="c-1", certificate_path=Path("missing.pem"))

    with pytest.raises(UsageError, match=r"missing\.pem"):
        AzureSignIn(GLOBAL, settings).request("")


def test_names_a_tenant_that_cannot_be_one():
    settings = replace(SETTINGS, tenant="not a tenant", client_id="c-1", client_secret=Secret("s"))

    with pytest.raises(UsageError, match="cannot be used to sign in"):
        AzureSignIn(GLOBAL, settings).request("")


def test_closing_before_anything_was_asked_is_harmless():
    AzureSignIn(GLOBAL, SETTINGS).close()


def test_says_what_was_tried_and_what_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    settings = replace(SETTINGS, may_use_cli=True, client_id="c-1")

    with pytest.raises(ClientRefused) as caught:
        AzureSignIn(GLOBAL, settings).request("")

    assert "tried: the Azure CLI's account" in caught.value.message
    assert "secret lacks AZURE_CLIENT_SECRET" in caught.value.message
    assert "github lacks ACTIONS_ID_TOKEN_REQUEST_URL and" in caught.value.message
