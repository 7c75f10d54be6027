"""`status`: what is held and when it dies, from the vault alone."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from stat import S_IMODE

import pytest

from provision.vault.schema import written
from tests.e2e.workplace import OWNER, Workplace

HANDOFF = "handoff: [{to: dotenv, path: mail.env}]\n"


@pytest.fixture
def handed_over(work):
    """Return a workplace whose mailbox signed in and whose values were handed over."""
    work.write_manifest(HANDOFF)
    work.signed_in()
    work.done("handoff")
    return work


def aged(work: Workplace, table: str, column: str, days: float) -> None:
    """Make what a column of the vault dates older than it is."""
    then = written(datetime.now(UTC) - timedelta(days=days))  # noqa: TID251  (the program's own now)
    with closing(sqlite3.connect(work.environment["PROVISION_VAULT"])) as vault, vault:
        vault.execute(f"UPDATE {table} SET {column} = ?", (then,))


def test_what_is_fresh_needs_nothing(handed_over):
    ran = handed_over.run("status")

    assert (ran.code, ran.err) == (0, "")
    assert f"{OWNER}, signs in at tenant" in ran.out
    assert "Nothing to do. What dies first:" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100


def test_a_copy_that_nobody_renewed_is_due_however_young_our_own_token_is(handed_over):
    aged(handed_over, "holder", "issued_at", 77)
    handed_over.done("refresh")

    ran = handed_over.run("status", "--output", "json")

    found = json.loads(ran.out)
    (task,) = found["toDo"]
    assert (ran.code, found["alarm"]) == (2, 14)
    assert (task["kind"], task["daysLeft"], task["next"]) == (
        "refreshTokenCopy", 12, "provision handoff",
    )  # fmt: skip
    assert handed_over.run("handoff").code == 0
    assert handed_over.run("status").code == 0


def test_a_token_that_died_needs_its_owner(handed_over):
    aged(handed_over, "refresh_token", "issued_at", 91)

    ran = handed_over.run("status")

    assert ran.code == 4
    assert ran.out.endswith(f"  → provision authorize --mailbox {OWNER}\n")


def test_a_token_that_entra_refused_needs_its_owner(handed_over, levers):
    levers.revoke(OWNER)
    assert handed_over.run("refresh").code == 4

    ran = handed_over.run("status", "--output", "json")

    (mailbox,) = json.loads(ran.out)["applications"][0]["mailboxes"]
    assert (ran.code, mailbox["state"], mailbox["alarm"]) == (4, "refused", 0)
    assert OWNER in mailbox["refusedBecause"] or "AADSTS" in mailbox["refusedBecause"]


def test_a_secret_is_due_when_rotate_would_renew_it(handed_over):
    soon = written(datetime.now(UTC) + timedelta(days=20))  # noqa: TID251  (the program's own now)
    with closing(sqlite3.connect(handed_over.environment["PROVISION_VAULT"])) as vault, vault:
        vault.execute("UPDATE client_secret SET end_at = ?", (soon,))

    ran = handed_over.run("status")

    assert (ran.code, ran.out.splitlines()[-1]) == (2, "  → provision rotate")


def test_a_declared_mailbox_that_never_signed_in_is_named_with_the_command(work):
    work.applied()

    ran = work.run("status")

    assert ran.code == 4
    assert f"provision authorize --mailbox {OWNER}" in ran.out
    assert "nobody has signed in here" in ran.out


def test_an_application_that_nobody_applied_here_says_so(work):
    ran = work.run("status")

    assert ran.code == 4
    assert "nothing is known of it here" in ran.out
    assert ran.out.endswith("  → provision apply --through authorize\n")


def test_nothing_is_signed_in_to_and_nothing_is_asked(handed_over, levers):
    levers.forget_requests()

    handed_over.done("status")
    handed_over.done("status", "--all")

    assert levers.control("GET", "/requests")["requests"] == []


def test_it_needs_neither_the_key_nor_a_manifest(handed_over):
    handed_over.environment.pop("PROVISION_VAULT_KEY")
    handed_over.file("provision.yaml").unlink()

    ran = handed_over.run("status", "--all")

    assert ran.code == 0
    assert OWNER in ran.out
    missing = handed_over.run("status")
    assert missing.code == 64
    assert "provision status --all" in missing.err


def test_an_empty_vault_says_how_to_begin(work):
    ran = work.run("status", "--all")

    assert ran.code == 0
    assert ran.out == "Nothing is held here yet.\n  → provision apply --through handoff\n"


def test_a_vault_that_is_switched_off_is_no_empty_one(work):
    work.environment["PROVISION_VAULT"] = "none"

    ran = work.run("status", "--all")

    assert ran.code == 64
    assert "PROVISION_VAULT is 'none'" in ran.err


def test_the_page_is_one_private_file(handed_over):
    ran = handed_over.run("status", "--html", "status.html")

    written_page = handed_over.file("status.html")
    assert ran.code == 0
    assert ran.err == "wrote status.html\n"
    assert S_IMODE(written_page.stat().st_mode) == 0o600
    assert OWNER in written_page.read_text(encoding="utf-8")
    assert list(handed_over.folder.glob(".*tmp*")) == []


def test_a_page_that_cannot_be_written_is_refused(handed_over):
    ran = handed_over.run("status", "--html", "missing/status.html")

    assert ran.code == 1
    assert "name another file with --html" in ran.err


def test_a_holder_that_was_taken_out_of_the_manifest_can_be_forgotten(handed_over):
    aged(handed_over, "holder", "issued_at", 89.5)
    handed_over.write_manifest()
    told = handed_over.run("status")
    name = f"dotenv {handed_over.file('mail.env')}"

    assert told.code == 2
    assert told.out.splitlines()[-1] == f"  → provision handoff --forget '{name}'"
    assert handed_over.run("handoff", "--forget", name).code == 0
    assert handed_over.run("status").code == 0


def test_it_shows_no_secret(handed_over):
    values = dict(
        line.split("=", 1)
        for line in handed_over.file("mail.env").read_text().splitlines()
        if "=" in line
    )
    ran = handed_over.run("status", "--output", "json", "--html", "status.html")

    shown = ran.out + ran.err + handed_over.file("status.html").read_text(encoding="utf-8")
    for name in ("MAIL_OAUTH_CLIENT_SECRET", "MAIL_OAUTH_REFRESH_TOKEN"):
        assert values[name].strip("'") not in shown
