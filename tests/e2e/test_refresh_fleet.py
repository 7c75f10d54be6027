"""`refresh --all`: many mailboxes, again and again, and a human who is told."""

import json
import os
import signal
import sys
from base64 import b64encode
from multiprocessing import get_context

import pytest

from tests.e2e.fleets import multiplied, newest, vault_of
from tests.e2e.workplace import OWNER, PATIENCE, Ran, Workplace

FLEET = 60
_TOKEN = "/oauth2/v2.0/token"
_POLL = 0.1
LISTENER = """\
import pathlib, sys
with pathlib.Path("told.json").open("a") as told:
    told.write(sys.stdin.read() + "\\n")
"""


@pytest.fixture
def signed_in(work: Workplace) -> Workplace:
    return work.signed_in()


@pytest.fixture
def hook(work: Workplace) -> str:
    work.file("hook.py").write_text(LISTENER)
    return f"{sys.executable} hook.py"


def told(work: Workplace) -> list[dict[str, object]]:
    path = work.file("told.json")
    lines = path.read_text().splitlines() if path.exists() else []
    return [entry for line in lines for entry in json.loads(line)["signInNeeded"]]


def lose_every_token(work: Workplace) -> None:
    work.levers.control("POST", "/revoke", {"user": OWNER, "cause": "sessionsRevoked"})


def test_a_cloud_may_be_chosen(signed_in):
    here = signed_in.levers.ready_file
    other = signed_in.file("other.json")
    other.write_text(here.read_text())

    there = signed_in.run("refresh", "--all", "--cloud", str(other))
    ran = signed_in.run("refresh", "--all", "--cloud", str(here))

    assert (there.code, there.out) == (0, "")
    assert "no mailbox is signed in here" in there.err
    assert (ran.code, ran.out) == (0, f"{OWNER}: renewed, generation 2\n")


def test_none_is_skipped_while_the_tenant_asks_for_pauses(signed_in, levers):
    vault, boxes = multiplied(signed_in, FLEET)
    rule = {"fault": "throttled", "path": f"*{_TOKEN}", "chance": 0.3, "retryAfter": 0.2}
    levers.control("PUT", "/faults", {"version": 1, "rules": [rule]})
    try:
        ran = signed_in.run("refresh", "--all")
    finally:
        levers.control("PUT", "/faults", {"use": "none"})

    assert ran.code == 0, ran.err
    assert len(ran.out.splitlines()) == FLEET + 1
    assert {newest(vault, box.key).generation for box in boxes} == {2}
    assert len({newest(vault, box.key).token.reveal() for box in boxes}) == FLEET


def test_progress_is_told_in_a_few_lines_where_nobody_watches(signed_in):
    multiplied(signed_in, FLEET)

    ran = signed_in.done("refresh", "--all")

    lines = [line for line in ran.err.splitlines() if "mailboxes" in line]
    assert lines[-1] == f"✓ refresh      {FLEET + 1} of {FLEET + 1} mailboxes"
    assert 10 <= len(lines) <= 11


def test_a_hook_is_told_whose_owner_has_to_sign_in_and_the_exit_code_is_4(signed_in, hook):
    lose_every_token(signed_in)

    ran = signed_in.run("refresh", "--all", "--hook", hook)

    assert ran.code == 4
    (entry,) = told(signed_in)
    assert entry["mailbox"] == OWNER
    assert entry["isNew"] is True
    assert entry["command"] == f"provision authorize --mailbox {OWNER}"
    assert "AADSTS" in str(entry["reason"])


def test_a_hook_is_not_run_while_every_token_lives(signed_in, hook):
    signed_in.done("refresh", "--all", "--hook", hook)

    assert told(signed_in) == []


def test_a_hook_that_fails_is_a_failure_of_its_own(signed_in):
    lose_every_token(signed_in)

    ran = signed_in.run("refresh", "--all", "--hook", f"{sys.executable} -c 'raise SystemExit(7)'")

    assert ran.code == 1
    assert f"hook: command {sys.executable} ended with 7" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--every", "6h"), "--every is for every mailbox"),
        (("--hook", "mail"), "--hook is for every mailbox"),
        (("--all", "--mailbox", OWNER), "--all and --mailbox: the one renews every mailbox"),
        (("--all", "--every", "6"), "--every 6: a period is from 1m to 30d"),
        (("--all", "--hook", "'"), "is no command line"),
        (("--all", "--hook", "no-such-program-here"), "there is no such program here"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(work, levers, arguments, said):
    levers.forget_requests()

    ran = work.run("refresh", *arguments)

    assert (ran.code, levers.control("GET", "/requests")["requests"]) == (64, [])
    assert said in ran.err


def test_a_vault_that_does_not_open_is_said_once_for_all_mailboxes(signed_in, levers):
    multiplied(signed_in, 5)
    signed_in.environment["PROVISION_VAULT_KEY"] = b64encode(b"o" * 32).decode()
    levers.forget_requests()

    ran = signed_in.run("refresh", "--all")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("the key from PROVISION_VAULT_KEY does not open it") == 1
    assert levers.control("GET", "/requests")["requests"] == []


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_rounds_end_when_somebody_says_stop(signed_in, sent, code):
    arguments = ("refresh", "--all", "--every", "6h", "--output", "json")
    with signed_in.start(*arguments) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(sent)
        out, err = running.communicate(timeout=PATIENCE)
    ran = signed_in.note(Ran(running.returncode, first + out, err))

    assert ran.code == code, ran.err
    round_one = json.loads(first)
    assert {name: round_one[name] for name in ("round", "mailboxes", "renewed", "failed")} == {
        "round": 1, "mailboxes": 1, "renewed": 1, "failed": 0,
    }  # fmt: skip
    assert out == ""


def test_a_service_that_is_told_to_stop_has_not_failed_whatever_its_last_round_found(signed_in):
    lose_every_token(signed_in)

    with signed_in.start("refresh", "--all", "--every", "6h") as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=PATIENCE)
    ran = signed_in.note(Ran(running.returncode, first + out, err))

    assert "1 to sign in again" in ran.out
    assert f"provision: {OWNER}: refreshing a token" in ran.err
    assert ran.code == 0


def _refresh_in_a_process(work: Workplace, number: int) -> None:
    """Run `provision refresh` in this process, which was forked for it, and end it."""
    ran = work.run("refresh", "--mailbox", OWNER, "--output", "json")
    (result,) = json.loads(ran.out)["refreshed"]
    work.file(f"result-{number}").write_text(f"{ran.code} {result['result']}")
    os._exit(0)


def test_fifty_processes_at_once_refresh_one_at_a_time_and_share(signed_in, levers):
    levers.forget_requests()
    fork = get_context("fork")
    processes = [fork.Process(target=_refresh_in_a_process, args=(signed_in, n)) for n in range(50)]

    for process in processes:
        process.start()
    for process in processes:
        process.join()

    results = [signed_in.file(f"result-{n}").read_text() for n in range(50)]
    asked = [r for r in levers.control("GET", "/requests")["requests"] if _TOKEN in r["path"]]
    newest_now = newest(vault_of(signed_in), _key(signed_in))
    assert {line.split()[0] for line in results} == {"0"}
    # Each process renews or shares: as many requests as generations, and far fewer than processes.
    assert len(asked) == newest_now.generation - 1
    assert sum("another process" in line for line in results) == 50 - len(asked)
    assert signed_in.run("refresh", "--mailbox", OWNER).code == 0


def _key(work: Workplace):
    (found,) = vault_of(work).find_sign_ins(address=OWNER)
    return found.key
