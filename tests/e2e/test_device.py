"""`authorize --device`: the owner types a code in a browser on any machine."""

import json
import signal

import pytest

from tests.e2e.workplace import OWNER, Visit

DELEGATE = "alex@contoso.com"


def test_the_owner_types_a_code_and_the_refresh_token_is_held(work, levers):
    work.applied()

    ran = work.done("authorize", "--device", "--output", "json", visit=Visit())

    (one,) = json.loads(ran.out)["authorized"]
    assert (one["mailbox"], one["generation"]) == (OWNER, 1)
    assert f"and sign in as {OWNER}:" in ran.err
    assert work.done("refresh").out == f"{OWNER}: renewed, generation 2\n"
    assert work.done("verify").code == 0
    assert not levers.application(work.name)["isFallbackPublicClient"]


def test_another_account_than_the_manifest_names_is_refused(work):
    work.applied()

    ran = work.run("authorize", "--device", visit=Visit(user=DELEGATE))

    assert ran.code == 4
    assert f"{DELEGATE} signed in, but {OWNER} was wanted" in ran.err


def test_nobody_types_it(work):
    work.applied()

    ran = work.run("authorize", "--device", "--timeout", "0.1")

    assert ran.code == 4
    assert "nobody entered the code and approved within 0 seconds" in ran.err
    assert "→ Begin again with a new code: provision authorize --device." in ran.err


def test_a_tenant_that_wants_a_public_client_gets_none(work, levers):
    work.applied()
    levers.switch(deviceCodePublicOnly=True)

    ran = work.run("authorize", "--device")

    assert ran.code == 1
    assert "Entra answered invalid_client (AADSTS70002)" in ran.err
    assert "never makes an application public" in ran.err
    assert not levers.application(work.name)["isFallbackPublicClient"]


def test_ctrl_c_ends_the_waiting_and_leaves_nothing(work):
    work.applied()

    with work.terminal("authorize", "--device") as terminal:
        terminal.expect("/devicelogin")
        terminal.interrupt()
        assert terminal.end() == 128 + signal.SIGINT

    assert "Traceback" not in terminal.shown
    assert work.run("token", "--mailbox", OWNER).code == 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--device", "--paste"], "--paste and --device: one way to sign in at a time"),
        (["--device", "--prompt", "login"], "--device and --prompt: a sign-in by device code"),
        (["--device", "--domain-hint", "x.y"], "--device and --domain-hint: a sign-in by device"),
        (["--admin", "fabrikam.com", "--device"], "--admin and --device: the one signs nobody in"),
    ],
)
def test_options_that_contradict_each_other_are_refused_before_anything_happens(
    work, arguments, told
):
    ran = work.run("authorize", *arguments)

    assert (ran.code, ran.out) == (64, "")
    assert told in ran.err
