"""What dies of age: a sign-in's code, a refresh token, a client secret."""

import json

import pytest

from provision.sandbox.options import SandboxOptions
from provision.sandbox.process import running_sandbox
from tests.e2e.levers import Levers
from tests.e2e.workplace import OWNER, Pasted, Visit, Workplace

DAY = 86400.0


@pytest.fixture
def ageing(tmp_path, monkeypatch, runs):
    """A machine before a sandbox of its own, whose clock may be moved."""
    state = tmp_path / "tenant"
    with running_sandbox(SandboxOptions(faults="none", state=state)) as running:
        folder = tmp_path / "work"
        folder.mkdir()
        yield Workplace(folder, Levers(running.ready_file, state), monkeypatch, runs)


def test_a_code_that_waited_too_long_is_told_and_a_new_sign_in_asked_for(ageing):
    ageing.applied()
    visit = Visit()

    def late(url):
        ageing.levers.advance(11 * 60.0)
        return url

    ran = ageing.run("authorize", "--paste", visit=visit, stdin=Pasted(visit, late))

    assert ran.code == 4
    assert "Entra answered invalid_grant (AADSTS70008)" in ran.err
    assert "correlation-id: " in ran.err


def test_a_refresh_token_nobody_used_for_ninety_days_asks_for_a_new_sign_in(ageing):
    ageing.write_manifest("handoff: [{to: json, path: mail.json}]\n")
    ageing.done("apply", "--yes", "--through", "handoff", visit=Visit())
    before = json.loads(ageing.file("mail.json").read_text())
    ageing.levers.advance(91 * DAY)

    ran = ageing.run("handoff")

    assert ran.code == 4
    assert "AADSTS700082" in ran.err
    assert "Next: provision apply --through handoff" in ran.err
    assert json.loads(ageing.file("mail.json").read_text()) == before
    assert ageing.run("token", "--mailbox", OWNER, "--for", "graph").code == 4
