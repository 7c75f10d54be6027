"""Programs that refresh by themselves, with the copy that `provision handoff` gave them."""

import configparser
import imaplib
import json
import poplib
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.sandbox.process import RunningSandbox
from tests.clients.conftest import Witness
from tests.clients.emailproxy import PATIENCE, signed_in_proxy
from tests.clients.mail_application import OWNER
from tests.clients.mail_machine import MailMachine, is_same, mail_machine, new_message
from tests.clients.mutt_script import LOGINS, original_script, script_for, version_in
from tests.clients.programs import find_program, version_of
from tests.clients.well_known_ports import well_known_ports

pytestmark = pytest.mark.installed
PASSWORD = "typed into the mail program"


@pytest.fixture(scope="module")
def machine(
    own_sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MailMachine]:
    with mail_machine(own_sandbox, tmp_path_factory.mktemp("machine")) as made:
        made.work.environment["PROVISION_EMAILPROXY_PASSWORD"] = PASSWORD
        yield made


def test_email_oauth2_proxy_is_signed_in_by_its_settings(
    machine: MailMachine, tmp_path: Path, witness: Witness
) -> None:
    program = find_program("emailproxy", "make clients")
    settings = machine.settings("email-oauth2-proxy")
    handed = settings.read_text()
    proxy = signed_in_proxy(program, tmp_path, settings, machine.ready.ca_bundle)
    message = new_message()
    with proxy.running():
        with smtplib.SMTP("127.0.0.1", proxy.smtp, timeout=PATIENCE) as smtp:
            smtp.login(OWNER, PASSWORD)
            smtp.sendmail(OWNER, [OWNER], message.as_bytes().replace(b"\n", b"\r\n"))
        with imaplib.IMAP4("127.0.0.1", proxy.imap, timeout=PATIENCE) as imap:
            imap.login(OWNER, PASSWORD)
            imap.select("INBOX")
        pop = poplib.POP3("127.0.0.1", proxy.pop, timeout=PATIENCE)
        pop.user(OWNER)
        pop.pass_(PASSWORD)
        by_pop = b"\n".join(pop.retr(pop.stat()[0])[1]) + b"\n"
        pop.quit()

    assert is_same(by_pop, message)
    assert "authenticate account" not in proxy.log()
    before, after = configparser.RawConfigParser(), configparser.RawConfigParser()
    before.read_string(handed)
    after.read(tmp_path / "emailproxy.config")
    assert after[OWNER]["refresh_token"] != before[OWNER]["refresh_token"]
    witness("emailproxy", version_of(program, after="Proxy "), "signed in by its hand-off")


def test_another_password_opens_nothing_and_forgets_nothing(
    machine: MailMachine, tmp_path: Path
) -> None:
    program = find_program("emailproxy", "make clients")
    settings = machine.settings("email-oauth2-proxy")
    proxy = signed_in_proxy(program, tmp_path, settings, machine.ready.ca_bundle)
    with proxy.running():
        with (
            imaplib.IMAP4("127.0.0.1", proxy.imap, timeout=PATIENCE) as imap,
            pytest.raises(imaplib.IMAP4.error),
        ):
            imap.login(OWNER, "another one")
        with imaplib.IMAP4("127.0.0.1", proxy.imap, timeout=PATIENCE) as imap:
            imap.login(OWNER, PASSWORD)


def test_mutts_script_refreshes_the_copy_and_keeps_its_successor(
    machine: MailMachine, tmp_path: Path, witness: Witness
) -> None:
    original = original_script()
    tokens = machine.settings("mutt-oauth2")
    handed = json.loads(tokens.read_text())
    with well_known_ports(machine.ready) as mail_host:
        script = script_for(
            original, tmp_path, machine.ready, mail_host,
            client_id=handed["client_id"], client_secret=handed["client_secret"],
            tokens=tokens, authority=handed["provision"]["authority"],
        )  # fmt: skip
        said = script.run("--test")

    assert [line for line in LOGINS if line in said] == LOGINS
    kept = json.loads(tokens.read_text())
    assert kept["refresh_token"] != handed["refresh_token"]
    assert kept["provision"] == handed["provision"]
    machine.settings("mutt-oauth2")
    witness("mutt_oauth2.py", version_in(original), "refreshed the token that was handed off")
