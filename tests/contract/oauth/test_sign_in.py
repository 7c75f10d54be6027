import threading

import pytest

from provision.clock import SystemClock
from provision.errors import ConsentMissing, RefusedError, SignInRequired
from provision.oauth.authorization_request import Interaction
from provision.oauth.callback import accept_paste, parse_paste
from provision.oauth.discovery import resolve_tenant
from provision.oauth.identity import check_account, expected_tenant, verify_id_token
from provision.oauth.listener import Listener
from provision.oauth.scopes import graph_scopes, mail_scopes, missing_scopes
from tests.contract.oauth.harness import OWNER, PERSON, Registered


def test_an_owner_who_signs_in_gives_a_refresh_token_and_every_scope(tenant: Registered) -> None:
    tokens = tenant.signed_in()
    assert tokens.refresh_token
    assert missing_scopes(mail_scopes(tenant.cloud, ("imap", "smtp")), tokens.scopes) == ()


@pytest.mark.parametrize("mode", ["form_post", "query"])
def test_the_listener_receives_what_the_sign_in_page_sends(tenant: Registered, mode) -> None:
    with Listener(mode) as listener:
        sign_in = tenant.begin(
            redirect_uri=listener.redirect_uri,
            interaction=Interaction(login_hint=OWNER, response_mode=mode),
        )
        listener.expect(sign_in.state)
        owner = threading.Thread(target=tenant.visit, args=(sign_in,))
        owner.start()
        try:
            callback = listener.wait(20)
        finally:
            owner.join()
    tokens = tenant.endpoint().redeem(tenant.client(), callback.code, sign_in)
    assert tokens.id_token


@pytest.mark.parametrize(
    ("kind", "user"),
    [("tenant", OWNER), ("common", OWNER), ("common", PERSON), ("consumers", PERSON)],
)
def test_the_id_token_names_who_signed_in(tenant: Registered, kind, user) -> None:
    sign_in = tenant.begin(kind)
    code = tenant.answer(sign_in, user).code
    tokens = tenant.endpoint().redeem(tenant.client(kind), code, sign_in)
    assert tokens.id_token
    identity = verify_id_token(tokens.id_token, sign_in, tenant.discovery, SystemClock())
    check_account(identity, user, expected_tenant(kind, tenant.ready.tenant_id))
    assert identity.username == user


def test_an_id_token_of_one_sign_in_is_refused_for_another(tenant: Registered) -> None:
    id_token = tenant.signed_in().id_token
    assert id_token
    with pytest.raises(RefusedError, match="another sign-in"):
        verify_id_token(id_token, tenant.begin(), tenant.discovery, SystemClock())


def test_a_pasted_address_completes_a_sign_in_that_waited(tenant: Registered) -> None:
    sign_in = tenant.begin()
    address = tenant.visit(sign_in)
    callback = accept_paste(parse_paste(f"\u201c{address}#\u201d\n"), sign_in.state)
    assert tenant.endpoint().redeem(tenant.client(), callback.code, sign_in).refresh_token


def test_a_declined_consent_is_told_with_its_correlation_id(tenant: Registered) -> None:
    asking = Interaction(prompt="consent", response_mode="query")
    address = tenant.visit(tenant.begin("consumers", interaction=asking), PERSON, "cancel")
    with pytest.raises(ConsentMissing) as caught:
        parse_paste(address)
    assert dict(caught.value.evidence).keys() >= {"correlation-id", "code"}


def test_a_code_of_another_verifier_is_refused(tenant: Registered) -> None:
    code = tenant.answer(tenant.begin()).code
    with pytest.raises(SignInRequired):
        tenant.endpoint().redeem(tenant.client(), code, tenant.begin())


@pytest.mark.parametrize(("kind", "user"), [("tenant", OWNER), ("consumers", PERSON)])
def test_a_refresh_gives_newer_tokens_and_leaves_the_older_alive(
    tenant: Registered, kind, user
) -> None:
    scopes = mail_scopes(tenant.cloud, ("imap", "smtp"))
    first = tenant.signed_in(kind, user).refresh_token
    assert first
    endpoint, client = tenant.endpoint(), tenant.client(kind)
    second = endpoint.refresh(client, first, scopes).refresh_token
    third = endpoint.refresh(client, first, scopes).refresh_token
    assert len({first.reveal(), second and second.reveal(), third and third.reveal()}) == 3


def test_a_refresh_reaches_graph_for_a_work_account(tenant: Registered) -> None:
    refresh_token = tenant.signed_in().refresh_token
    assert refresh_token
    scopes = graph_scopes(tenant.cloud, ("User.Read", "Mail.Read"))
    tokens = tenant.endpoint().refresh(tenant.client(), refresh_token, scopes)
    assert missing_scopes(scopes, tokens.scopes) == ()


def test_a_domain_resolves_to_the_tenant(tenant: Registered) -> None:
    found = resolve_tenant(tenant.discovery, tenant.cloud, "contoso.onmicrosoft.com")
    assert found == tenant.ready.tenant_id
