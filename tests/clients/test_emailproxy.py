"""Email OAuth 2.0 Proxy against the sandbox: sign-in, refresh, and passwords that open mail."""

import imaplib
import poplib
import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from provision.sandbox.process import RunningSandbox
from tests.clients.conftest import Witness
from tests.clients.emailproxy import PATIENCE, EmailProxy, make_email_proxy
from tests.clients.mail_application import (
    NATIVE,
    OWNER,
    MailApplication,
    register_mail_application,
)
from tests.clients.mail_machine import is_same, new_message
from tests.clients.programs import find_program, version_of

pytestmark = pytest.mark.installed
# The proxy's own: it encrypts what it keeps with whatever a mail program sends first.
PASSWORD = "of the proxy"
AUTHORIZE = r"Please visit the following URL to authenticate account \S+: (\S+)"


@pytest.fixture(scope="module")
def program() -> Path:
    return find_program("emailproxy", "make clients")


@pytest.fixture(scope="module")
def version(program: Path) -> str:
    return version_of(program, after="Proxy ")


@pytest.fixture(scope="module")
def application(program: Path, own_sandbox: RunningSandbox) -> MailApplication:
    return register_mail_application(own_sandbox.ready)


@pytest.fixture(scope="module")
def proxy(
    program: Path, application: MailApplication, tmp_path_factory: pytest.TempPathFactory
) -> EmailProxy:
    """A proxy whose owner has signed in once, with the code flow."""
    made = make_email_proxy(program, tmp_path_factory.mktemp("proxy"), application)
    with made.running(), ThreadPoolExecutor(1) as pool:
        login = pool.submit(read_inbox, made)
        application.visit(made.said(AUTHORIZE)[1])
        login.result(PATIENCE)
    return made


@pytest.fixture
def running(proxy: EmailProxy) -> Iterator[EmailProxy]:
    with proxy.running():
        yield proxy


def read_inbox(proxy: EmailProxy) -> bytes:
    """Log in with a password, as an old mail program does; return the newest mail."""
    with imaplib.IMAP4("127.0.0.1", proxy.imap, timeout=PATIENCE) as imap:
        imap.login(OWNER, PASSWORD)
        count = int(imap.select("INBOX")[1][0] or b"")
        parts = imap.fetch(str(count), "(RFC822)")[1] if count else []
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")


def test_a_sign_in_with_the_code_flow_opens_imap(
    running: EmailProxy, version: str, witness: Witness
) -> None:
    read_inbox(running)

    assert "authenticate account" not in running.log()
    witness("emailproxy", version, "signed in with the code flow")


def test_passwords_open_smtp_imap_and_pop(
    running: EmailProxy, version: str, witness: Witness
) -> None:
    message = new_message()
    with smtplib.SMTP("127.0.0.1", running.smtp, timeout=PATIENCE) as smtp:
        smtp.login(OWNER, PASSWORD)
        smtp.sendmail(OWNER, [OWNER], message.as_bytes().replace(b"\n", b"\r\n"))
    by_imap = read_inbox(running)
    pop = poplib.POP3("127.0.0.1", running.pop, timeout=PATIENCE)
    pop.user(OWNER)
    pop.pass_(PASSWORD)
    by_pop = b"\n".join(pop.retr(pop.stat()[0])[1]) + b"\n"
    pop.quit()

    assert is_same(by_imap, message)
    assert is_same(by_pop, message)
    witness("emailproxy", version, "let passwords into SMTP, IMAP and POP3")


def test_the_proxy_refreshes_without_its_owner(
    proxy: EmailProxy, version: str, own_sandbox: RunningSandbox, witness: Witness
) -> None:
    proxy.forget_access_token()
    with proxy.running():
        read_inbox(proxy)

    assert "authenticate account" not in proxy.log()
    witness("emailproxy", version, "refreshed")


def test_a_device_code_opens_imap(
    program: Path, version: str, application: MailApplication, tmp_path: Path, witness: Witness
) -> None:
    proxy = make_email_proxy(
        program, tmp_path, application,
        permission_url=application.endpoint("devicecode"), redirect_uri="", oauth2_flow="device",
    )  # fmt: skip
    with proxy.running(), ThreadPoolExecutor(1) as pool:
        login = pool.submit(read_inbox, proxy)
        application.approve_device(proxy.said(r"Visit \S+ and use code (\w+)")[1])
        login.result(PATIENCE)

    witness("emailproxy", version, "signed in with a device code")


def test_an_address_that_somebody_pastes_opens_imap(
    program: Path, version: str, application: MailApplication, tmp_path: Path, witness: Witness
) -> None:
    proxy = make_email_proxy(program, tmp_path, application, redirect_uri=NATIVE)
    with proxy.at_a_terminal() as terminal, ThreadPoolExecutor(1) as pool:
        login = pool.submit(read_inbox, proxy)
        terminal.expect("Please visit the following URL to authenticate account")
        terminal.expect(": ")
        visited = application.visit(terminal.expect("\n").strip())
        terminal.expect("it should start with ")
        terminal.enter(visited.final_url)
        login.result(PATIENCE)

    witness("emailproxy", version, "signed in with a pasted address")
