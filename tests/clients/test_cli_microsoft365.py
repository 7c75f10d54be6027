"""CLI for Microsoft 365, led to the sandbox by a proxy: `m365 login`, `m365 entra`."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from provision.sandbox.process import RunningSandbox
from tests.clients.command_line import CommandLine
from tests.clients.conftest import Witness
from tests.clients.connect_proxy import ConnectProxy, connect_proxy
from tests.clients.programs import bare_environment, find_program
from tests.contract.sandbox_graph.client import SandboxClient

pytestmark = pytest.mark.installed

CLIENT, VERSION = "CLI for Microsoft 365", "11.11.0"
GRAPH = "https://graph.microsoft.com"
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
    (role,) = graph.graph("GET", f"/applications(appId='{client_id}')").body["appRoles"]
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
