"""`az ad app`, `az ad sp` and `az rest`: what Azure CLI makes, changes, finds and deletes."""

import pytest

from provision.sandbox.process import RunningSandbox
from tests.clients.azure_cli.registration import (
    GRAPH,
    IMAP,
    NATIVE,
    SMTP,
    USER_READ,
    VERSION,
    Registration,
)
from tests.clients.command_line import CommandLine
from tests.clients.conftest import Witness
from tests.contract.sandbox_graph.client import SandboxClient

pytestmark = pytest.mark.installed


def test_registers_the_application_as_asked(
    registration: Registration, graph: SandboxClient, witness: Witness
) -> None:
    found = graph.graph("GET", f"/applications/{registration.object_id}").body
    assert found["signInAudience"] == "AzureADandPersonalMicrosoftAccount"
    assert set(found["web"]["redirectUris"]) == {"http://localhost", NATIVE}
    assert found["web"]["implicitGrantSettings"] == {
        "enableAccessTokenIssuance": True,
        "enableIdTokenIssuance": True,
    }
    declared = found["requiredResourceAccess"][0]["resourceAccess"]
    assert {access["id"] for access in declared} == {IMAP, SMTP}
    assert [p["displayName"] for p in found["passwordCredentials"]] == ["aem-forms"]
    witness("Azure CLI", VERSION, "signed in with a secret, registered an application")


def test_grants_consent_for_everyone(
    az: CommandLine, registration: Registration, graph: SandboxClient, witness: Witness
) -> None:
    found = graph.graph("GET", f"/oauth2PermissionGrants/{registration.grant['id']}").body
    assert found["clientId"] == registration.principal_id
    assert found["consentType"] == "AllPrincipals"
    assert set(found["scope"].split()) == {"IMAP.AccessAsUser.All", "SMTP.Send", "offline_access"}
    listed = az.value(
        "ad", "app", "permission", "list-grants", "--id", registration.client_id,
        "--show-resource-name",
    )  # fmt: skip
    assert [grant["resourceDisplayName"] for grant in listed] == ["Microsoft Graph"]
    witness("Azure CLI", VERSION, "granted consent")


def test_a_second_create_of_the_same_name_patches_the_first(az: CommandLine, other: str) -> None:
    again = az.value(
        "ad", "app", "create", "--display-name", "Another", "--sign-in-audience",
        "AzureADMultipleOrgs",
    )  # fmt: skip
    assert (again["appId"], again["signInAudience"]) == (other, "AzureADMultipleOrgs")


def test_permissions_are_added_listed_and_deleted(az: CommandLine, other: str) -> None:
    permission = ("--id", other, "--api", GRAPH)
    both = (f"{IMAP}=Scope", f"{USER_READ}=Scope")
    az.text("ad", "app", "permission", "add", *permission, "--api-permissions", *both)
    az.text("ad", "app", "permission", "delete", *permission, "--api-permissions", IMAP)
    listed = az.value("ad", "app", "permission", "list", "--id", other)
    assert listed[0]["resourceAccess"] == [{"id": USER_READ, "type": "Scope"}]


def test_admin_consent_knows_no_other_cloud(az: CommandLine, registration: Registration) -> None:
    said = az.refusal("ad", "app", "permission", "admin-consent", "--id", registration.client_id)
    assert "not yet supported on sovereign clouds" in said


def test_service_principals_are_found_by_every_name(
    az: CommandLine, registration: Registration
) -> None:
    by_id = az.value("ad", "sp", "show", "--id", registration.client_id)
    by_name = az.value("ad", "sp", "list", "--display-name", "AEM Forms")
    by_principal_name = az.value("ad", "sp", "list", "--spn", registration.client_id)
    assert [p["id"] for p in (by_id, *by_name, *by_principal_name)] == [
        registration.principal_id
    ] * 3


def test_an_update_is_shown(az: CommandLine, other: str) -> None:
    az.text(
        "ad", "app", "update", "--id", other, "--set", "notes=ours",
        "--public-client-redirect-uris", "http://localhost/mobile",
    )  # fmt: skip
    shown = az.value("ad", "app", "show", "--id", other)
    assert shown["notes"] == "ours"
    assert shown["publicClient"]["redirectUris"] == ["http://localhost/mobile"]


@pytest.mark.parametrize(
    "condition",
    [
        ("--display-name", "AEM"),
        ("--filter", "startswith(displayName,'AEM Forms')"),
        ("--filter", "signInAudience eq 'AzureADandPersonalMicrosoftAccount'"),
    ],
)
def test_a_list_is_filtered(
    az: CommandLine, registration: Registration, condition: tuple[str, str]
) -> None:
    found = az.value("ad", "app", "list", *condition)
    assert [application["appId"] for application in found] == [registration.client_id]


def test_a_list_of_all_pages_on(
    az: CommandLine, registration: Registration, graph: SandboxClient
) -> None:
    names = [f"Page {number}" for number in range(100)]
    made = [graph.create(name)["displayName"] for name in names]
    found = az.value("ad", "app", "list", "--all", "--query", "[].displayName")
    assert set(found) >= {*made, "AEM Forms mail"}
    assert len(found) > 100


def test_a_deleted_application_lies_in_the_bin(
    az: CommandLine, graph: SandboxClient, other: str
) -> None:
    object_id = az.value("ad", "app", "show", "--id", other)["id"]
    az.text("ad", "app", "delete", "--id", other)
    assert "does not exist" in az.refusal("ad", "app", "show", "--id", other)
    assert graph.graph("GET", f"/directory/deletedItems/{object_id}").body["appId"] == other


def test_rest_is_signed_for_the_sandboxs_graph(
    az: CommandLine, own_sandbox: RunningSandbox, registration: Registration
) -> None:
    address = f"{own_sandbox.ready.graph}/v1.0/applications/{registration.object_id}"
    found = az.value("rest", "--method", "GET", "--url", f"{address}?$select=displayName")
    assert found["displayName"] == "AEM Forms mail"
