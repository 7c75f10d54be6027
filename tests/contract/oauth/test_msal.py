"""MSAL as a second opinion: the same sandbox must give it and us the same."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import msal  # type: ignore[import-untyped]  # ships no types
import pytest

from provision.oauth.authorization_request import SignIn
from provision.oauth.scopes import mail_scopes
from provision.sandbox.visitor import Visitor
from provision.secret import Secret
from tests.contract.oauth.harness import OWNER, REDIRECT_URI, Registered

# It prefers form_post; the query is only how these tests read the answer without a listener.
pytestmark = pytest.mark.filterwarnings("ignore:response_mode='form_post':UserWarning")

# These beat what MSAL is told to verify with, or lead away from this machine.
OVERRIDING = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY")
RESERVED = {"openid", "profile", "offline_access"}


@pytest.fixture
def application(
    tenant: Registered, monkeypatch: pytest.MonkeyPatch
) -> Iterator[msal.ConfidentialClientApplication]:
    for name in OVERRIDING:
        monkeypatch.delenv(name, raising=False)
    made = msal.ConfidentialClientApplication(
        tenant.client_id,
        client_credential=tenant.secret.reveal(),
        authority=tenant.authority(),
        instance_discovery=False,
        verify=str(tenant.ready.ca_bundle),
    )
    yield made
    made.http_client.close()


def resource_scopes(tenant: Registered) -> list[str]:
    asked = mail_scopes(tenant.cloud, ("imap", "smtp"))
    return [scope for scope in asked if scope not in RESERVED]


def test_msal_is_granted_the_same_scopes(tenant: Registered, application) -> None:
    flow = application.initiate_auth_code_flow(
        resource_scopes(tenant), redirect_uri=REDIRECT_URI, response_mode="query"
    )
    password = tenant.ready.password_of(OWNER)
    address = Visitor(tenant.ready.ca_bundle).visit(flow["auth_uri"], OWNER, password).final_url
    result = application.acquire_token_by_auth_code_flow(
        flow, dict(parse_qsl(urlsplit(address).query))
    )
    assert set(result["scope"].split()) | RESERVED == tenant.signed_in().scopes | RESERVED


def test_msal_can_go_on_with_our_refresh_token(tenant: Registered, application) -> None:
    ours = tenant.signed_in().refresh_token
    assert ours
    result = application.acquire_token_by_refresh_token(ours.reveal(), resource_scopes(tenant))
    assert result["access_token"]


def test_we_can_go_on_with_msals_refresh_token(tenant: Registered, application) -> None:
    flow = application.initiate_auth_code_flow(
        resource_scopes(tenant), redirect_uri=REDIRECT_URI, response_mode="query"
    )
    password = tenant.ready.password_of(OWNER)
    address = Visitor(tenant.ready.ca_bundle).visit(flow["auth_uri"], OWNER, password).final_url
    theirs = application.acquire_token_by_auth_code_flow(
        flow, dict(parse_qsl(urlsplit(address).query))
    )["refresh_token"]
    scopes = mail_scopes(tenant.cloud, ("imap", "smtp"))
    assert tenant.endpoint().refresh(tenant.client(), Secret(theirs), scopes).access_token


def test_the_links_agree_on_everything_but_randomness(tenant: Registered, application) -> None:
    flow = application.initiate_auth_code_flow(
        resource_scopes(tenant),
        redirect_uri=REDIRECT_URI,
        response_mode="query",
        prompt="select_account",
    )
    theirs, ours = parameters(flow["auth_uri"]), sign_in_parameters(tenant.begin())
    own = {"state", "nonce", "code_challenge", "client_info", "scope"}
    assert {k: v for k, v in theirs.items() if k not in own} == {
        k: v for k, v in ours.items() if k not in own
    }
    assert set(theirs["scope"].split()) == set(ours["scope"].split())


def parameters(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def sign_in_parameters(sign_in: SignIn) -> dict[str, str]:
    return parameters(sign_in.url)
