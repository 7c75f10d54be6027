"""`demo`: the whole job offline, for people, for programs, and left standing on request."""

import imaplib
import json
import os
import signal
import ssl
from pathlib import Path

import pytest

from provision.sandbox.ready import read_ready
from provision.sandbox.visitor import Visitor
from provision.secret import Secret
from tests.e2e.levers import Levers
from tests.e2e.workplace import OWNER

STAGES = [
    "application", "secret", "permissions", "consent", "redirects", "authorize", "refresh", "imap",
    "pop", "smtp", "deliver", "handoff", "replan",
]  # fmt: skip


@pytest.fixture
def bare(work):
    """A machine that knows nobody: the demo brings its own everything."""
    for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "PROVISION_VAULT"):
        work.environment.pop(name)
    work.environment["TMPDIR"] = str(work.folder)
    work.file("provision.yaml").unlink()
    return work


def test_people_see_each_stage_with_what_it_proved(bare):
    ran = bare.spawn("demo")

    assert ran.code == 0
    told = [line.split()[1] for line in ran.err.splitlines() if line.startswith("✓ ")]
    assert set(told) == set(STAGES)
    assert ran.out == "13 stages, 4 Graph requests, 0 retries; a second plan: 0 changes\n"
    assert list(bare.folder.iterdir()) == []


@pytest.mark.parametrize("seed", ["23", "25"])
def test_faults_and_replicas_are_survived_and_retries_counted_apart(bare, seed):
    ran = bare.spawn("demo", "--faults", "default", "--seed", seed, "--output", "json")

    result = json.loads(ran.out)
    assert ran.code == 0
    assert result["graphRequests"] == 4
    assert result["retries"] > 0
    assert result["replanChanges"] == 0
    assert list(bare.folder.iterdir()) == []


def test_programs_get_every_stage_in_order_and_keep_leaves_it_usable(bare):
    ran = bare.spawn("demo", "--output", "json", "--keep")

    pid = int(ran.err.rsplit("kill ", 1)[1])
    try:
        result = json.loads(ran.out)
        assert list(result) == ["stages", "graphRequests", "retries", "replanChanges", "readyFile"]
        assert [stage["name"] for stage in result["stages"]] == STAGES
        assert {tuple(s) for s in result["stages"]} == {("name", "ok", "seconds", "evidence")}
        assert all(stage["ok"] and stage["evidence"] for stage in result["stages"])
        assert (result["graphRequests"], result["retries"], result["replanChanges"]) == (4, 0, 0)
        another_program_finds_the_grant_and_the_message(Path(result["readyFile"]))
    finally:
        os.kill(pid, signal.SIGTERM)


@pytest.fixture
def waiting(bare):
    """The demo with a person to come, on a machine without a browser."""
    bare.environment["BROWSER"] = "/bin/false"
    demo = bare.start("demo", "--open")
    yield demo
    demo.send_signal(signal.SIGINT)  # which ends its sandbox, too
    demo.communicate(timeout=60)


def told_to_the_person(demo) -> dict[str, str]:
    """Read standard error until everything is told that a person needs to sign in."""
    before = [line.split() for line in iter(demo.stderr.readline, "\n")]
    pairs = {words[0]: words[1] for words in before if len(words) == 2}
    return pairs | {"link": demo.stderr.readline().strip()}


def test_open_waits_for_a_person_and_carries_on_when_they_have_signed_in(bare, waiting):
    told = told_to_the_person(waiting)
    (ready_file,) = bare.folder.glob("provision-demo-*/sandbox.json")
    ready = read_ready(ready_file)
    visitor = Visitor(ready.ca_bundle)
    visited = visitor.visit(told["link"], told["account"], Secret(told["password"]))
    out, err = waiting.communicate(timeout=60)

    assert "You are signed in" in visited.text
    assert waiting.returncode == 0, err
    assert out == "13 stages, 4 Graph requests, 0 retries; a second plan: 0 changes\n"
    assert list(bare.folder.iterdir()) == []


def test_ctrl_c_ends_a_demo_that_waits_for_a_person(bare, waiting):
    told_to_the_person(waiting)
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=60)

    assert waiting.returncode == 130
    assert list(bare.folder.iterdir()) == []


def another_program_finds_the_grant_and_the_message(ready_file: Path) -> None:
    kept = Levers(ready_file, ready_file.parent)
    application = kept.application("AEM Forms mail")
    (grant,) = kept.grants(application["appId"])
    assert grant["consentType"] == "AllPrincipals"
    values = json.loads(ready_file.with_name("mail.json").read_text())
    token = kept.access_token(
        values["authority"],
        grant_type="refresh_token",
        client_id=values["clientId"],
        client_secret=values["clientSecret"],
        refresh_token=values["refreshToken"],
        scope="https://outlook.office.com/IMAP.AccessAsUser.All",
    )
    context = ssl.create_default_context(cafile=str(kept.ready.ca_bundle))
    with imaplib.IMAP4_SSL("localhost", kept.ready.imap.port, ssl_context=context) as imap:
        login = f"user={OWNER}\x01auth=Bearer {token}\x01\x01".encode()
        imap.authenticate("XOAUTH2", lambda _challenge: login)
        assert imap.select("INBOX", readonly=True) == ("OK", [b"2"])
