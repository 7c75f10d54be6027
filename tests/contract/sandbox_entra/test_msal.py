"""MSAL as an oracle: Microsoft's own client is content with what the sandbox answers."""

from collections.abc import Iterator

import msal  # type: ignore[import-untyped]  # it ships no types
import pytest
import requests

from provision.sandbox.visitor import Visitor
from tests.contract.sandbox_entra.registered import Registered, listening

SCOPES = [
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
]
MAILBOX = "forms@contoso.com"
PERSON = "forms.person@outlook.com"


@pytest.fixture
def session(registered: Registered) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.verify = str(registered.ready.ca_bundle)
        made.trust_env = False
        yield made


def client(
    registered: Registered, session: requests.Session, segment: str
) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        registered.client_id,
        client_credential=registered.secret.reveal(),
        authority=f"{registered.ready.authority}/{segment}",
        instance_discovery=False,
        http_client=session,
    )


def signed_in(
    registered: Registered, application: msal.ConfidentialClientApplication, name: str
) -> dict[str, object]:
    with listening() as listener:
        flow = application.initiate_auth_code_flow(
            SCOPES, redirect_uri=listener.uri, response_mode="form_post", login_hint=name
        )
        visitor = Visitor(registered.ready.ca_bundle)
        visitor.visit(flow["auth_uri"], name, registered.ready.password_of(name))
    return dict(application.acquire_token_by_auth_code_flow(flow, listener.answers[0]))


def test_the_administrator_gets_a_token(registered: Registered, session: requests.Session) -> None:
    ready = registered.ready
    application = msal.ConfidentialClientApplication(
        ready.admin_client_id,
        client_credential=ready.admin_client_secret.reveal(),
        authority=registered.authority,
        instance_discovery=False,
        http_client=session,
    )
    answer = application.acquire_token_for_client([f"{ready.graph_resource}/.default"])
    assert answer["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("segment", "name"),
    [("", MAILBOX), ("common", MAILBOX), ("common", PERSON), ("consumers", PERSON)],
)
def test_a_mailbox_owner_signs_in_and_refreshes(
    registered: Registered, session: requests.Session, segment: str, name: str
) -> None:
    application = client(registered, session, segment or registered.ready.tenant_id)
    answer = signed_in(registered, application, name)
    claims = answer["id_token_claims"]
    assert isinstance(claims, dict)
    assert claims["preferred_username"] == name
    assert set(str(answer["scope"]).split()) == set(SCOPES)
    account = application.get_accounts()[0]
    assert account["username"] == name
    refreshed = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert refreshed is not None
    assert refreshed["access_token"] != answer["access_token"]


def test_a_fresh_token_is_found_in_the_cache(
    registered: Registered, session: requests.Session
) -> None:
    application = client(registered, session, registered.ready.tenant_id)
    answer = signed_in(registered, application, MAILBOX)
    account = application.get_accounts()[0]
    cached = application.acquire_token_silent(SCOPES, account)
    assert cached is not None
    assert cached["access_token"] == answer["access_token"]


def test_a_wrong_secret_is_understood(registered: Registered, session: requests.Session) -> None:
    application = msal.ConfidentialClientApplication(
        registered.client_id,
        client_credential="wrong",
        authority=registered.authority,
        instance_discovery=False,
        http_client=session,
    )
    answer = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])


def test_an_unknown_tenant_is_understood(registered: Registered, session: requests.Session) -> None:
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        client(registered, session, "nowhere.example")
