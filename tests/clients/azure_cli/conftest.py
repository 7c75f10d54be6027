"""Azure CLI with the sandbox as its cloud, and one registration that it made."""

import json
from collections.abc import Iterator

import pytest

from provision.sandbox.options import SandboxOptions
from provision.sandbox.process import RunningSandbox, running_sandbox
from tests.clients.azure_cli.registration import GRAPH, IMAP, NATIVE, SMTP, Registration
from tests.clients.command_line import CommandLine
from tests.clients.programs import bare_environment, find_program


@pytest.fixture(scope="package")
def own_sandbox() -> Iterator[RunningSandbox]:
    """A sandbox for every test of this folder: aiming and signing in costs seconds."""
    with running_sandbox(SandboxOptions(faults="none", microsoft_names=True)) as running:
        yield running


@pytest.fixture(scope="package")
def aimed(own_sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """Return `az` with the sandbox as its cloud, nobody signed in."""
    program, ready = find_program("az", "make clients"), own_sandbox.ready
    home = tmp_path_factory.mktemp("az")
    environment = bare_environment(home, REQUESTS_CA_BUNDLE=str(ready.ca_bundle))
    az = CommandLine(program, environment, home)
    origin = ready.authority
    az.text("config", "set", "core.instance_discovery=false", "core.collect_telemetry=false")
    az.text(
        "cloud", "register", "--name", "sandbox", "--skip-endpoint-discovery",
        "--endpoint-active-directory", origin,
        "--endpoint-active-directory-resource-id", f"{origin}/",
        "--endpoint-active-directory-graph-resource-id", f"{origin}/",
        "--endpoint-microsoft-graph-resource-id", f"{origin}/",
        "--endpoint-resource-manager", f"{origin}/",
        "--endpoint-management", f"{origin}/",
    )  # fmt: skip
    az.text("cloud", "set", "--name", "sandbox")
    return az


@pytest.fixture(scope="package")
def az(aimed: CommandLine, own_sandbox: RunningSandbox) -> CommandLine:
    """Return `az` with the administrator's client signed in."""
    ready = own_sandbox.ready
    found = aimed.value(
        "login", "--service-principal", "--username", ready.admin_client_id,
        "--password", ready.admin_client_secret.reveal(), "--tenant", ready.tenant_id,
        "--allow-no-subscriptions",
    )  # fmt: skip
    assert found[0]["tenantId"] == ready.tenant_id
    return aimed


@pytest.fixture(scope="package")
def registration(az: CommandLine) -> Registration:
    """Register what the job asks for: application, secret, service principal, consent."""
    accesses = {
        "resourceAppId": GRAPH,
        "resourceAccess": [{"id": IMAP, "type": "Scope"}, {"id": SMTP, "type": "Scope"}],
    }
    made = az.value(
        "ad", "app", "create", "--display-name", "AEM Forms mail",
        "--sign-in-audience", "AzureADandPersonalMicrosoftAccount",
        "--requested-access-token-version", "2",
        "--web-redirect-uris", "http://localhost", NATIVE,
        "--enable-access-token-issuance", "true", "--enable-id-token-issuance", "true",
        "--required-resource-accesses", json.dumps([accesses]),
    )  # fmt: skip
    client_id = made["appId"]
    secret = az.value(
        "ad", "app", "credential", "reset", "--id", client_id, "--append",
        "--display-name", "aem-forms", "--years", "1",
    )["password"]  # fmt: skip
    principal = az.value("ad", "sp", "create", "--id", client_id)
    grant = az.value(
        "ad", "app", "permission", "grant", "--id", client_id, "--api", GRAPH,
        "--scope", "IMAP.AccessAsUser.All SMTP.Send offline_access",
    )  # fmt: skip
    return Registration(client_id, made["id"], principal["id"], secret, grant)


@pytest.fixture
def other(az: CommandLine) -> Iterator[str]:
    """Return the client id of an application that one test may change."""
    client_id = az.value("ad", "app", "create", "--display-name", "Another")["appId"]
    yield client_id
    az.run("ad", "app", "delete", "--id", client_id)
