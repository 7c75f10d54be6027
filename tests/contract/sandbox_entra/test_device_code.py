"""The device code grant: a program asks, a person approves on another device."""

import pytest

from tests.contract.sandbox_entra.tenant import (
    MAIL,
    SECRET,
    Sandbox,
    application,
    claims_of,
    code_of,
)

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PERSON = "forms.person@outlook.com"
IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"


def asked(sandbox: Sandbox, segment: str = "", scope: str = MAIL) -> dict[str, str]:
    path = f"/{segment or sandbox.tenant}/oauth2/v2.0/devicecode"
    return dict(sandbox.post(path, {"client_id": sandbox.client_id, "scope": scope}).json())


def poll(
    sandbox: Sandbox, device_code: str, segment: str = "", **changes: str
) -> dict[str, object]:
    fields = {"grant_type": GRANT, "device_code": device_code, **changes}
    return dict(sandbox.token(segment, **fields).json())


def approve(
    sandbox: Sandbox, user_code: str, name: str = "forms@contoso.com", decision: str = "accept"
) -> str:
    """Go through the pages of the other device; return the text of the last one."""
    page = sandbox.sign_in(sandbox.post("/devicelogin", {"otc": user_code}), name)
    page = sandbox.submit(page, decision="accept")
    return sandbox.submit(page, decision=decision).text


def test_says_what_a_person_has_to_do(sandbox: Sandbox) -> None:
    told = asked(sandbox)
    assert list(told) == [
        "user_code",
        "device_code",
        "verification_uri",
        "expires_in",
        "interval",
        "message",
    ]
    assert (int(told["expires_in"]), int(told["interval"])) == (900, 5)
    assert told["verification_uri"] == "https://localhost:8443/devicelogin"
    assert told["message"] == (
        "To sign in, use a web browser to open the page https://localhost:8443/devicelogin and "
        f"enter the code {told['user_code']} to authenticate."
    )


def test_may_be_asked_for_by_get(sandbox: Sandbox) -> None:
    path = f"/{sandbox.tenant}/oauth2/v2.0/devicecode"
    assert "user_code" in sandbox.get(path, client_id=sandbox.client_id, scope=MAIL).json()


@pytest.mark.parametrize("grant_type", [GRANT, "device_code"])
def test_buys_tokens_once_somebody_approved(sandbox: Sandbox, grant_type: str) -> None:
    told = asked(sandbox)
    assert "You are signed in" in approve(sandbox, told["user_code"])
    body = poll(sandbox, told["device_code"], grant_type=grant_type)
    assert body["scope"] == IMAP
    assert claims_of(str(body["id_token"]))["preferred_username"] == "forms@contoso.com"
    assert sandbox.refresh(str(body["refresh_token"])).status_code == 200
    assert poll(sandbox, told["device_code"])["error"] == "bad_verification_code"


def test_a_person_approves_at_consumers(sandbox: Sandbox) -> None:
    told = asked(sandbox, "consumers")
    approve(sandbox, told["user_code"].lower(), PERSON)
    body = poll(sandbox, told["device_code"], "consumers")
    assert str(body["access_token"]).startswith("EwB")


