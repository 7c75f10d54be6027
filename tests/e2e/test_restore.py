"""`apply` on an application in the bin: it asks, or `--restore` says so; `--yes` alone does not."""

from tests.e2e.levers import Levers
from tests.e2e.workplace import Workplace


def deleted(work: Workplace, levers: Levers) -> str:
    """Apply, let somebody delete the application in a portal, return its client id."""
    work.applied()
    found = levers.application(work.name)
    levers.graph("DELETE", f"/applications/{found['id']}")
    return str(found["appId"])


def test_a_plan_says_that_it_lies_in_the_bin(work, levers):
    deleted(work, levers)

    ran = work.done("plan")

    assert f"+ restore application {work.name}, deleted on " in ran.out
    assert f"+ restore service principal of {work.name}" in ran.out


def test_yes_alone_does_not_bring_back_what_somebody_deleted(work, levers):
    deleted(work, levers)
    levers.forget_requests()

    ran = work.run("apply", "--yes")

    assert ran.code == 64
    assert "add --restore" in ran.err
    assert levers.writes() == []


def test_restore_brings_back_the_same_application_and_all_that_hangs_on_it(work, levers):
    client_id = deleted(work, levers)

    work.done("apply", "--yes", "--restore")

    found = levers.application(work.name)
    assert found["appId"] == client_id
    assert len(found["passwordCredentials"]) == 1
    assert len(levers.grants(client_id)) == 1
    assert work.run("plan", "--detailed-exitcode").code == 0


def test_a_fresh_runner_restores_as_well(work, levers):
    client_id = deleted(work, levers)

    work.elsewhere("runner").done("apply", "--yes", "--restore")

    assert levers.application(work.name)["appId"] == client_id
