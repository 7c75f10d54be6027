"""`handoff` to mail programs: settings without a secret, and copies that the ledger knows."""

import json
import platform
from stat import S_IMODE

import pytest

from provision.handoff.mail_programs import PASSWORD_COMMANDS
from tests.e2e.workplace import Workplace

EVERY = "handoff:\n  - {to: json, path: mail.json}\n" + "".join(
    f"  - {{to: {to}, path: {to}.settings}}\n"
    for to in (*PASSWORD_COMMANDS, "email-oauth2-proxy", "mutt-oauth2")
)


@pytest.fixture
def handed_off(work: Workplace) -> Workplace:
    work.environment["PROVISION_EMAILPROXY_PASSWORD"] = "canary of the proxy"
    work.write_manifest(EVERY)
    work.signed_in().done("handoff")
    return work


def test_what_stands_in_the_files_is_what_was_said(handed_off):
    values = json.loads(handed_off.file("mail.json").read_text())
    secrets = (values["clientSecret"], values["refreshToken"], "canary of the proxy")
    sealed = [
        handed_off.file(f"{to}.settings") for to in (*PASSWORD_COMMANDS, "email-oauth2-proxy")
    ]
    texts = [path.read_text() for path in sealed]

    assert [text for text in texts if any(secret in text for secret in secrets)] == []
    assert all(values["clientId"] in text for text in texts)
    assert {S_IMODE(path.stat().st_mode) for path in sealed} == {0o600}


def test_the_ledger_names_the_copies_with_their_host_and_no_other_file(handed_off):
    told = json.loads(handed_off.run("status", "--output", "json").out)

    folder, host = handed_off.folder, platform.node() or "localhost"
    holders = {
        holder["name"]: holder["keepsSuccessors"]
        for application in told["applications"]
        for mailbox in application["mailboxes"]
        for holder in mailbox["holders"]
    }
    assert holders == {
        f"json {folder}/mail.json": False,
        f"email-oauth2-proxy {folder}/email-oauth2-proxy.settings on host {host}": True,
        f"mutt-oauth2 {folder}/mutt-oauth2.settings on host {host}": True,
    }


def test_an_apply_without_the_proxys_password_stops_before_a_secret_exists(work, levers):
    work.write_manifest("handoff:\n  - {to: email-oauth2-proxy, path: emailproxy.config}\n")

    ran = work.run("apply", "--yes")

    assert ran.code != 0
    assert "PROVISION_EMAILPROXY_PASSWORD is not set" in ran.err
    assert levers.applications(work.name) == []
