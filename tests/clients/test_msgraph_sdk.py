"""msgraph-sdk with its own typed models: every answer parsed by Microsoft's own code."""

import asyncio
import ssl
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import version
from typing import Any
from uuid import UUID

import httpx
import pytest
from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.item.add_password.add_password_post_request_body import (
    AddPasswordPostRequestBody,
)
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import (
    RemovePasswordPostRequestBody,
)
from msgraph.generated.models.api_application import ApiApplication
from msgraph.generated.models.application import Application
from msgraph.generated.models.implicit_grant_settings import ImplicitGrantSettings
from msgraph.generated.models.o_auth2_permission_grant import OAuth2PermissionGrant
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.required_resource_access import RequiredResourceAccess
from msgraph.generated.models.resource_access import ResourceAccess
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.web_application import WebApplication
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]  # no types

from provision.sandbox.process import RunningSandbox
from tests.clients.conftest import Witness
from tests.contract.sandbox_graph.client import SandboxClient

CLIENT, VERSION = "msgraph-sdk", version("msgraph-sdk")
GRAPH = "00000003-0000-0000-c000-000000000000"
IMAP = UUID("652390e4-393a-48de-9484-05f9b1212954")
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"

Run = Callable[[Awaitable[Any]], Any]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Return what waits for an answer, always on the same loop: connections belong to it."""
    with asyncio.Runner() as runner:

        async def awaited(answer: Awaitable[Any]) -> Any:
            return await answer

        yield lambda answer: runner.run(awaited(answer))


@pytest.fixture(scope="module")
def sdk(own_sandbox: RunningSandbox, run: Run) -> Iterator[GraphServiceClient]:
    """Return the SDK's client, signed in as the administrator's; its connections end with it."""
    ready = own_sandbox.ready
    context = ssl.create_default_context(cafile=str(ready.ca_bundle))
    # The SDK's own transport, which wraps this one, does not hand a close on.
    transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
    http = httpx.AsyncClient(transport=transport, timeout=30)
    with ClientSecretCredential(
        ready.tenant_id,
        ready.admin_client_id,
        ready.admin_client_secret.reveal(),
        authority=ready.authority,
        disable_instance_discovery=True,
        connection_verify=str(ready.ca_bundle),
        use_env_settings=False,
    ) as credential:
        provider = AzureIdentityAuthenticationProvider(
            credential, scopes=["https://graph.microsoft.com/.default"]
        )
        kept = GraphClientFactory.create_with_default_middleware(client=http)
        adapter = GraphRequestAdapter(provider, client=kept)
        adapter.base_url = f"{ready.graph}/v1.0"
        yield GraphServiceClient(request_adapter=adapter)
        run(transport.aclose())


@pytest.fixture
def application(sdk: GraphServiceClient, run: Run) -> Application:
    """Return an application that one test may change."""
    return run(sdk.applications.post(Application(display_name="Typed")))


def test_registers_the_application_as_asked(
    sdk: GraphServiceClient, run: Run, graph: SandboxClient, witness: Witness
) -> None:
    made = run(
        sdk.applications.post(
            Application(
                display_name="AEM Forms mail",
                sign_in_audience="AzureADandPersonalMicrosoftAccount",
                api=ApiApplication(requested_access_token_version=2),
                web=WebApplication(
                    redirect_uris=["http://localhost", NATIVE],
                    implicit_grant_settings=ImplicitGrantSettings(
                        enable_access_token_issuance=True, enable_id_token_issuance=True
                    ),
                ),
                required_resource_access=[
                    RequiredResourceAccess(
                        resource_app_id=GRAPH,
                        resource_access=[ResourceAccess(id=IMAP, type="Scope")],
                    )
                ],
                password_credentials=[PasswordCredential(display_name="aem")],
            )
        )
    )
    found = graph.graph("GET", f"/applications/{made.id}").body
    assert found["web"]["implicitGrantSettings"]["enableAccessTokenIssuance"] is True
    assert set(found["web"]["redirectUris"]) == {"http://localhost", NATIVE}
    assert found["requiredResourceAccess"][0]["resourceAccess"][0]["id"] == str(IMAP)
    assert made.created_date_time.tzinfo is not None
    run(sdk.service_principals.post(ServicePrincipal(app_id=made.app_id)))
    assert graph.token_for(made.app_id, made.password_credentials[0].secret_text)
    witness(CLIENT, VERSION, "registered an application with its secret")


def test_changes_are_read_back(sdk: GraphServiceClient, run: Run, application: Application) -> None:
    item = sdk.applications.by_application_id(application.id)
    run(item.patch(Application(notes="ours", tags=["mail"])))
    found = run(item.get())
    assert (found.notes, found.tags, found.app_id) == ("ours", ["mail"], application.app_id)


def test_passwords_come_and_go(
    sdk: GraphServiceClient, run: Run, application: Application, witness: Witness
) -> None:
    item = sdk.applications.by_application_id(application.id)
    wanted = AddPasswordPostRequestBody(
        password_credential=PasswordCredential(display_name="laptop")
    )
    made = run(item.add_password.post(wanted))
    assert made.secret_text.startswith(made.hint)
    (listed,) = run(item.get()).password_credentials
    assert (listed.key_id, listed.secret_text) == (made.key_id, None)
    run(item.remove_password.post(RemovePasswordPostRequestBody(key_id=made.key_id)))
    assert run(item.get()).password_credentials == []
    witness(CLIENT, VERSION, "added and removed secrets")


def test_pages_lead_to_every_application(
    sdk: GraphServiceClient, run: Run, graph: SandboxClient
) -> None:
    made = {graph.create(f"Page {number}")["appId"] for number in range(3)}
    query = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters(
        top=2, filter="startswith(displayName,'Page')", select=["appId"]
    )
    first = run(sdk.applications.get(RequestConfiguration(query_parameters=query)))
    second = run(sdk.applications.with_url(first.odata_next_link).get())
    assert (len(first.value), second.odata_next_link) == (2, None)
    assert {found.app_id for found in (*first.value, *second.value)} == made


def test_consent_is_granted_widened_and_revoked(
    sdk: GraphServiceClient, run: Run, application: Application, witness: Witness
) -> None:
    principal = run(sdk.service_principals.post(ServicePrincipal(app_id=application.app_id)))
    resource = run(sdk.service_principals_with_app_id(GRAPH).get())
    grants = sdk.oauth2_permission_grants
    made = run(
        grants.post(
            OAuth2PermissionGrant(
                client_id=principal.id,
                consent_type="AllPrincipals",
                resource_id=resource.id,
                scope="IMAP.AccessAsUser.All",
            )
        )
    )
    parts = UUID(principal.id).bytes_le + UUID(resource.id).bytes_le
    assert made.id == urlsafe_b64encode(parts).rstrip(b"=").decode()
    item = grants.by_o_auth2_permission_grant_id(made.id)
    run(item.patch(OAuth2PermissionGrant(scope="IMAP.AccessAsUser.All SMTP.Send")))
    assert run(item.get()).scope == "IMAP.AccessAsUser.All SMTP.Send"
    run(item.delete())
    with pytest.raises(ODataError) as refused:
        run(item.get())
    assert refused.value.error.code == "Request_ResourceNotFound"
    witness(CLIENT, VERSION, "granted, widened and revoked consent")


def test_a_deleted_application_is_restored(
    sdk: GraphServiceClient, run: Run, application: Application, witness: Witness
) -> None:
    item = sdk.applications.by_application_id(application.id)
    run(item.delete())
    deleted = sdk.directory.deleted_items.by_directory_object_id(application.id)
    assert run(deleted.get()).deleted_date_time is not None
    restored = run(deleted.restore.post())
    assert (restored.id, run(item.get()).app_id) == (application.id, application.app_id)
    witness(CLIENT, VERSION, "deleted and restored an application")


def test_a_refusal_is_an_odata_error_with_its_code(sdk: GraphServiceClient, run: Run) -> None:
    with pytest.raises(ODataError) as refused:
        run(sdk.applications.post(Application(display_name="")))
    assert refused.value.response_status_code == 400
    assert refused.value.error.code == "Request_BadRequest"
    assert refused.value.error.inner_error.request_id
