"""Ctrl-C, kill -9, a second run: nothing is orphaned, and the next apply converges."""

import re
import signal
from pathlib import Path

import pytest

from tests.e2e.workplace import PATIENCE, Ran, Visit, Workplace

DOTENV = "handoff:\n  - {to: dotenv, path: mail.env}\n"
READ, CREATE, PRESENCE, GRANT, CLOSE = range(1, 6)
"""The requests of a first apply, by their number."""


@pytest.fixture
def slow(slow):
    slow.write_manifest(DOTENV)
    slow.levers.forget_requests()
    return slow


def stopped_at(work: Workplace, request: int, how: signal.Signals) -> Ran:
    """Run apply, and stop it while the sandbox takes its time over a Graph request."""
    running = work.start("apply", "--yes")
    while len(work.levers.graph_requests()) < request:
        assert running.poll() is None
    running.send_signal(how)
    out, err = running.communicate(timeout=PATIENCE)
    return work.note(Ran(running.returncode, out, err))


def converges(work: Workplace) -> None:
    """Apply once more, and hold the tenant, the vault and the sink against each other."""
    work.done("apply", "--yes")
    (secret,) = work.levers.application(work.name)["passwordCredentials"]
    held = re.search(
        r"MAIL_OAUTH_CLIENT_SECRET_KEY_ID=\W?([\w-]+)", work.file("mail.env").read_text()
    )
    assert held is not None
    assert held.group(1) == secret["keyId"]
    assert work.run("plan", "--detailed-exitcode").code == 0
    assert strays(work) == []


def strays(work: Workplace) -> list[Path]:
    """Return temporary files that nobody cleaned up."""
    return [path for path in work.folder.rglob("*") if "tmp" in path.name]


@pytest.mark.parametrize("request_number", [READ, PRESENCE, CLOSE])
def test_ctrl_c_during_apply_orphans_nothing(slow, request_number):
    ran = stopped_at(slow, request_number, signal.SIGINT)

    assert ran.code == 130
    assert ran.err.endswith("run the same command again\n")
    assert "Traceback" not in ran.err
    converges(slow)


def test_ctrl_c_lets_a_secret_that_is_being_made_be_kept(slow):
    ran = stopped_at(slow, CREATE, signal.SIGINT)

    (secret,) = slow.levers.application(slow.name)["passwordCredentials"]
    assert ran.code == 130
    assert "finishing what was begun; Ctrl-C again stops at once" in ran.err
    assert secret["keyId"] in slow.file("mail.env").read_text()
    converges(slow)


@pytest.mark.parametrize("request_number", [CREATE, GRANT])
def test_kill_during_apply_orphans_nothing_for_long(slow, request_number):
    assert stopped_at(slow, request_number, signal.SIGKILL).code == -signal.SIGKILL

    converges(slow)


def test_ctrl_c_at_the_question_changes_nothing(work, levers):
    with work.terminal("apply") as terminal:
        terminal.expect("[y/N] ")
        terminal.interrupt()
        assert terminal.end() == 130

    assert "interrupted" in terminal.shown
    assert levers.applications(work.name) == []


def test_ctrl_c_while_waiting_for_the_sign_in_loses_nothing(work):
    work.applied()
    running = work.start("authorize")
    assert running.stderr is not None
    said = ""
    while "/authorize?" not in said:
        line = running.stderr.readline()
        assert line, said
        said += line
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE)

    assert work.note(Ran(running.returncode, out, said + err)).code == 130
    assert "Traceback" not in err
    work.done("authorize", visit=Visit())


def test_two_applies_at_once_make_one_application_with_one_secret(slow):
    running = [slow.start("apply", "--yes") for _ in range(2)]

    ended = [(child.communicate(timeout=PATIENCE), child.returncode) for child in running]

    for (out, err), code in ended:
        slow.note(Ran(code, out, err))
    assert [code for _, code in ended] == [0, 0]
    assert len(slow.levers.applications(slow.name)) == 1
    converges(slow)


def test_two_hosts_at_once_make_one_application(slow):
    other = slow.elsewhere("other")
    running = [place.start("apply", "--yes") for place in (slow, other)]

    ended = [(child.communicate(timeout=PATIENCE), child.returncode) for child in running]

    for (out, err), code in ended:
        slow.note(Ran(code, out, err))
    assert 0 in [code for _, code in ended]
    (application,) = slow.levers.applications(slow.name)
    assert len(application["passwordCredentials"]) == 1


def test_a_reader_that_leaves_early_leaves_nothing_half_done(work, levers):
    running = work.start("apply", "--yes")
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    err = running.stderr.read()
    running.stderr.close()

    assert work.note(Ran(running.wait(PATIENCE), "", err)).code == 1
    assert err == ""
    assert levers.applications(work.name) == []


def test_a_lost_standard_error_stops_nothing(work, levers):
    running = work.start("apply", "--yes")
    assert running.stderr is not None
    running.stderr.close()
    assert running.stdout is not None
    out = running.stdout.read()
    running.stdout.close()

    assert work.note(Ran(running.wait(PATIENCE), out, "")).code == 0
    assert len(levers.application(work.name)["passwordCredentials"]) == 1
