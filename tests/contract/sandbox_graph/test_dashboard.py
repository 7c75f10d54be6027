"""The dashboard: all that the sandbox holds on one page, and nothing that is secret."""

import re
from html.parser import HTMLParser
from http.client import HTTPSConnection
from ssl import create_default_context
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from provision.sandbox.ready import Ready
from tests.contract.sandbox_graph.client import SandboxClient
from tests.contract.sandbox_graph.rules import path_of, use

EVIL = "<script>alert(1)</script> & 'Söhne'"


class Page(NamedTuple):
    headers: dict[str, str]
    html: str

    def texts(self) -> list[str]:
        """Return what a person reads, in its order."""
        reader = _Reader()
        reader.feed(self.html)
        return reader.texts

    def section(self, name: str) -> str:
        """Return the HTML of one table."""
        return self.html.partition(f'<section id="{name}">')[2].partition("</section>")[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts += filter(None, [data.strip()])


def opened(ready: Ready, query: str = "") -> Page:
    """Return the page as a browser gets it."""
    parts = urlsplit(ready.control)
    context = create_default_context(cafile=str(ready.ca_bundle))
    connection = HTTPSConnection(str(parts.hostname), parts.port, context=context, timeout=20)
    connection.request("GET", f"{parts.path}/{query}", headers={"Accept": "text/html"})
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    html = answer.read().decode()
    connection.close()
    assert answer.status == 200, html
    return Page(headers, html)


def test_it_is_one_page_without_anything_from_elsewhere(client: SandboxClient) -> None:
    page = opened(client.ready)

    assert page.headers["content-type"].startswith("text/html")
    assert set(re.findall(r'(?:href|src|action)="([^"#]*)', page.html)) == {"", "data:,", "?still"}
    assert "<script" not in page.html


def test_browsers_may_load_send_and_tell_nothing(client: SandboxClient) -> None:
    headers = opened(client.ready).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "frame-ancestors 'none'" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_it_is_renewed_by_itself_until_it_is_held_still(client: SandboxClient) -> None:
    assert '<meta http-equiv="refresh" content="5">' in opened(client.ready).html
    assert "http-equiv" not in opened(client.ready, "?still").html


def test_it_says_what_it_is(client: SandboxClient) -> None:
    texts = opened(client.ready).texts()

    assert "A sandbox on this machine, not Microsoft. Nothing here is real." in texts
    assert {"contoso.onmicrosoft.com", client.ready.tenant_id} <= set(texts)


def test_names_that_clients_chose_are_text(client: SandboxClient) -> None:
    created = client.create(EVIL)
    path = path_of(created)
    client.graph("POST", f"{path}/addPassword", {"passwordCredential": {"displayName": EVIL}})
    client.graph("GET", "/nowhere<script>")
    page = opened(client.ready)

    assert "<script" not in page.html
    assert EVIL in page.texts()
    assert f"{EVIL} (" in "".join(page.texts())


def test_an_application_is_shown_with_its_secrets_hints(client: SandboxClient) -> None:
    created = client.create(
        "shown", signInAudience="AzureADMyOrg", web={"redirectUris": ["https://shown.example/"]}
    )
    minted = client.graph("POST", f"{path_of(created)}/addPassword", {}).body
    texts = opened(client.ready).texts()

    shown = {created["appId"], "web: https://shown.example/", minted["keyId"]}
    assert shown <= set(texts)
    assert f"unnamed ({minted['hint']}…)" in texts


def test_consent_is_shown_with_names_and_scopes(client: SandboxClient) -> None:
    created = client.create("consented")
    principal = client.graph("POST", "/servicePrincipals", {"appId": created["appId"]}).body
    parties = {"clientId": principal["id"], "resourceId": principal["id"]}
    grant = {**parties, "consentType": "AllPrincipals", "scope": "Shown.Scope"}
    client.graph("POST", "/oauth2PermissionGrants", grant)

    section = opened(client.ready).section("grants")
    assert "consented" in section
    assert "Shown.Scope" in section
    assert "everybody" in section


def test_tokens_are_shown_by_client_and_never_by_text(client: SandboxClient) -> None:
    section = opened(client.ready).section("tokens")

    assert "access token" in section
    assert client.ready.admin_client_id in section
    assert "the application itself" in section


def test_mailboxes_are_shown_with_their_switches(client: SandboxClient) -> None:
    client.control("PATCH", "/mailboxes/alex@contoso.com", {"imapEnabled": False})
    page = opened(client.ready)
    client.control("PATCH", "/mailboxes/alex@contoso.com", {"imapEnabled": True})

    row = page.section("mailboxes").partition("alex@contoso.com")[2].partition("</tr>")[0]
    assert re.findall(r">(on|off)<", row) == ["off", "on", "on"]


def test_a_sign_in_under_way_is_shown(client: SandboxClient) -> None:
    created = client.create("begun", web={"redirectUris": ["https://begun.example/"]})
    query = f"client_id={created['appId']}&response_type=code&scope=openid&state=s3cret-state"
    path = f"/{client.ready.tenant_id}/oauth2/v2.0/authorize"
    client.raw("GET", f"{path}?{query}&redirect_uri=https://begun.example/", None, {})
    page = opened(client.ready)

    section = page.section("sign-ins")
    assert created["appId"] in section
    assert "not signed in yet" in section
    assert "s3cret-state" not in page.html


def test_faults_and_the_requests_they_struck_are_shown(client: SandboxClient) -> None:
    use(client, {"fault": "unavailable", "path": "/v1.0/organization", "times": 1})
    client.graph("GET", "/organization")
    page = opened(client.ready)

    assert "unavailable" in page.section("faults")
    assert "fault: unavailable" in page.section("requests")


def test_parts_of_a_batch_are_shown(client: SandboxClient) -> None:
    requests = [{"id": "1", "method": "GET", "url": "/users/nobody"}]
    client.graph("POST", "/$batch", {"requests": requests})

    section = opened(client.ready).section("requests")
    assert "GET /v1.0/users/nobody" in section
    assert "in a batch" in section


def test_no_secret_password_token_or_capability_is_on_it(client: SandboxClient) -> None:
    ready = client.ready
    created = client.create("canary")
    client.graph("POST", "/servicePrincipals", {"appId": created["appId"]})
    secret = client.graph("POST", f"{path_of(created)}/addPassword", {}).body["secretText"]
    token = client.token_for(created["appId"], secret)
    capability = ready.control.rpartition("/")[2]
    client.raw("GET", urlsplit(ready.control).path, None, {})
    html = opened(ready).html

    hidden = [secret, token, client.token, capability, ready.admin_client_secret.reveal()]
    hidden += [user.password.reveal() for user in ready.users]
    assert [text for text in hidden if text in html] == []


def test_the_address_without_a_slash_leads_there_and_is_not_logged(client: SandboxClient) -> None:
    client.control("DELETE", "/requests")
    path = urlsplit(client.ready.control).path

    reply = client.raw("GET", path, None, {})
    assert (reply.status, reply.headers["location"]) == (307, f"{path}/")
    assert client.control("GET", "/requests").body["requests"] == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_is_only_looked_at(client: SandboxClient, method: str) -> None:
    assert client.control(method, "/", {}).status == 405