def test_is_pending_until_somebody_does(sandbox: Sandbox) -> None:
    told = asked(sandbox)
    body = poll(sandbox, told["device_code"])
    assert (body["error"], body["error_codes"]) == ("authorization_pending", [70016])
    assert str(body["error_description"]).startswith(
        "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    )


def test_who_polls_too_fast_is_slowed_down(sandbox: Sandbox) -> None:
    told = asked(sandbox)
    poll(sandbox, told["device_code"])
    assert poll(sandbox, told["device_code"])["error"] == "slow_down"
    sandbox.context.clock.advance(5)
    assert poll(sandbox, told["device_code"])["error"] == "authorization_pending"


def test_a_person_who_declines_ends_it(sandbox: Sandbox) -> None:
    told = asked(sandbox)
    assert "You declined" in approve(sandbox, told["user_code"], decision="cancel")
    assert poll(sandbox, told["device_code"])["error"] == "authorization_declined"
    assert "AADSTS90120" in sandbox.post("/devicelogin", {"otc": told["user_code"]}).text


def test_a_person_who_did_not_ask_ends_it_before_consent(sandbox: Sandbox) -> None:
    told = asked(sandbox)
    page = sandbox.sign_in(sandbox.post("/devicelogin", {"otc": told["user_code"]}))
    assert "Are you trying to sign in to AEM Forms mail?" in page.text
    sandbox.submit(page, decision="cancel")
    assert poll(sandbox, told["device_code"])["error"] == "authorization_declined"


def test_is_over_after_a_quarter_of_an_hour(sandbox: Sandbox) -> None:
    told = asked(sandbox)
    sandbox.context.clock.advance(900)
    body = poll(sandbox, told["device_code"])
    assert (body["error"], body["error_codes"]) == ("expired_token", [70020])
    assert "AADSTS70018" in sandbox.post("/devicelogin", {"otc": told["user_code"]}).text


def test_is_forgotten_an_hour_later(sandbox: Sandbox) -> None:
    told = asked(sandbox)
    sandbox.context.clock.advance(3600)
    asked(sandbox)
    assert poll(sandbox, told["device_code"])["error_codes"] == [70018]


@pytest.mark.parametrize(("typed", "code"), [("", 90119), ("NOSUCHONE", 70018)])
def test_a_wrong_code_may_be_typed_again(sandbox: Sandbox, typed: str, code: int) -> None:
    page = sandbox.post("/devicelogin", {"otc": typed})
    assert f"AADSTS{code}" in page.text
    assert 'name="otc"' in page.text


def test_the_page_asks_for_the_code(sandbox: Sandbox) -> None:
    assert 'name="otc"' in sandbox.get("/devicelogin").text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"device_code": ""}, 900144),
        ({"device_code": "unknown"}, 70018),
        ({"client_secret": "wrong"}, 7000215),
        ({"client_secret": ""}, 7000218),
    ],
)
def test_refuses_a_wrong_poll(sandbox: Sandbox, fields: dict[str, str], code: int) -> None:
    told = asked(sandbox)
    answer = sandbox.token(**{"grant_type": GRANT, "device_code": told["device_code"], **fields})
    assert code_of(answer) == code


def test_belongs_to_its_tenant_segment(sandbox: Sandbox) -> None:
    told = asked(sandbox, "common")
    assert poll(sandbox, told["device_code"])["error_codes"] == [700005]


@pytest.mark.parametrize("missing", ["client_id", "scope"])
def test_cannot_be_asked_for_without(sandbox: Sandbox, missing: str) -> None:
    fields = {"client_id": sandbox.client_id, "scope": MAIL}
    fields[missing] = ""
    answer = sandbox.post(f"/{sandbox.tenant}/oauth2/v2.0/devicecode", fields)
    assert (answer.status_code, code_of(answer)) == (400, 900144)


def test_a_public_client_needs_no_secret_where_the_application_allows_it(sandbox: Sandbox) -> None:
    sandbox.install(application(isFallbackPublicClient=True))
    told = asked(sandbox)
    approve(sandbox, told["user_code"])
    body = poll(sandbox, told["device_code"], client_secret="-")
    refreshed = sandbox.refresh(str(body["refresh_token"]), client_secret="-")
    assert refreshed.status_code == 200
    assert sandbox.refresh(str(body["refresh_token"]), client_secret=SECRET).status_code == 200


def test_is_blocked_where_the_tenant_forbids_it(sandbox: Sandbox) -> None:
    sandbox.directory.switches.device_code_blocked = True
    told = asked(sandbox)
    page = sandbox.sign_in(sandbox.post("/devicelogin", {"otc": told["user_code"]}))
    assert "AADSTS53003" in page.text
    assert poll(sandbox, told["device_code"])["error"] == "authorization_pending"
    assert "Permissions requested" in sandbox.authorize().text


def test_only_public_clients_get_a_code_where_the_switch_says_so(sandbox: Sandbox) -> None:
    sandbox.directory.switches.device_code_public_only = True
    refused = asked(sandbox)
    assert refused["error"] == "invalid_client"
    assert str(refused["error_description"]).startswith(
        "AADSTS70002: The provided client is not supported for this feature."
    )
    sandbox.install(application(isFallbackPublicClient=True))
    assert "user_code" in asked(sandbox)
