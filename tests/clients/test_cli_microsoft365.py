"""CLI for Microsoft 365, led to the sandbox by a proxy: `m365 login`, `m365 entra`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from provision.sandbox.process import RunningSandbox
from provision.sandbox.visitor import Visitor
from tests.clients.command_line import CommandLine
from tests.clients.conftest import Witness
from tests.clients.connect_proxy import ConnectProxy, connect_proxy
from tests.clients.key_pair import key_pair
from tests.clients.programs import bare_environment, find_program
from tests.contract.sandbox_graph.client import SandboxClient

pytestmark = pytest.mark.installed

CLIENT, VERSION = "CLI for Microsoft 365", "11.11.0"
GRAPH = "https://graph.microsoft.com"
GRAPH_ID = "00000003-0000-0000-c000-000000000000"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
ADMIN = "admin@contoso.com"
MESSAGE = re.compile(r"open the page (?P<page>\S+) and enter the code (?P<code>\S+) to")
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
SCOPES = ("IMAP.AccessAsUser.All", "SMTP.Send", "offline_access")


@dataclass(frozen=True, slots=True)
class Registration:
    """What `m365 entra app add` printed."""

    client_id: str
    object_id: str
    secret: str


@pytest.fixture(scope="module")
def proxy(own_sandbox: RunningSandbox) -> Iterator[ConnectProxy]:
    port = urlsplit(own_sandbox.ready.authority).port
    with connect_proxy(int(port or 0)) as running:
        yield running


@pytest.fixture(scope="module")
def aimed(
    own_sandbox: RunningSandbox, proxy: ConnectProxy, tmp_path_factory: pytest.TempPathFactory
) -> CommandLine:
    """Return `m365` that takes the sandbox for Microsoft, nobody signed in."""
    program, home = find_program("m365", "make clients"), tmp_path_factory.mktemp("m365")
    environment = bare_environment(
        home,
        HTTPS_PROXY=proxy.url,
        NODE_EXTRA_CA_CERTS=str(own_sandbox.ready.ca_bundle),
        CLIMICROSOFT365_NOUPDATE="1",
    )
    m365 = CommandLine(program, environment, home)
    m365.text("cli", "config", "set", "--key", "disableTelemetry", "--value", "true")
    return m365


@pytest.fixture(scope="module")
def m365(aimed: CommandLine, own_sandbox: RunningSandbox) -> CommandLine:
    """Return `m365` with the administrator's client signed in."""
    ready = own_sandbox.ready
    found = aimed.value(
        "login", "--authType", "secret", "--appId", ready.admin_client_id,
        "--secret", ready.admin_client_secret.reveal(), "--tenant", ready.tenant_id,
    )  # fmt: skip
    assert found["connectedAs"] == "Tenant administrator"
    return aimed


@pytest.fixture(scope="module")
def registration(m365: CommandLine) -> Registration:
    """Register what the job asks for, in one command."""
    made = m365.value(
        "entra", "app", "add", "--name", "AEM Forms mail", "--multitenant",
        "--platform", "web", "--redirectUris", f"http://localhost,{NATIVE}",
        "--apisDelegated", ",".join(f"{GRAPH}/{scope}" for scope in SCOPES),
        "--implicitFlow", "--withSecret", "--grantAdminConsent",
    )  # fmt: skip
    return Registration(made["appId"], made["objectId"], made["secrets"][0]["value"])


def test_registers_the_application_as_asked(
    registration: Registration, graph: SandboxClient, witness: Witness
) -> None:
    found = graph.graph("GET", f"/applications/{registration.object_id}").body
    assert (found["displayName"], found["signInAudience"]) == (
        "AEM Forms mail",
        "AzureADMultipleOrgs",
    )
    assert set(found["web"]["redirectUris"]) == {"http://localhost", NATIVE}
    assert found["web"]["implicitGrantSettings"] == {
        "enableAccessTokenIssuance": True,
        "enableIdTokenIssuance": True,
    }
    assert len(found["requiredResourceAccess"][0]["resourceAccess"]) == len(SCOPES)
    witness(CLIENT, VERSION, "signed in with a secret, registered an application with consent")


def test_grants_consent_for_everyone(registration: Registration, graph: SandboxClient) -> None:
    principal = graph.graph("GET", f"/servicePrincipals(appId='{registration.client_id}')").body
    condition = f"$filter=clientId eq '{principal['id']}'"
    (grant,) = graph.graph("GET", f"/oauth2PermissionGrants?{condition}").body["value"]
    assert (grant["consentType"], set(grant["scope"].split())) == ("AllPrincipals", set(SCOPES))


def test_the_printed_secret_opens_the_token_endpoint(
    registration: Registration, graph: SandboxClient
) -> None:
    assert graph.token_for(registration.client_id, registration.secret)


def test_says_who_is_signed_in(m365: CommandLine, own_sandbox: RunningSandbox) -> None:
    status = m365.value("status")
    assert (status["connectedAs"], status["appTenant"]) == (
        "Tenant administrator",
        own_sandbox.ready.tenant_id,
    )


def test_finds_the_application_by_name(m365: CommandLine, registration: Registration) -> None:
    found = m365.value("entra", "app", "get", "--name", "AEM Forms mail")
    assert (found["id"], found["appId"]) == (registration.object_id, registration.client_id)


