"""MSAL for Python: every flow that it has for an application of this kind."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import msal  # type: ignore[import-untyped]  # it ships no types
import pytest
import requests

from provision.sandbox.process import RunningSandbox
from provision.sandbox.visitor import Visitor
from tests.clients.conftest import Witness
from tests.clients.key_pair import key_pair
from tests.clients.mail_application import OWNER, PERSON, MailApplication, register_mail_application
from tests.contract.sandbox_entra.registered import listening
from tests.contract.sandbox_graph.client import SandboxClient

SCOPES = [
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
]
GRAPH = ["https://graph.microsoft.com/.default"]
VERSION = str(msal.__version__)


@pytest.fixture(scope="module")
def registered(own_sandbox: RunningSandbox) -> MailApplication:
    return register_mail_application(own_sandbox.ready)


@pytest.fixture
def session(own_sandbox: RunningSandbox) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.verify = str(own_sandbox.ready.ca_bundle)
        made.trust_env = False
        yield made


def confidential(
    registered: MailApplication,
    session: requests.Session,
    segment: str = "",
    credential: object = None,
    discovery: object = False,
) -> msal.ConfidentialClientApplication:
    ready = registered.ready
    return msal.ConfidentialClientApplication(
        registered.client_id,
        client_credential=credential or registered.secret.reveal(),
        authority=f"{ready.authority}/{segment or ready.tenant_id}",
        instance_discovery=discovery,
        http_client=session,
    )


def public(registered: MailApplication, session: requests.Session) -> msal.PublicClientApplication:
    ready = registered.ready
    return msal.PublicClientApplication(
        registered.client_id,
        authority=f"{ready.authority}/{ready.tenant_id}",
        instance_discovery=False,
        http_client=session,
    )


def signed_in(
    registered: MailApplication, application: msal.ClientApplication, name: str, **changes: str
) -> dict[str, Any]:
    """Sign in as MSAL's documentation says, the person played by a visitor."""
    with listening() as listener:
        flow = application.initiate_auth_code_flow(
            SCOPES, redirect_uri=listener.uri, response_mode="form_post", login_hint=name
        )
        registered.visit(flow["auth_uri"], name)
    return dict(application.acquire_token_by_auth_code_flow(flow | changes, listener.answers[0]))


def test_an_application_signs_in_with_its_secret(
    own_sandbox: RunningSandbox, session: requests.Session, witness: Witness
) -> None:
    ready = own_sandbox.ready
    application = msal.ConfidentialClientApplication(
        ready.admin_client_id,
        client_credential=ready.admin_client_secret.reveal(),
        authority=f"{ready.authority}/{ready.tenant_id}",
        instance_discovery=False,
        http_client=session,
    )
    answer = application.acquire_token_for_client(GRAPH)
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert session.get(f"{ready.graph}/v1.0/applications", headers=headers).status_code == 200
    assert application.acquire_token_for_client(GRAPH)["token_source"] == "cache"
    witness("MSAL for Python", VERSION, "client credentials with a secret")


def test_a_wrong_secret_is_understood(
    registered: MailApplication, session: requests.Session
) -> None:
    answer = confidential(registered, session, credential="wrong").acquire_token_for_client(GRAPH)
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])


@pytest.mark.parametrize(
    ("segment", "name"),
    [("", OWNER), ("common", OWNER), ("common", PERSON), ("consumers", PERSON)],
)
def test_a_mailbox_owner_signs_in_and_refreshes(
    registered: MailApplication,
    session: requests.Session,
    segment: str,
    name: str,
    witness: Witness,
) -> None:
    application = confidential(registered, session, segment)
    answer = signed_in(registered, application, name)
    assert answer["id_token_claims"]["preferred_username"] == name
    assert set(str(answer["scope"]).split()) == set(SCOPES)
    (account,) = application.get_accounts()
    refreshed = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert refreshed["access_token"] != answer["access_token"]
    witness("MSAL for Python", VERSION, f"code flow and refresh at {segment or 'the tenant'}")


