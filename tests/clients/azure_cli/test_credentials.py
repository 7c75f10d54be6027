"""`az login` and `az ad … credential`: secrets, certificates and federated credentials."""

import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import jwt
import pytest
from azure.identity import AzureCliCredential

from provision.sandbox.process import RunningSandbox
from tests.clients.azure_cli.registration import (
    VERSION,
    Registration,
)
from tests.clients.command_line import CommandLine
from tests.clients.conftest import Witness
from tests.contract.sandbox_graph.client import SandboxClient

pytestmark = pytest.mark.installed
ISSUER = "https://token.actions.githubusercontent.com"


def test_the_printed_secret_opens_the_token_endpoint(
    registration: Registration, graph: SandboxClient
) -> None:
    assert graph.token_for(registration.client_id, registration.secret)


def test_a_wrong_secret_is_refused_in_entras_words(
    aimed: CommandLine, own_sandbox: RunningSandbox, registration: Registration
) -> None:
    said = aimed.refusal(
        "login", "--service-principal", "--username", registration.client_id,
        "--password", "wrong", "--tenant", own_sandbox.ready.tenant_id,
    )  # fmt: skip
    assert "AADSTS7000215" in said


def test_secrets_are_listed_and_deleted_by_key_id(
    az: CommandLine, other: str, graph: SandboxClient, witness: Witness
) -> None:
    az.text("ad", "app", "credential", "reset", "--id", other, "--display-name", "laptop")
    (listed,) = az.value("ad", "app", "credential", "list", "--id", other)
    assert (listed["displayName"], listed["secretText"]) == ("laptop", None)
    az.text("ad", "app", "credential", "delete", "--id", other, "--key-id", listed["keyId"])
    found = graph.graph("GET", f"/applications(appId='{other}')").body
    assert found["passwordCredentials"] == []
    witness("Azure CLI", VERSION, "made, listed and deleted secrets")


def test_a_service_principal_gets_a_secret_and_goes(
    az: CommandLine, other: str, graph: SandboxClient, witness: Witness
) -> None:
    made = az.value("ad", "sp", "create", "--id", other)
    secret = az.value("ad", "sp", "credential", "reset", "--id", other)["password"]
    assert graph.token_for(other, secret)
    az.text("ad", "sp", "delete", "--id", other)
    assert graph.graph("GET", f"/servicePrincipals/{made['id']}").status == 404
    witness("Azure CLI", VERSION, "made and deleted service principals")


def test_create_for_rbac_makes_an_account_that_can_sign_in(
    az: CommandLine, graph: SandboxClient, witness: Witness
) -> None:
    made = az.value("ad", "sp", "create-for-rbac", "--name", "pipeline")
    assert made["tenant"] == graph.ready.tenant_id
    assert graph.token_for(made["appId"], made["password"])
    witness("Azure CLI", VERSION, "made a service principal for a pipeline")


def test_owners_are_added_listed_and_removed(
    az: CommandLine, other: str, graph: SandboxClient, witness: Witness
) -> None:
    owner = graph.graph("GET", "/users/alex@contoso.com").body["id"]
    az.text("ad", "app", "owner", "add", "--id", other, "--owner-object-id", owner)
    listed = az.value("ad", "app", "owner", "list", "--id", other)
    assert owner in {found["id"] for found in listed}
    az.text("ad", "app", "owner", "remove", "--id", other, "--owner-object-id", owner)
    listed = az.value("ad", "app", "owner", "list", "--id", other)
    assert owner not in {found["id"] for found in listed}
    witness("Azure CLI", VERSION, "added and removed owners")


def test_federated_credentials_are_made_changed_and_deleted(
    az: CommandLine, other: str, witness: Witness
) -> None:
    credential = ("ad", "app", "federated-credential")
    wanted = {
        "name": "ci",
        "issuer": ISSUER,
        "subject": "repo:acme/forms:ref:refs/heads/main",
        "audiences": ["api://AzureADTokenExchange"],
    }
    named = ("--id", other, "--federated-credential-id", "ci")
    az.text(*credential, "create", "--id", other, "--parameters", json.dumps(wanted))
    changed = {"subject": "repo:acme/forms:environment:live", "issuer": ISSUER}
    az.text(*credential, "update", *named, "--parameters", json.dumps({**wanted, **changed}))
    shown = az.value(*credential, "show", *named)
    assert (shown["name"], shown["subject"]) == ("ci", changed["subject"])
    az.text(*credential, "delete", *named)
    assert az.value(*credential, "list", "--id", other) == []
    witness("Azure CLI", VERSION, "made, changed and deleted a federated credential")


def test_a_certificate_signs_in(
    az: CommandLine, own_sandbox: RunningSandbox, tmp_path: Path, witness: Witness
) -> None:
    made = az.value("ad", "sp", "create-for-rbac", "--name", "certified", "--create-cert")
    copytree(f"{az.environment['HOME']}/.azure", tmp_path / ".azure")
    elsewhere = replace(az, environment={**az.environment, "HOME": str(tmp_path)})
    found = elsewhere.value(
        "login", "--service-principal", "--username", made["appId"],
        "--certificate", made["fileWithCertAndPrivateKey"],
        "--tenant", own_sandbox.ready.tenant_id, "--allow-no-subscriptions",
    )  # fmt: skip
    assert made["appId"] in {account["user"]["name"] for account in found}
    witness("Azure CLI", VERSION, "signed in with a certificate")


def test_azure_identity_takes_whoever_az_signed_in(
    az: CommandLine,
    own_sandbox: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
    witness: Witness,
) -> None:
    monkeypatch.setenv("PATH", f"{az.program.parent}:{az.environment['PATH']}")
    monkeypatch.setenv("HOME", az.environment["HOME"])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", az.environment["REQUESTS_CA_BUNDLE"])
    credential = AzureCliCredential(tenant_id=own_sandbox.ready.tenant_id)
    token = credential.get_token("https://graph.microsoft.com/.default").token
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["appid"] == own_sandbox.ready.admin_client_id
    witness("Azure CLI", VERSION, "gave azure-identity its token")
