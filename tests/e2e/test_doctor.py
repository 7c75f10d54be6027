"""The doctor, as typed."""

import json
from typing import Any

from tests.e2e.levers import ROLES
from tests.e2e.workplace import OWNER, Ran
from tests.made_up import CLIENT_SECRET


def test_says_that_all_is_well(work, levers):
    levers.administrator_may(*ROLES)
    work.signed_in()

    ran = work.done("doctor")

    assert ran.out.startswith("administrator\n  ✓ tenant ")
    assert f"✓ application {work.name} is as the manifest wants it" in ran.out
    assert "holds what no command needs: Organization.Read.All\n" in ran.out
    assert ran.out.endswith("→ take these permissions from the application\n")


def test_says_what_is_missing_and_what_to_do_first(work, levers):
    levers.administrator_may("Application.ReadWrite.All", "Directory.Read.All", "Policy.Read.All")

    ran = work.run("doctor")

    assert ran.code == 1
    assert "  ✗ may not grant consent\n" in ran.out
    assert ran.out.endswith(
        "First: may not grant consent\n  → grant DelegatedPermissionGrant.ReadWrite.All\n"
    )
    assert levers.applications(work.name) == []


def test_a_403_on_an_optional_read_is_unknown(work, levers):
    levers.administrator_may("Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All")
    work.applied()

    ran = work.done("doctor", "--output", "json")

    found = json.loads(ran.out)
    policies = next(s["findings"] for s in found["sections"] if s["name"] == "policies")
    assert found["ok"] is True
    assert [finding["mark"] for finding in policies] == ["unknown"] * 3


def test_a_refused_sign_in_is_the_diagnosis(work):
    work.environment["AZURE_CLIENT_SECRET"] = "not-the-secret-at-all"

    ran = work.run("doctor")

    assert ran.code == 1
    assert "Entra answered AADSTS7000215" in ran.out
    assert "First: " in ran.out


def findings(ran: Ran, section: str) -> list[dict[str, Any]]:
    sections = json.loads(ran.out)["sections"]
    return list(next(s["findings"] for s in sections if s["name"] == section))


def test_logs_in_to_every_mailbox_and_sends_nothing(work, levers):
    work.signed_in()
    before = levers.inbox(OWNER)

    found = findings(work.done("doctor", "--output", "json"), "mailboxes")

    assert [finding["mark"] for finding in found] == ["good"] * 3
    assert found[0]["text"].startswith(f"IMAP of {OWNER} opens for {OWNER}: ")
    assert levers.inbox(OWNER) == before


def test_a_mailbox_that_nobody_signed_in_for_is_a_warning_with_its_command(work):
    work.applied()

    (found,) = findings(work.done("doctor", "--output", "json"), "mailboxes")

    assert found == {
        "mark": "warning",
        "text": f"{OWNER}: {OWNER} has not signed in",
        "next": f"provision authorize --mailbox {OWNER}",
    }


def test_says_which_switch_keeps_a_mailbox_closed_and_how_to_read_it(work, levers):
    work.signed_in()
    levers.control("PATCH", f"/mailboxes/{OWNER}", {"smtpAuthDisabled": True})
    try:
        ran = work.run("doctor", "--output", "json")
    finally:
        levers.control("PATCH", f"/mailboxes/{OWNER}", {"smtpAuthDisabled": None})

    smtp = next(f for f in findings(ran, "mailboxes") if f["text"].startswith("SMTP"))
    assert ran.code == 1
    assert smtp["mark"] == "bad"
    assert "Authenticated SMTP is off for this mailbox" in smtp["text"]
    assert f"Get-CASMailbox -Identity {OWNER}" in smtp["next"]
    assert json.loads(ran.out)["first"]["text"] == smtp["text"]


def test_a_clock_that_is_wrong_and_hosts_that_answer_are_told(work):
    found = findings(work.run("doctor", "--output", "json"), "this machine")

    assert found[0]["text"] == "the clock agrees with Microsoft's"
    assert [f["text"].split()[0] for f in found[1:]] == ["login", "Graph", "IMAP", "POP", "SMTP"]
    assert {f["mark"] for f in found} == {"good"}


def test_a_bundle_has_what_a_helper_asks_for_and_no_secret(work):
    work.signed_in()
    work.file("provision.yaml").write_text(
        work.file("provision.yaml").read_text() + f"# client_secret: {CLIENT_SECRET}\n"
    )

    work.done("doctor", "--bundle", "support.json", "--output", "json")

    bundle = work.file("support.json")
    text = bundle.read_text()
    found = json.loads(text)
    assert bundle.stat().st_mode & 0o777 == 0o600
    assert {"doctor", "manifest", "platform", "settings", "status", "versions"} <= set(found)
    assert f"uniqueName: {work.name}" in found["manifest"]
    assert "AZURE_CLIENT_SECRET" in found["settings"]
    assert CLIENT_SECRET[:12] not in text
    assert work.environment["AZURE_CLIENT_SECRET"] not in text
    assert work.environment["PROVISION_VAULT_KEY"] not in text
    assert found["doctor"]["sections"]
    assert found["status"]["applications"]


def test_a_bundle_that_cannot_be_written_is_refused_before_anything_is_asked(work, levers):
    levers.forget_requests()

    ran = work.run("doctor", "--bundle", "nowhere/support.json")

    assert (ran.code, levers.control("GET", "/requests")["requests"]) == (1, [])
    assert "name another file with --bundle" in ran.err
