"""Dovecot judges the tokens: who gets in over IMAP, POP3 and submission, and who does not."""

import imaplib
import poplib
import secrets
import smtplib
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import jwt
import pytest

from provision.clock import SystemClock
from provision.cloud import Cloud, MailHost, load_cloud_file
from provision.mail.access_token import read_access_token
from provision.mail.delivery import Post, deliver
from provision.mail.login_probe import probe
from provision.mail.probing import Network, Token, explain
from provision.mail.sasl import login_for
from provision.sandbox.options import SandboxOptions
from provision.sandbox.process import RunningSandbox, running_sandbox
from provision.secret import Secret
from provision.tenant.mailbox import PROTOCOLS, Mailbox, Protocol
from tests.clients.conftest import Witness
from tests.clients.dovecot import DOVECOT_PACKAGES, Dovecot, running_dovecot
from tests.clients.mail_application import (
    OTHER,
    OWNER,
    PERSON,
    MailApplication,
    register_mail_application,
)
from tests.clients.programs import find_file, find_program
from tests.contract.mail.scripted import certificate
from tests.contract.sandbox_entra.registered import administrator_token, client_for

pytestmark = pytest.mark.installed
MAILBOX = Mailbox(OWNER, OWNER, "tenant", PROTOCOLS)


@pytest.fixture(scope="module")
def program() -> Path:
    for service in ("imap", "pop3", "submission", "lmtp"):
        find_file(f"usr/lib/dovecot/{service}", DOVECOT_PACKAGES)
    return find_program("dovecot", DOVECOT_PACKAGES)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tenant")


@pytest.fixture(scope="module")
def sandbox(program: Path, state: Path) -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxOptions(faults="none", state=state)) as running:
        yield running


@pytest.fixture(scope="module")
def application(sandbox: RunningSandbox) -> MailApplication:
    return register_mail_application(sandbox.ready)


@pytest.fixture(scope="module")
def cloud(sandbox: RunningSandbox, dovecot: Dovecot) -> Cloud:
    """The sandbox's cloud, with Dovecot's servers in it."""
    return replace(
        load_cloud_file(sandbox.ready_file),
        imap=MailHost("localhost", dovecot.imap, "starttls"),
        pop=MailHost("localhost", dovecot.pop, "starttls"),
        smtp=MailHost("localhost", dovecot.submission, "starttls"),
    )


@pytest.fixture(scope="module")
def dovecot(program: Path, application: MailApplication) -> Iterator[Dovecot]:
    ready = application.ready
    with client_for(ready) as client:
        jwks = client.get(f"/{ready.tenant_id}/discovery/v2.0/keys").json()
    with running_dovecot(program, ready.tenant_id, jwks) as running:
        yield running


@pytest.fixture(scope="module")
def token(application: MailApplication) -> str:
    """A work account's token, through the whole sign-in."""
    return application.access_token()


def login(user: str, token: str) -> str:
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def log_in(dovecot: Dovecot, user: str, token: str) -> imaplib.IMAP4:
    imap = imaplib.IMAP4("127.0.0.1", dovecot.imap, timeout=10)
    try:
        # A refusal is a challenge first, and wants an empty line.
        answers = iter([login(user, token).encode()])
        imap.authenticate("XOAUTH2", lambda _challenge: next(answers, b""))
    except imaplib.IMAP4.error:
        imap.shutdown()
        raise
    return imap


def reason(dovecot: Dovecot, user: str, token: str) -> str:
    """Return why a login is refused, by Dovecot's log; its answer tells nobody."""
    before = len(dovecot.log.read_text())
    with pytest.raises(imaplib.IMAP4.error, match=r"AUTHENTICATIONFAILED|UNAVAILABLE"):
        log_in(dovecot, user, token)
    said = dovecot.log.read_text()[before:].partition("Local validation failed: ")[2]
    return said.partition("\n")[0]


def submit(dovecot: Dovecot, token: str, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", dovecot.submission, timeout=10) as smtp:
        smtp.ehlo()
        # In two steps: Dovecot takes 1,024 bytes in the AUTH line, and a token has more.
        smtp.auth("XOAUTH2", lambda _challenge=None: login(OWNER, token), initial_response_ok=False)
        smtp.send_message(message)


def test_a_work_token_opens_imap(dovecot: Dovecot, token: str, witness: Witness) -> None:
    with log_in(dovecot, OWNER, token) as imap:
        assert imap.select("INBOX")[0] == "OK"
    witness("dovecot", dovecot.version, "let a work token into IMAP")


def test_a_work_token_opens_pop(dovecot: Dovecot, token: str, witness: Witness) -> None:
    pop = poplib.POP3("127.0.0.1", dovecot.pop, timeout=10)
    pop._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]  # noqa: SLF001  (poplib has no AUTH)
    pop._shortcmd(b64encode(login(OWNER, token).encode()).decode())  # type: ignore[attr-defined]  # noqa: SLF001
    assert pop.stat()[0] >= 0
    pop.quit()
    witness("dovecot", dovecot.version, "let a work token into POP3")


