"""`plan --out` and `apply PLAN`: an approval for one plan, on one day."""

import json
import stat

from tests.e2e.workplace import Workplace


def changed(work: Workplace, **members: str) -> None:
    path = work.file("approved.json")
    document = json.loads(path.read_text())
    document["approves"] |= members
    path.write_text(json.dumps(document))


def test_an_approved_plan_is_carried_out_without_a_question(work, levers):
    work.done("plan", "--out", "approved.json")

    ran = work.done("apply", "approved.json")

    assert "client id" in ran.out
    assert levers.application(work.name)["displayName"] == work.name
    assert work.run("plan", "--detailed-exitcode").code == 0


def test_a_plan_file_is_for_its_owner_and_holds_no_secret(work):
    work.applied()
    ran = work.done("plan", "--out", "approved.json")
    path = work.file("approved.json")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "provision apply approved.json" in ran.err
    assert json.loads(path.read_text())["plan"]["hasChanges"] is False


def test_a_plan_is_carried_out_once(work, levers):
    work.done("plan", "--out", "approved.json")
    work.done("apply", "approved.json")
    levers.forget_requests()

    ran = work.run("apply", "approved.json")

    assert ran.code == 1
    assert "the tenant is not as it was read" in ran.err
    assert levers.writes() == []


def test_somebody_elses_change_in_between_stops_it_before_the_first_write(work, levers):
    work.applied()
    found = levers.application(work.name)
    levers.graph("PATCH", f"/applications/{found['id']}", {"displayName": "first"})
    work.done("plan", "--out", "approved.json")
    levers.graph("PATCH", f"/applications/{found['id']}", {"displayName": "second"})
    levers.forget_requests()

    ran = work.run("apply", "approved.json")

    assert ran.code == 1
    assert "does not approve what would be done now" in ran.err
    assert levers.writes() == []


def test_another_manifest_is_not_what_was_approved(work):
    work.done("plan", "--out", "approved.json")
    work.write_manifest("consent: none\n")

    ran = work.run("apply", "approved.json")

    assert ran.code == 1
    assert "the manifest says something else" in ran.err


def test_the_same_manifest_in_another_folder_is(work):
    work.done("plan", "--out", "approved.json")
    other = work.elsewhere("runner")

    assert other.run("apply", str(work.file("approved.json"))).code == 0


def test_a_plan_of_the_day_before_yesterday_is_refused_before_anybody_is_asked(work, levers):
    work.done("plan", "--out", "approved.json")
    changed(work, madeAt="2026-01-01T00:00:00+00:00")
    levers.forget_requests()

    ran = work.run("apply", "approved.json")

    assert ran.code == 1
    assert "a plan holds for 24 hours" in ran.err
    assert levers.graph_requests() == []


def test_a_file_that_is_no_plan_is_a_mistake_of_usage(work):
    assert work.run("apply", "provision.yaml").code == 64
    assert work.run("apply", "missing.json").code == 64


def test_a_plan_that_instructs_something_else_is_never_obeyed(work, levers):
    work.done("plan", "--out", "approved.json")
    changed(work, changesDigest="0" * 64)

    ran = work.run("apply", "approved.json")

    assert ran.code == 1
    assert "the changes are others" in ran.err


def test_a_plan_for_a_comment_is_markdown_with_a_diff(work):
    text = work.done("plan", "--output", "markdown").out

    assert text.startswith(f"### provision plan: {work.name}")
    assert f"```diff\n+ create application {work.name}\n" in text
    assert "**Consent for the whole tenant is new**" in text
