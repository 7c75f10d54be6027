"""A real browser clicks through the sandbox's pages, and provision's own listener hears of it."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlencode

import pytest

from provision.errors import ProvisionError
from provision.oauth.listener import Listener
from provision.sandbox.process import RunningSandbox
from tests.clients.browser import Browser, chromium_version, sandbox_browser
from tests.clients.conftest import Witness
from tests.clients.mail_application import MAIL_SCOPES, OTHER, OWNER, MailApplication
from tests.clients.mail_application import register_mail_application as register
from tests.clients.processes import end_process, free_ports
from tests.contract.sandbox_entra.registered import client_for
from tests.e2e.levers import Levers
from tests.e2e.workplace import Workplace

pytestmark = pytest.mark.installed
ADMINISTRATOR = "admin@contoso.com"
SUBMIT = "button[type=submit]"


@pytest.fixture(scope="module")
def window(
    own_sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    with sandbox_browser(own_sandbox.ready, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def browser(window: Browser, own_sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Browser]:
    """A window in which nobody is signed in; what it shows last is kept as a picture."""
    window.go(f"{own_sandbox.ready.authority}/common/oauth2/v2.0/logout")
    yield window
    window.picture(tmp_path / "last.png")


@pytest.fixture(scope="module")
def levers(own_sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Levers:
    return Levers(own_sandbox.ready_file, tmp_path_factory.mktemp("state"))


@pytest.fixture
def application(own_sandbox: RunningSandbox) -> MailApplication:
    """An application to which nobody has consented."""
    return register(own_sandbox.ready)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as waiting:
        yield waiting


def begin(browser: Browser, application: MailApplication, listener: Listener) -> str:
    """Open the sign-in page for an application that listens; return the state."""
    state = secrets.token_hex(8)
    listener.expect(state)
    asked = {
        "client_id": application.client_id,
        "response_type": "code",
        "redirect_uri": listener.redirect_uri,
        "scope": " ".join(MAIL_SCOPES),
        "response_mode": "form_post",
        "state": state,
    }
    browser.go(f"{application.endpoint('authorize')}?{urlencode(asked)}")
    return state


def sign_in(browser: Browser, application: MailApplication, user: str = OWNER) -> None:
    browser.type("#loginfmt", user)
    browser.type("#passwd", application.ready.password_of(user).reveal())
    browser.click(SUBMIT)


def test_a_wrong_password_is_told_and_the_right_one_leads_on_to_consent(
    browser: Browser, application: MailApplication, listener: Listener, witness: Witness
) -> None:
    begin(browser, application, listener)
    browser.type("#loginfmt", OWNER)
    browser.type("#passwd", "not the password")
    browser.click(SUBMIT)
    browser.wait_for("#problem")
    told = browser.text("#problem")
    sign_in(browser, application)
    browser.wait_for("button[value=accept]")

    assert "AADSTS50126" in told
    assert "IMAP.AccessAsUser.All" in browser.text("main")
    witness("chromium", chromium_version(), "was told of a wrong password, and asked for consent")


def test_consent_brings_the_code_to_the_listener_and_a_page_to_the_person(
    browser: Browser, application: MailApplication, listener: Listener, witness: Witness
) -> None:
    begin(browser, application, listener)
    sign_in(browser, application)
    browser.click("button[value=accept]")
    callback = listener.wait(20)
    browser.wait_for("main.good")

    assert callback.code.reveal()
    assert browser.text("h1") == "You are signed in"
    assert browser.address == f"{listener.redirect_uri}/"
    witness("chromium", chromium_version(), "consented, and posted the code to the listener")


def test_reload_and_back_show_the_result_again_and_bring_no_second_answer(
    browser: Browser, application: MailApplication, listener: Listener, witness: Witness
) -> None:
    begin(browser, application, listener)
    sign_in(browser, application)
    browser.click("button[value=accept]")
    callback = listener.wait(20)
    browser.wait_for("main.good")
    browser.reload()
    browser.wait_for("main.good")
    browser.back()
    browser.wait_for_address(application.ready.authority)
    browser.forward()
    browser.wait_for("main.good")

    assert browser.text("h1") == "You are signed in"
    assert listener.wait(0) is callback
    witness("chromium", chromium_version(), "reloaded the result, and went back and forth")


def test_cancelling_tells_the_listener_and_the_person(
    browser: Browser, application: MailApplication, listener: Listener, witness: Witness
) -> None:
    begin(browser, application, listener)
    sign_in(browser, application)
    browser.click("button[value=cancel]")
    with pytest.raises(ProvisionError) as told:
        listener.wait(20)
    browser.wait_for("main.bad")

    assert told.value.message in browser.text("main")
    witness("chromium", chromium_version(), "cancelled")


def test_an_administrator_consents_for_everybody(
    browser: Browser, application: MailApplication, levers: Levers, listener: Listener,
    witness: Witness,
) -> None:  # fmt: skip
    begin(browser, application, listener)
    sign_in(browser, application, ADMINISTRATOR)
    browser.click("input[name=for_everybody]")
    browser.click("button[value=accept]")
    listener.wait(20)
    browser.wait_for("main.good")

    assert {grant["consentType"] for grant in levers.grants(application.client_id)} == {
        "AllPrincipals"
    }
    witness("chromium", chromium_version(), "consented as an administrator, for everybody")


def test_the_administrators_own_page_grants_what_it_names(
    browser: Browser, application: MailApplication, levers: Levers, witness: Witness
) -> None:
    (nobody,) = free_ports(1)
    asked = {
        "client_id": application.client_id,
        "redirect_uri": f"http://localhost:{nobody}",
        "scope": " ".join(MAIL_SCOPES),
        "state": "s",
    }
    tenant = f"{application.ready.authority}/{application.ready.tenant_id}"
    browser.go(f"{tenant}/v2.0/adminconsent?{urlencode(asked)}")
    sign_in(browser, application, ADMINISTRATOR)
    browser.wait_for("button[value=accept]")
    asks = browser.text("main")
    browser.click("button[value=accept]")
    browser.wait_for_address(f"http://localhost:{nobody}/")

    assert "verybody in" in asks
    assert "admin_consent=True" in browser.address
    assert {grant["consentType"] for grant in levers.grants(application.client_id)} == {
        "AllPrincipals"
    }
    witness("chromium", chromium_version(), "consented on the administrator's own page")


def test_whoever_may_not_consent_is_told_that_an_administrator_must(
    browser: Browser, application: MailApplication, levers: Levers, listener: Listener,
    witness: Witness,
) -> None:  # fmt: skip
    levers.switch(userConsentAllowed=False)
    try:
        begin(browser, application, listener)
        sign_in(browser, application, OTHER)
        browser.wait_for("button[value=return]")
        told = browser.text("main")
        browser.click("button[value=return]")
        with pytest.raises(ProvisionError):
            listener.wait(20)
    finally:
        levers.restore()

    assert "Need admin approval" in told
    assert "AADSTS90094" in told
    witness("chromium", chromium_version(), "was told that an administrator has to consent")


def test_an_unknown_redirect_stays_on_the_page(
    browser: Browser, application: MailApplication, witness: Witness
) -> None:
    asked = {
        "client_id": application.client_id,
        "response_type": "code",
        "redirect_uri": "http://localhost/elsewhere",
        "scope": "openid",
    }
    browser.go(f"{application.endpoint('authorize')}?{urlencode(asked)}")

    assert "AADSTS50011" in browser.text("[role=alert]")
    assert browser.address.startswith(application.ready.authority)
    assert not browser.sees("form")
    witness("chromium", chromium_version(), "stayed on the page of an error")


def test_a_device_is_approved_with_the_code_that_it_shows(
    browser: Browser, application: MailApplication, witness: Witness
) -> None:
    asked = {"client_id": application.client_id, "scope": " ".join(MAIL_SCOPES)}
    with client_for(application.ready) as client:
        told = client.post(application.endpoint("devicecode"), data=asked).json()
        browser.go(told["verification_uri"])
        browser.type("#otc", told["user_code"])
        browser.click(SUBMIT)
        sign_in(browser, application)
        browser.click("button[value=accept]")
        browser.click(".permissions ~ form button[value=accept]")
        browser.wait_for_text("close this window")
        polled = {
            "client_id": application.client_id,
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": told["device_code"],
        }
        answer = client.post(application.endpoint("token"), data=polled)

    assert answer.json()["token_type"] == "Bearer"
    witness("chromium", chromium_version(), "approved a device")


@pytest.fixture
def work(levers: Levers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return Workplace(tmp_path, levers, monkeypatch, []).applied()


@pytest.fixture
def authorizing(work: Workplace) -> Iterator["Popen[str]"]:
    child = work.start("authorize", "--no-browser", "--no-progress")
    yield child
    end_process(child)


def test_provision_authorize_gets_its_answer_from_a_real_browser(
    browser: Browser, work: Workplace, authorizing: "Popen[str]", levers: Levers, witness: Witness
) -> None:
    assert authorizing.stderr is not None
    link = next(line for line in authorizing.stderr if line.startswith("https://"))
    browser.go(link.strip())
    browser.type("#passwd", levers.ready.password_of(OWNER).reveal())
    browser.click(SUBMIT)
    browser.wait_for("main.good")

    assert authorizing.wait(20) == 0
    assert "carries on in the terminal" in browser.text("main")
    witness("chromium", chromium_version(), "signed an owner in for provision authorize")
