"""`destroy` as it is typed: the name is asked for, and what is gone leaves nothing behind here."""

import json
import sqlite3
from contextlib import closing


def test_without_a_terminal_it_needs_yes_and_touches_nothing(work, levers):
    work.applied()
    levers.forget_requests()

    ran = work.run("destroy")

    assert ran.code == 64
    assert levers.writes() == []


def test_a_wrong_name_changes_nothing(work, levers):
    work.applied()
    with work.terminal("destroy") as terminal:
        terminal.expect("to destroy it: ")
        terminal.enter("something else")
        code = terminal.end()

    assert code == 1
    assert "not confirmed" in terminal.shown
    assert levers.application(work.name)


def test_the_typed_name_destroys_and_apply_can_restore(work, levers):
    work.applied()
    client_id = levers.application(work.name)["appId"]
    with work.terminal("destroy") as terminal:
        terminal.expect("to destroy it: ")
        terminal.enter(work.name)
        code = terminal.end()

    assert code == 0
    assert "for 30 days" in terminal.shown
    work.done("apply", "--yes", "--restore")
    assert levers.application(work.name)["appId"] == client_id


def test_what_was_held_for_it_is_gone_from_vault_and_files(work):
    work.write_manifest("handoff: [{to: dotenv, path: mail.env}, {to: json, path: mail.json}]\n")
    work.file("mail.env").write_text("OTHER=1\n")
    work.signed_in()
    work.done("handoff")

    work.done("destroy", "--yes")

    assert work.file("mail.env").read_text() == "OTHER=1\n"
    assert not work.file("mail.json").exists()
    tables = ("client_secret", "refresh_token", "mailbox", "remembered_ids")
    with closing(sqlite3.connect(work.environment["PROVISION_VAULT"])) as vault:
        left = [vault.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    assert left == [[], [], [], []]


def test_purge_leaves_nothing_in_the_bin(work, levers):
    work.applied()
    found = levers.application(work.name)

    ran = work.done("destroy", "--purge", "--yes")

    assert "gone for good" in ran.out
    bin_path = "/directory/deletedItems/microsoft.graph.application"
    assert found["id"] not in {item["id"] for item in levers.graph("GET", bin_path)["value"]}


def test_what_lies_in_the_bin_can_be_purged(work, levers):
    work.applied()
    work.done("destroy", "--yes")

    told = json.loads(work.done("destroy", "--purge", "--yes", "--output", "json").out)

    assert told["isPurged"] is True


def test_a_second_time_there_is_nothing_to_destroy(work):
    work.applied()
    work.done("destroy", "--purge", "--yes")

    assert "Nothing to destroy" in work.done("destroy", "--yes").out


def test_the_manifest_can_forbid_it(work, levers):
    work.applied()
    work.write_manifest(application="  preventDestroy: true\n")
    levers.forget_requests()

    ran = work.run("destroy", "--yes")

    assert ran.code == 1
    assert "preventDestroy: true" in ran.err
    assert levers.graph_requests() == []
