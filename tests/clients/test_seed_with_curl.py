"""curl and the written procedure: its authorize address and its token request, word for word."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from provision.sandbox.process import RunningSandbox
from provision.sandbox.ready import Ready
from provision.sandbox.visitor import Visitor
from tests.clients.command_line import CommandLine
from tests.clients.conftest import Witness
from tests.clients.programs import bare_environment, find_program, version_of
from tests.contract.sandbox_graph.client import SandboxClient

OWNER = "forms@contoso.com"
PERSON = "forms.person@outlook.com"
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
LOOPBACK = "http://localhost"
GRAPH = "00000003-0000-0000-c000-000000000000"
PERMISSIONS = (
    "IMAP.AccessAsUser.All", "Mail.Read", "offline_access", "POP.AccessAsUser.All", "SMTP.Send",
    "User.Read",
)  # fmt: skip
# The two texts of the procedure, the placeholders named and the host the sandbox's.
AUTHORIZE = (
    "{authority}/{segment}/oauth2/v2.0/authorize?client_id={client_id}"
    "&scope=IMAP.AccessAsUser.All%20POP.AccessAsUser.All%20SMTP.Send%20User.Read%20Mail.Read"
    "%20offline_access&response_type=code&redirect_uri={redirect_uri}&prompt=login"
)
HEADER = "Content-Type: application/x-www-form-urlencoded"
REQUEST = (
    "client_id={client_id}"
    "&scope=https%3A%2F%2Foutlook.office.com%2FIMAP.AccessAsUser.All"
    "%20https%3A%2F%2Foutlook.office.com%2FPOP.AccessAsUser.All"
    "%20https%3A%2F%2Foutlook.office.com%2FSMTP.Send"
    "%20https%3A%2F%2Foutlook.office.com%2FUser.Read"
    "%20https%3A%2F%2Foutlook.office.com%2FMail.Read%20offline_access"
    "&code={code}&grant_type=authorization_code&redirect_uri={redirect_uri}"
    "&client_secret={secret}"
)
REFRESH = (
    "client_id={client_id}&scope=https%3A%2F%2Foutlook.office.com%2FIMAP.AccessAsUser.All"
    "%20offline_access&refresh_token={refresh_token}&grant_type=refresh_token"
    "&client_secret={secret}"
)


@dataclass(frozen=True, slots=True)
class Registration:
    """What the procedure has written down before the first address is opened."""

    ready: Ready
    client_id: str
    secret: str

    def code(self, segment: str, user: str, redirect_uri: str) -> str:
        """Open the address, sign in, allow, and copy the code out of where that leads."""
        address = self.address(segment, redirect_uri)
        visitor = Visitor(self.ready.ca_bundle)
        final_url = visitor.visit(address, user, self.ready.password_of(user)).final_url
        assert final_url.startswith(redirect_uri)
        return parse_qs(urlsplit(final_url).query)["code"][0]

    def address(self, segment: str, redirect_uri: str) -> str:
        """Return the authorize address, filled in."""
        return AUTHORIZE.format(
            authority=self.ready.authority,
            segment=segment,
            client_id=self.client_id,
            redirect_uri=redirect_uri,
        )

    def filled(self, request: str, **values: str) -> str:
        """Return a token request, filled in; the secret as it is."""
        return request.format(client_id=self.client_id, secret=self.secret, **values)


@pytest.fixture(scope="module")
def registration(own_sandbox: RunningSandbox) -> Registration:
    """Register what the procedure asks for, nobody's consent given."""
    graph = SandboxClient(own_sandbox.ready)
    graph.sign_in()
    resource = graph.graph("GET", f"/servicePrincipals(appId='{GRAPH}')").body
    ids = {scope["value"]: scope["id"] for scope in resource["oauth2PermissionScopes"]}
    made = graph.create(
        "AEM Forms mail",
        signInAudience="AzureADandPersonalMicrosoftAccount",
        api={"requestedAccessTokenVersion": 2},
        web={
            "redirectUris": [NATIVE, LOOPBACK],
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": True,
                "enableIdTokenIssuance": True,
            },
        },
        requiredResourceAccess=[
            {
                "resourceAppId": GRAPH,
                "resourceAccess": [{"id": ids[name], "type": "Scope"} for name in PERMISSIONS],
            }
        ],
        passwordCredentials=[{"displayName": "AEM"}],
    )
    graph.graph("POST", "/servicePrincipals", {"appId": made["appId"]})
    graph.close()
    secret = made["passwordCredentials"][0]["secretText"]
    return Registration(own_sandbox.ready, made["appId"], secret)


@pytest.fixture
def curl(own_sandbox: RunningSandbox, tmp_path: Path) -> CommandLine:
    program = find_program("curl", "apt-get install curl")
    ca_bundle = str(own_sandbox.ready.ca_bundle)
    return CommandLine(program, bare_environment(tmp_path, CURL_CA_BUNDLE=ca_bundle), tmp_path)


