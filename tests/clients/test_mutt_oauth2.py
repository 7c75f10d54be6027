"""mutt's token script: each way to sign in, the refresh, and its own test of the logins."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
from tests.clients.programs import bare_environment, find_file
from tests.clients.well_known_ports import well_known_ports
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.installed
LOGINS = [f"{name} authentication succeeded" for name in ("IMAP", "POP", "SMTP")]


@dataclass(frozen=True, slots=True)
class Script:
    """The script with its settings filled in, as its own text tells to do."""

    path: Path
    tokens: Path
    environment: dict[str, str]
    application: MailApplication

    def start(self, *options: str) -> Terminal:
        """Run it as somebody at a terminal does."""
        return Terminal(self._command(*options), self.path.parent, self.environment)

    def run(self, *options: str) -> str:
        """Run it where nobody answers; return what it prints."""
        ran = subprocess.run(
            self._command(*options), capture_output=True, text=True, check=False, timeout=30,
            stdin=subprocess.DEVNULL, env=self.environment,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def expire(self) -> None:
        """Let the stored access token look old."""
        text = self.tokens.read_text()
        self.tokens.write_text(re.sub(r'("access_token_expiration": ")\d{4}', r"\g<1>2000", text))

    def _command(self, *options: str) -> list[str]:
        return [sys.executable, str(self.path), str(self.tokens), "--verbose", *options]


FillIn = Callable[[MailApplication], Script]


@pytest.fixture(scope="module")
def original() -> str:
    # Containers often leave documentation out, and this is shipped as an example.
    path = "usr/share/doc/mutt/examples/mutt_oauth2.py"
    return find_file(path, "apt-get install mutt, without dpkg's path-exclude").read_text()


@pytest.fixture(scope="module")
def version(original: str) -> str:
    found = re.search(r"script, version (\S+)", original)
    assert found is not None
    return found[1]


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
    """Copy the script; change what its own text tells to fill in, and nothing after that."""

    def for_application(application: MailApplication) -> Script:
        settings, rest = original.split("ap = argparse", 1)
        google, microsoft = settings.split("'microsoft': {")
        pipes = r"(CRYPTION_PIPE) = .*"
        ready = application.ready
        microsoft = (
            microsoft.replace("https://login.microsoftonline.com/common/oauth2/v2.0",
                              f"{ready.authority}/common/oauth2/v2.0")
            .replace("outlook.office365.com", mail_host)
            .replace("smtp.office365.com", mail_host)
            .replace("'client_id': ''", f"'client_id': {application.client_id!r}")
            .replace("'client_secret': ''", f"'client_secret': {application.secret.reveal()!r}")
        )  # fmt: skip
        google = re.sub(pipes, r"\1 = ['cat']", google)
        path = tmp_path / "mutt_oauth2.py"
        path.write_text(f"{google}'microsoft': {{{microsoft}ap = argparse{rest}", encoding="utf-8")
        environment = bare_environment(tmp_path, SSL_CERT_FILE=str(ready.ca_bundle))
        return Script(path, tmp_path / "tokens", environment, application)

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
    script = fill_in(request.getfixturevalue(kind))
    with script.start("--authorize", "--test") as terminal:
        answer_questions(terminal, "localhostauthcode")
        sign_in(script.application, terminal)
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
    script = fill_in(request.getfixturevalue(kind))
    with script.start("--authorize") as terminal:
        answer_questions(terminal, "localhostauthcode")
        sign_in(script.application, terminal)
        terminal.end()
    script.expire()
    said = script.run("--test")

    assert "using refresh token" in said
    assert [line for line in LOGINS if line in said] == LOGINS
    witness("mutt_oauth2.py", version, f"refreshed, {kind} client")
