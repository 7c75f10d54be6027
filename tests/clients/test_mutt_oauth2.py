"""mutt's token script: each way to sign in, the refresh, and its own test of the logins."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provision.sandbox.process import RunningSandbox
from provision.secret import Secret
from tests.clients.conftest import Witness
from tests.clients.mail_application import (
    NATIVE,
    OWNER,
    MailApplication,
    register_mail_application,
)
from tests.clients.mutt_script import LOGINS, Script, original_script, script_for, version_in
from tests.clients.well_known_ports import well_known_ports
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.installed
FillIn = Callable[[MailApplication], Script]


@pytest.fixture(scope="module")
def original() -> str:
    return original_script()


@pytest.fixture(scope="module")
def version(original: str) -> str:
    return version_in(original)


@pytest.fixture(scope="module")
def mail_host(version: str, own_sandbox: RunningSandbox) -> Iterator[str]:
    with well_known_ports(own_sandbox.ready) as address:
        yield address


@pytest.fixture(scope="module")
def public(version: str, own_sandbox: RunningSandbox) -> MailApplication:
    """An application without a secret, as a program on a desktop is one."""
    redirects = {"publicClient": {"redirectUris": ["http://localhost/", NATIVE]}, "web": {}}
    return replace(register_mail_application(own_sandbox.ready, redirects), secret=Secret(""))


@pytest.fixture(scope="module")
def confidential(version: str, own_sandbox: RunningSandbox) -> MailApplication:
    return register_mail_application(own_sandbox.ready)


@pytest.fixture
def fill_in(original: str, mail_host: str, tmp_path: Path) -> FillIn:
    def for_application(application: MailApplication) -> Script:
        ready = application.ready
        return script_for(
            original, tmp_path, ready, mail_host,
            client_id=application.client_id, client_secret=application.secret.reveal(),
            tokens=tmp_path / "tokens", authority=f"{ready.authority}/common",
        )  # fmt: skip

    return for_application


def answer_questions(terminal: Terminal, flow: str) -> None:
    """Answer what it asks for when it has no tokens yet."""
    terminal.expect("OAuth2 registration: ")
    terminal.enter("microsoft")
    terminal.expect("Preferred OAuth2 flow")
    terminal.expect(": ")
    terminal.enter(flow)
    terminal.expect("Account e-mail address: ")
    terminal.enter(OWNER)
    terminal.expect("\n")


def sign_in(application: MailApplication, terminal: Terminal) -> None:
    """Visit the link that it shows; again, as a person does, when nobody listens yet.

    The script shows the link first and listens then, and takes one connection only: asking
    whether it listens would use it up.
    """
    link = terminal.expect("\nVisit displayed URL").strip()
    deadline = time.monotonic() + 20.0
    while not application.visit(link).text:
        assert time.monotonic() < deadline, terminal.shown


@pytest.mark.parametrize("kind", ["public", "confidential"])
def test_signs_in_through_its_own_listener_and_every_login_works(
    kind: str, fill_in: FillIn, version: str, witness: Witness, request: pytest.FixtureRequest
) -> None:
    application = request.getfixturevalue(kind)
    with fill_in(application).start("--authorize", "--test") as terminal:
        answer_questions(terminal, "localhostauthcode")
        sign_in(application, terminal)
        assert terminal.end() == 0, terminal.shown

    assert [line for line in LOGINS if line in terminal.shown] == LOGINS
    witness("mutt_oauth2.py", version, f"signed in through its listener, {kind} client")


def test_takes_a_code_that_somebody_types(
    confidential: MailApplication, fill_in: FillIn, version: str, witness: Witness
) -> None:
    script = fill_in(confidential)
    with script.start("--authorize", "--test") as terminal:
        answer_questions(terminal, "authcode")
        visited = confidential.visit(terminal.expect("\nVisit displayed URL").strip())
        terminal.expect("address bar): ")
        terminal.enter(visited.final_url.partition("code=")[2].partition("&")[0])
        assert terminal.end() == 0, terminal.shown

    assert [line for line in LOGINS if line in terminal.shown] == LOGINS
    witness("mutt_oauth2.py", version, "signed in with a typed code")


def test_waits_while_its_owner_approves_on_another_device(
    public: MailApplication, fill_in: FillIn, version: str, witness: Witness
) -> None:
    script = fill_in(public)
    with script.start("--authorize", "--test") as terminal:
        answer_questions(terminal, "devicecode")
        terminal.expect("enter the code ")
        public.approve_device(terminal.expect(" to authenticate"))
        assert terminal.end() == 0, terminal.shown

    assert [line for line in LOGINS if line in terminal.shown] == LOGINS
    witness("mutt_oauth2.py", version, "signed in with a device code")


@pytest.mark.parametrize("kind", ["public", "confidential"])
def test_refreshes_without_naming_a_scope(
    kind: str, fill_in: FillIn, version: str, witness: Witness, request: pytest.FixtureRequest
) -> None:
    application = request.getfixturevalue(kind)
    script = fill_in(application)
    with script.start("--authorize") as terminal:
        answer_questions(terminal, "localhostauthcode")
        sign_in(application, terminal)
        terminal.end()
    script.expire()
    said = script.run("--test")

    assert "using refresh token" in said
    assert [line for line in LOGINS if line in said] == LOGINS
    witness("mutt_oauth2.py", version, f"refreshed, {kind} client")