def posted(
    curl: CommandLine, registration: Registration, segment: str, data: str, header: str = HEADER
) -> dict[str, Any]:
    """Send the procedure's request: the header, the data, -X POST, the token endpoint."""
    endpoint = f"{registration.ready.authority}/{segment}/oauth2/v2.0/token"
    answer = curl.value("--silent", "-H", header, "-d", data, "-X", "POST", endpoint)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("redirect_uri", [NATIVE, LOOPBACK])
def test_the_procedure_ends_with_a_refresh_token_for_outlook(
    curl: CommandLine, registration: Registration, redirect_uri: str, witness: Witness
) -> None:
    code = registration.code("common", OWNER, redirect_uri)
    request = registration.filled(REQUEST, code=code, redirect_uri=redirect_uri)
    answer = posted(curl, registration, "common", request)
    assert answer["refresh_token"], answer
    assert {scope.rpartition("/")[2] for scope in answer["scope"].split()} >= {
        "IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send",
    }  # fmt: skip
    again = registration.filled(REFRESH, refresh_token=answer["refresh_token"])
    assert posted(curl, registration, "common", again)["access_token"]
    witness("curl", version_of(curl.program), f"got a refresh token at {redirect_uri} as written")


def test_a_personal_account_cannot_turn_graphs_scopes_into_outlooks(
    curl: CommandLine, registration: Registration
) -> None:
    code = registration.code("common", PERSON, NATIVE)
    request = registration.filled(REQUEST, code=code, redirect_uri=NATIVE)
    answer = posted(curl, registration, "common", request)
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [70000])


def test_the_tenants_own_address_works_for_its_people(
    curl: CommandLine, registration: Registration
) -> None:
    tenant = registration.ready.tenant_id
    code = registration.code(tenant, OWNER, NATIVE)
    request = registration.filled(REQUEST, code=code, redirect_uri=NATIVE)
    assert posted(curl, registration, tenant, request)["refresh_token"]


def test_the_token_opens_the_mailbox(curl: CommandLine, registration: Registration) -> None:
    code = registration.code("common", OWNER, NATIVE)
    request = registration.filled(REQUEST, code=code, redirect_uri=NATIVE)
    token = posted(curl, registration, "common", request)["access_token"]
    mailbox = f"imaps://localhost:{registration.ready.imap.port}"
    login = ("--user", OWNER, "--oauth2-bearer", token, "--login-options", "AUTH=XOAUTH2")
    assert "INBOX" in curl.text("--silent", *login, mailbox)


def test_the_owner_consents_on_graph_for_nobody_else(
    registration: Registration, graph: SandboxClient
) -> None:
    registration.code("common", OWNER, NATIVE)
    principal = graph.graph("GET", f"/servicePrincipals(appId='{registration.client_id}')").body
    condition = f"$filter=clientId eq '{principal['id']}'"
    grants = graph.graph("GET", f"/oauth2PermissionGrants?{condition}").body["value"]
    consented = {scope for grant in grants for scope in grant["scope"].split()}
    assert {grant["consentType"] for grant in grants} == {"Principal"}
    assert consented >= set(PERMISSIONS)


def test_the_header_without_its_colon_does_no_harm(
    curl: CommandLine, registration: Registration
) -> None:
    code = registration.code("common", OWNER, NATIVE)
    request = registration.filled(REQUEST, code=code, redirect_uri=NATIVE)
    header = HEADER.replace(":", "").replace("Content-Type", "ContentType")
    assert posted(curl, registration, "common", request, header)["refresh_token"]


def test_the_curly_quotes_hide_the_client_id(curl: CommandLine, registration: Registration) -> None:
    code = registration.code("common", OWNER, NATIVE)
    request = registration.filled(REQUEST, code=code, redirect_uri=NATIVE)
    answer = posted(curl, registration, "common", f"“{request}”")
    assert (answer["error"], answer["error_codes"]) == ("invalid_request", [900144])
    assert "'client_id'" in answer["error_description"]


def test_a_closing_curly_quote_spoils_the_secret(
    curl: CommandLine, registration: Registration
) -> None:
    code = registration.code("common", OWNER, NATIVE)
    request = registration.filled(REQUEST, code=code, redirect_uri=NATIVE)
    answer = posted(curl, registration, "common", f"{request}”")
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])


def test_the_misspelt_permission_is_unknown(curl: CommandLine, registration: Registration) -> None:
    address = registration.address("common", NATIVE).replace("IMAP.AccessAsUser", "IMAP.AccessUser")
    headers = curl.text("--silent", "--head", "--request", "GET", address)
    location = next(line for line in headers.splitlines() if line.lower().startswith("location:"))
    assert "AADSTS650053" in parse_qs(urlsplit(location).query)["error_description"][0]


def test_the_code_of_another_redirect_uri_is_refused(
    curl: CommandLine, registration: Registration
) -> None:
    code = registration.code("common", OWNER, NATIVE)
    request = registration.filled(REQUEST, code=code, redirect_uri=LOOPBACK)
    answer = posted(curl, registration, "common", request)
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [500112])
