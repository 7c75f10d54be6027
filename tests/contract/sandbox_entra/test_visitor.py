"""The visitor, on the real pages over TLS."""

from urllib.parse import urlencode

import pytest

from provision.errors import RefusedError, Unreachable
from provision.sandbox.visitor import Visitor
from provision.secret import Secret
from tests.contract.sandbox_entra.registered import Registered, listening

MAILBOX = "forms@contoso.com"
SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access openid profile"


def authorize_url(registered: Registered, redirect_uri: str, **changes: str) -> str:
    asked = {
        "client_id": registered.client_id,
        "response_type": "code",
        "response_mode": "form_post",
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": "here&there",
        "prompt": "consent",
        **changes,
    }
    return f"{registered.authority}/oauth2/v2.0/authorize?{urlencode(asked)}"


@pytest.mark.parametrize("mode", ["form_post", "query"])
def test_brings_a_code_to_the_listener(registered: Registered, mode: str) -> None:
    visitor = Visitor(registered.ready.ca_bundle)
    password = registered.ready.password_of(MAILBOX)
    with listening() as listener:
        url = authorize_url(registered, listener.uri, response_mode=mode)
        result = visitor.visit(url, MAILBOX, password)
    assert (result.status, result.text) == (200, "you can close this window")
    assert listener.answers[0]["state"] == "here&there"
    assert listener.answers[0]["code"].startswith("1.A")


def test_brings_the_refusal_when_told_to_cancel(registered: Registered) -> None:
    visitor = Visitor(registered.ready.ca_bundle)
    password = registered.ready.password_of(MAILBOX)
    with listening() as listener:
        visitor.visit(authorize_url(registered, listener.uri), MAILBOX, password, "cancel")
    assert listener.answers[0]["error"] == "access_denied"


def test_stops_at_the_page_that_refuses_the_password(registered: Registered) -> None:
    url = authorize_url(registered, "http://localhost:9")
    result = Visitor(registered.ready.ca_bundle).visit(url, MAILBOX, Secret("wrong"))
    assert "AADSTS50126" in result.text
    assert result.final_url.endswith("/login")


def test_stops_at_a_page_that_asks_nothing(registered: Registered) -> None:
    url = authorize_url(registered, "http://localhost/nowhere")
    result = Visitor(registered.ready.ca_bundle).visit(url, MAILBOX, Secret("unused"))
    assert (result.status, "AADSTS50011" in result.text) == (400, True)


def test_answers_for_a_whole_organization_are_left_to_the_page(registered: Registered) -> None:
    password = registered.ready.password_of("admin@contoso.com")
    with listening() as listener:
        visitor = Visitor(registered.ready.ca_bundle)
        visitor.visit(authorize_url(registered, listener.uri), "admin@contoso.com", password)
    assert "code" in listener.answers[0]


def test_goes_nowhere_but_this_machine(registered: Registered) -> None:
    with pytest.raises(RefusedError, match="example"):
        Visitor(registered.ready.ca_bundle).visit("https://app.example/", MAILBOX, Secret("p"))


def test_nobody_listening_is_unreachable(registered: Registered) -> None:
    with listening() as listener:
        closed = listener.uri
    with pytest.raises(Unreachable, match="no answer"):
        Visitor(None).visit(closed, MAILBOX, Secret("p"))
