"""`az login` and `az ad … credential`: secrets, certificates and federated credentials."""

import pytest

from provision.sandbox.process import RunningSandbox
from tests.clients.azure_cli.registration import (
    VERSION,
    Registration,
)
from tests.clients.command_line import CommandLine
from tests.clients.conftest import Witness
from tests.contract.sandbox_graph.client import SandboxClient

pytestmark = pytest.mark.installed


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