def test_what_a_work_token_submits_is_read_back_over_imap(
    dovecot: Dovecot, token: str, witness: Witness
) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = OWNER, OWNER, secrets.token_hex(8)
    message.set_content("judged\n.\nfine\n")
    submit(dovecot, token, message)

    with log_in(dovecot, OWNER, token) as imap:
        imap.select("INBOX")
        (found,) = imap.search(None, "SUBJECT", message["Subject"])[1]
        (fetched, *_) = imap.fetch(found.decode(), "(BODY[TEXT])")[1]
    assert isinstance(fetched, tuple)
    assert fetched[1] == b"judged\r\n.\r\nfine\r\n"
    witness("dovecot", dovecot.version, "took a mail with a work token, and gave it back")


def test_every_attachment_comes_back_byte_for_byte(
    dovecot: Dovecot, cloud: Cloud, token: str, witness: Witness
) -> None:
    delivery = deliver(
        MAILBOX,
        dict.fromkeys(PROTOCOLS, Secret(token)),
        Post(cloud, certificate()[1], SystemClock(), deadline=20.0),
    )

    assert [(o.name, o.verdict.protocol, o.verdict.outcome) for o in delivery.operations] == [
        ("Send with Document", "smtp", "ok"),
        ("Send with Map of Attachments", "smtp", "ok"),
        ("Receive", "imap", "ok"),
        ("Receive", "pop", "ok"),
    ], delivery.verdicts
    arrivals = [arrival for o in delivery.operations for arrival in o.arrivals]
    assert len(arrivals) == 14
    assert [a.came for a in arrivals] == [a.sent for a in arrivals]
    witness("dovecot", dovecot.version, "gave every attachment back byte for byte")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_refusal_of_dovecot_is_explained_like_exchanges(
    cloud: Cloud, application: MailApplication, protocol: Protocol
) -> None:
    """Somebody else's token is refused for the owner and lets itself in."""
    secret = Secret(application.access_token(OTHER))
    found = Token(secret, read_access_token(secret, SystemClock().now()))
    refused = probe(cloud, certificate()[1], login_for(MAILBOX, protocol, secret))

    (verdict,) = explain(MAILBOX, [refused], found, Network(cloud, certificate()[1]))

    assert verdict.outcome == "refused"
    assert verdict.cause is not None
    assert verdict.cause.name == ("wrong_user" if protocol == "smtp" else "mailbox_closed")


def test_an_expired_token_is_refused(
    dovecot: Dovecot, token: str, state: Path, witness: Witness
) -> None:
    """It is the sandbox's own in all but its time: its claims, signed by its key."""
    claims = jwt.decode(token, options={"verify_signature": False})
    header = jwt.get_unverified_header(token)
    now = int(time.time())
    past = {"iat": now - 7200, "nbf": now - 7200, "exp": now - 3600}
    key = (state / "signing-key.pem").read_bytes()
    old = jwt.encode(claims | past, key, "RS256", headers={"kid": header["kid"]})

    assert reason(dovecot, OWNER, old) == "Token has expired"
    witness("dovecot", dovecot.version, "refused an expired token")


def test_a_token_for_graph_is_refused(
    dovecot: Dovecot, application: MailApplication, witness: Witness
) -> None:
    graph = application.access_token(scopes=("https://graph.microsoft.com/Mail.Read",))

    said = reason(dovecot, OWNER, graph)
    assert said == "Token audience does not include 'https://outlook.office.com'"
    witness("dovecot", dovecot.version, "refused a token for Graph")


def test_somebody_elses_token_is_refused(
    dovecot: Dovecot, application: MailApplication, witness: Witness
) -> None:
    said = reason(dovecot, OWNER, application.access_token(OTHER))

    assert said == f"Username '{OWNER}' did not match '{OTHER}'"
    witness("dovecot", dovecot.version, "refused somebody else's token")


def test_a_damaged_signature_is_refused(dovecot: Dovecot, token: str, witness: Witness) -> None:
    signed, signature = token.rsplit(".", 1)

    assert reason(dovecot, OWNER, f"{signed}.{signature[::-1]}") == "Bad signature"
    witness("dovecot", dovecot.version, "refused a damaged signature")


def test_an_opaque_token_of_a_personal_account_is_refused(
    dovecot: Dovecot, application: MailApplication, witness: Witness
) -> None:
    opaque = application.access_token(PERSON, segment="common")

    assert reason(dovecot, PERSON, opaque) == "Not a JWT token"
    witness("dovecot", dovecot.version, "refused a personal account's opaque token")


def test_a_token_of_an_application_alone_is_refused(
    dovecot: Dovecot, application: MailApplication, witness: Witness
) -> None:
    alone = administrator_token(application.ready)

    assert reason(dovecot, OWNER, alone) == "No username returned"
    witness("dovecot", dovecot.version, "refused a token without a user")