def test_adds_and_removes_a_permission(
    m365: CommandLine, graph: SandboxClient, witness: Witness
) -> None:
    client_id = graph.create("Permissions")["appId"]
    permission = ("--appId", client_id, "--delegatedPermissions", f"{GRAPH}/User.Read")
    m365.text("entra", "app", "permission", "add", *permission)
    declared = graph.graph("GET", f"/applications(appId='{client_id}')").body
    assert len(declared["requiredResourceAccess"][0]["resourceAccess"]) == 1
    listed = m365.value("entra", "app", "permission", "list", "--appId", client_id)
    assert [found["permission"] for found in listed] == ["User.Read"]
    m365.text("entra", "app", "permission", "remove", *permission, "--force")
    declared = graph.graph("GET", f"/applications(appId='{client_id}')").body
    assert declared["requiredResourceAccess"] == []
    witness(CLIENT, VERSION, "added and removed permissions")


def test_a_second_consent_is_refused_in_graphs_words(
    m365: CommandLine, registration: Registration
) -> None:
    said = m365.refusal(
        "entra", "app", "permission", "add", "--appId", registration.client_id,
        "--delegatedPermissions", f"{GRAPH}/User.Read", "--grantAdminConsent",
    )  # fmt: skip
    assert "Permission entry already exists." in said


def test_adds_and_removes_a_role(m365: CommandLine, graph: SandboxClient) -> None:
    client_id = graph.create("Roles")["appId"]
    m365.text(
        "entra", "app", "role", "add", "--appId", client_id, "--name", "Reader",
        "--description", "Reads", "--allowedMembers", "usersGroups", "--claim", "Forms.Read",
    )  # fmt: skip
    (role,) = m365.value("entra", "app", "role", "list", "--appId", client_id)
    assert (role["value"], role["isEnabled"]) == ("Forms.Read", True)
    m365.text("entra", "app", "role", "remove", "--appId", client_id, "--name", "Reader", "--force")
    assert graph.graph("GET", f"/applications(appId='{client_id}')").body["appRoles"] == []


def test_finds_the_service_principal_and_its_grants(
    m365: CommandLine, registration: Registration
) -> None:
    found = m365.value("entra", "enterpriseapp", "get", "--displayName", "AEM Forms mail")
    grants = m365.value("entra", "oauth2grant", "list", "--spObjectId", found["id"])
    assert found["appId"] == registration.client_id
    assert [grant["clientId"] for grant in grants] == [found["id"]]


def test_a_removed_application_lies_in_the_bin(
    m365: CommandLine, graph: SandboxClient, witness: Witness
) -> None:
    made = graph.create("Short-lived")
    m365.text("entra", "app", "remove", "--appId", made["appId"], "--force")
    found = graph.graph("GET", f"/directory/deletedItems/{made['id']}").body
    assert found["appId"] == made["appId"]
    witness(CLIENT, VERSION, "found, listed and removed applications")


def test_lists_applications_page_after_page(
    m365: CommandLine, registration: Registration, graph: SandboxClient
) -> None:
    made = {graph.create(f"Page {number}")["appId"] for number in range(100)}
    found = m365.value("entra", "app", "list", "--properties", "appId")
    assert {application["appId"] for application in found} >= {*made, registration.client_id}


def test_asked_nobody_but_the_sandbox_for_the_job(
    registration: Registration, proxy: ConnectProxy
) -> None:
    telemetry = {"westeurope-3.in.applicationinsights.azure.com"}
    assert registration.client_id
    assert set(proxy.turned_away) <= telemetry


def test_a_certificate_signs_in(
    own_sandbox: RunningSandbox,
    aimed: CommandLine,
    graph: SandboxClient,
    tmp_path: Path,
    witness: Witness,
) -> None:
    ready, pair, file = own_sandbox.ready, key_pair(), tmp_path / "client.pem"
    file.write_text(pair.key_pem + pair.certificate_pem)
    made = graph.create("Certified", keyCredentials=[pair.key_credential])
    graph.graph("POST", "/servicePrincipals", {"appId": made["appId"]})
    found = at_another_home(aimed, tmp_path).value(
        "login", "--authType", "certificate", "--appId", made["appId"],
        "--certificateFile", str(file), "--thumbprint", pair.thumbprint,
        "--tenant", ready.tenant_id,
    )  # fmt: skip
    assert (found["connectedAs"], found["authType"]) == ("Certified", "certificate")
    witness(CLIENT, VERSION, "signed in with a certificate")


def test_a_device_code_signs_a_person_in(
    own_sandbox: RunningSandbox,
    aimed: CommandLine,
    graph: SandboxClient,
    tmp_path: Path,
    witness: Witness,
) -> None:
    ready = own_sandbox.ready
    made = graph.create(
        "On a device",
        isFallbackPublicClient=True,
        requiredResourceAccess=[
            {"resourceAppId": GRAPH_ID, "resourceAccess": [{"id": USER_READ, "type": "Scope"}]}
        ],
    )
    m365 = at_another_home(aimed, tmp_path)
    login = ("login", "--authType", "deviceCode", "--appId", made["appId"])
    with m365.running(*login, "--tenant", ready.tenant_id) as running:
        assert running.stderr is not None
        found = MESSAGE.search(running.stderr.readline())
        assert found is not None
        visitor = Visitor(ready.ca_bundle)
        visitor.visit(found["page"], ADMIN, ready.password_of(ADMIN), user_code=found["code"])
        output, _ = running.communicate(timeout=60)
    assert json.loads(output)["connectedAs"] == ADMIN
    witness(CLIENT, VERSION, "signed in with a device code")


def at_another_home(m365: CommandLine, home: Path) -> CommandLine:
    """Return the same program with connections of its own."""
    return replace(m365, environment={**m365.environment, "HOME": str(home)})
