"""`rotate` as it is typed: daily in a pipeline, or now, because somebody saw the secret."""

import json

from tests.e2e.levers import Levers
from tests.e2e.workplace import Workplace


def secrets_of(levers: Levers, work: Workplace) -> set[str]:
    return {p["keyId"] for p in levers.application(work.name)["passwordCredentials"]}


def test_a_daily_rotate_does_nothing_until_a_secret_is_due(work, levers):
    work.applied()
    levers.forget_requests()

    ran = work.done("rotate")

    assert ran.out.splitlines()[-1] == "nothing was due"
    assert levers.writes() == []


def test_a_rotation_keeps_both_through_the_overlap_and_the_new_one_works(work, levers):
    work.write_manifest("handoff: [{to: dotenv, path: mail.env}]\n")
    work.applied()
    (old,) = secrets_of(levers, work)

    ran = work.done("rotate", "--now", "--yes")

    (new,) = secrets_of(levers, work) - {old}
    assert f"serving      key id {new}" in ran.out
    assert f"overlap      key id {old} until " in ran.out
    assert new in work.file("mail.env").read_text()
    assert f"client secret {new} gets tokens" in ran.err


def test_programs_get_key_ids_and_when_the_old_one_goes(work, levers):
    work.applied()
    (old,) = secrets_of(levers, work)

    told = json.loads(work.done("rotate", "--now", "--yes", "--output", "json").out)

    assert told["hasMinted"] is True
    assert {told["servingKeyId"], old} == secrets_of(levers, work)
    assert [o["keyId"] for o in told["overlapping"]] == [old]


def test_a_rotation_asks_and_without_a_terminal_needs_yes(work):
    work.applied()

    ran = work.run("rotate", "--now")

    assert ran.code == 64
    assert "add --yes" in ran.err


def test_a_third_secret_of_a_personal_audience_is_refused_with_what_to_type(work, levers):
    work.applied()
    work.done("rotate", "--now", "--yes")

    ran = work.run("rotate", "--now", "--yes")

    assert ran.code == 1
    assert "a personal audience allows 2 client secrets" in ran.err
    assert "provision rotate --retire KEYID" in ran.err


def test_a_leaked_secret_is_out_at_once_when_a_person_says_so(work, levers):
    work.applied()
    (old,) = secrets_of(levers, work)
    work.done("rotate", "--now", "--yes")

    ran = work.done("rotate", "--retire", old, "--yes")

    assert f"retired      key id {old}" in ran.out
    assert old not in secrets_of(levers, work)


def test_a_mailbox_is_refreshed_after_the_rotation_as_before(work):
    work.signed_in()
    work.done("rotate", "--now", "--yes")

    assert work.done("refresh").code == 0
