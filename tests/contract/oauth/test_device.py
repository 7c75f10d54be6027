"""The device code grant against the sandbox: a confidential client, and MSAL's word beside ours."""

from collections.abc import Iterator

import msal  # type: ignore[import-untyped]  # ships no types
import pytest

from provision.clock import SystemClock
from provision.errors import ClientRefused, ConsentMissing, SignInRequired
from provision.oauth.device_code import UserCode
from provision.oauth.identity import verify_id_token
from provision.oauth.scopes import mail_scopes
from provision.sandbox.visitor import Decision, Visitor
from tests.contract.oauth.harness import OWNER, PERSON, Registered

OVERRIDING = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY")


def approve(
    tenant: Registered, code: UserCode, user: str = OWNER, decide: Decision = "accept"
) -> None:
    password = tenant.ready.password_of(user)
    Visitor(tenant.ready.ca_bundle).visit(code.page, user, password, decide, user_code=code.code)


@pytest.fixture
def switches(tenant: Registered) -> Iterator[Registered]:
    yield tenant
    tenant.control(
        "PATCH", "/switches", {"deviceCodePublicOnly": False, "deviceCodeBlocked": False}
    )


@pytest.mark.parametrize(("kind", "user"), [("tenant", OWNER), ("consumers", PERSON)])
def test_a_confidential_client_gets_the_tokens_and_stays_confidential(
    tenant: Registered, kind, user
) -> None:
    scopes, client = mail_scopes(tenant.cloud, ("imap", "smtp")), tenant.client(kind)
    begun = tenant.endpoint().begin_device(client, scopes)
    approve(tenant, begun.shown, user)

    tokens = tenant.endpoint().redeem_device(client, begun)

    assert tokens.id_token
    assert tokens.refresh_token
    who = verify_id_token(tokens.id_token, begun, tenant.discovery, SystemClock())
    assert who.username == user
    assert tenant.endpoint().refresh(client, tokens.refresh_token, scopes).access_token
    found = tenant.graph.get(f"{tenant.ready.graph}/v1.0/applications/{tenant.object_id}").json()
    assert not found["isFallbackPublicClient"]


def test_somebody_who_declines_ends_it(tenant: Registered) -> None:
    scopes = mail_scopes(tenant.cloud, ("imap",))
    begun = tenant.endpoint().begin_device(tenant.client(), scopes)
    approve(tenant, begun.shown, decide="cancel")

    with pytest.raises(ConsentMissing, match="authorization_declined"):
        tenant.endpoint().redeem_device(tenant.client(), begun)


def test_a_policy_that_blocks_it_is_told_when_nobody_could_approve(switches: Registered) -> None:
    switches.control("PATCH", "/switches", {"deviceCodeBlocked": True})
    begun = switches.endpoint().begin_device(
        switches.client(), mail_scopes(switches.cloud, ("imap",))
    )
    approve(switches, begun.shown)

    with pytest.raises(SignInRequired) as refused:
        switches.endpoint().redeem_device(switches.client(), begun)

    assert "AADSTS53003, a policy of the tenant blocks device codes" in refused.value.hint


def test_a_tenant_that_wants_a_public_client_is_told_no(switches: Registered) -> None:
    switches.control("PATCH", "/switches", {"deviceCodePublicOnly": True})

    with pytest.raises(ClientRefused, match="AADSTS70002") as refused:
        switches.endpoint().begin_device(switches.client(), mail_scopes(switches.cloud, ("imap",)))

    assert "never makes an application public" in refused.value.hint


def test_msal_gets_the_same_by_the_same_grant(
    tenant: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in OVERRIDING:
        monkeypatch.delenv(name, raising=False)
    scopes = mail_scopes(tenant.cloud, ("imap", "smtp"))
    theirs = msal.ConfidentialClientApplication(
        tenant.client_id,
        client_credential=tenant.secret.reveal(),
        authority=tenant.authority(),
        instance_discovery=False,
        verify=str(tenant.ready.ca_bundle),
    )
    # MSAL offers the grant to public applications alone; the client below it has it for both.
    flow = theirs.client.initiate_device_flow(scope=list(scopes))
    approve(tenant, UserCode(flow["user_code"], flow["verification_uri"], None, 15))
    told = theirs.client.obtain_token_by_device_flow(flow)
    theirs.http_client.close()
    begun = tenant.endpoint().begin_device(tenant.client(), scopes)
    approve(tenant, begun.shown)

    ours = tenant.endpoint().redeem_device(tenant.client(), begun)

    assert ours.scopes == frozenset(told["scope"].split())