def test_a_fresh_token_is_found_in_the_cache(
    registered: MailApplication, session: requests.Session
) -> None:
    application = confidential(registered, session)
    answer = signed_in(registered, application, OWNER)
    (account,) = application.get_accounts()
    cached = application.acquire_token_silent(SCOPES, account)
    assert cached["access_token"] == answer["access_token"]


def test_the_account_is_named_by_client_info(
    registered: MailApplication, session: requests.Session, graph: SandboxClient
) -> None:
    application = confidential(registered, session)
    answer = signed_in(registered, application, OWNER)
    (account,) = application.get_accounts()
    person = graph.graph("GET", f"/users/{OWNER}").body
    assert account["username"] == OWNER
    assert account["home_account_id"] == f"{person['id']}.{registered.ready.tenant_id}"
    assert person["id"].encode() in urlsafe_b64decode(answer["client_info"] + "==")


def test_a_nonce_of_another_sign_in_is_noticed(
    registered: MailApplication, session: requests.Session
) -> None:
    application = confidential(registered, session)
    with pytest.raises(RuntimeError, match="nonce"):
        signed_in(registered, application, OWNER, nonce="another")


def test_a_refresh_token_from_elsewhere_is_taken(
    registered: MailApplication, session: requests.Session
) -> None:
    theirs = signed_in(registered, confidential(registered, session), OWNER)["refresh_token"]
    application = confidential(registered, session)
    answer = application.acquire_token_by_refresh_token(theirs, SCOPES)
    assert set(answer["scope"].split()) == set(SCOPES)


def test_a_refused_consent_is_understood(
    registered: MailApplication, session: requests.Session
) -> None:
    application = confidential(registered, session)
    with listening() as listener:
        flow = application.initiate_auth_code_flow(
            ["https://outlook.office.com/EWS.AccessAsUser.All"],
            redirect_uri=listener.uri,
            response_mode="form_post",
        )
        registered.visit(flow["auth_uri"], "alex@contoso.com", "cancel")
    answer = application.acquire_token_by_auth_code_flow(flow, listener.answers[0])
    assert (answer["error"], "AADSTS65004" in answer["error_description"]) == (
        "access_denied",
        True,
    )


def test_an_unknown_tenant_is_understood(
    registered: MailApplication, session: requests.Session
) -> None:
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        confidential(registered, session, "nowhere.example")


def test_a_device_is_signed_in_from_elsewhere(
    registered: MailApplication, session: requests.Session, witness: Witness
) -> None:
    application = public(registered, session)
    flow = application.initiate_device_flow(SCOPES)
    ready = registered.ready
    visitor = Visitor(ready.ca_bundle)
    visitor.visit(
        flow["verification_uri"], OWNER, ready.password_of(OWNER), user_code=flow["user_code"]
    )
    answer = application.acquire_token_by_device_flow(flow)
    assert set(answer["scope"].split()) == set(SCOPES)
    assert application.get_accounts()[0]["username"] == OWNER
    witness("MSAL for Python", VERSION, "device flow")


def test_instance_discovery_finds_the_tenant_that_was_asked_for(
    registered: MailApplication, session: requests.Session
) -> None:
    discovery = f"{registered.ready.authority}/common/discovery/instance"
    application = confidential(registered, session, discovery=discovery)
    assert registered.ready.tenant_id in application.authority.token_endpoint
    assert application.acquire_token_for_client(GRAPH)["access_token"]


def test_a_certificate_signs_in(
    registered: MailApplication,
    session: requests.Session,
    graph: SandboxClient,
    witness: Witness,
) -> None:
    pair = key_pair()
    changed = graph.graph(
        "PATCH",
        f"/applications(appId='{registered.client_id}')",
        {"keyCredentials": [pair.key_credential]},
    )
    assert changed.status == 204, changed.body
    credential = {"private_key": pair.key_pem, "public_certificate": pair.certificate_pem}
    application = confidential(registered, session, credential=credential)
    assert application.acquire_token_for_client(GRAPH)["access_token"]
    witness("MSAL for Python", VERSION, "client credentials with a certificate")
