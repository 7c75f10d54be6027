"""`authorize --link`: the owner is elsewhere, and another process takes what they send back."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from provision.clock import SystemClock
from provision.sandbox.visitor import Visitor
from tests.e2e.workplace import OWNER, Workplace

DELEGATE = "alex@contoso.com"
BOTH = f"[{{address: {OWNER}}}, {{address: {DELEGATE}}}]"


def answered(work: Workplace, link: str, user: str = OWNER) -> str:
    """Let an owner open a link on their own machine; return the address they end on."""
    ready = work.levers.ready
    return Visitor(ready.ca_bundle).visit(link, user, ready.password_of(user)).final_url


def link_in(work: Workplace, *arguments: str) -> str:
    ran = work.done("authorize", "--link", *arguments)
    address, _, link = ran.out.strip().partition(": ")
    assert address == OWNER
    return link


def test_a_link_ends_the_command_and_its_answer_comes_to_another_process(work):
    work.applied()

    made = work.spawn("authorize", "--link")
    address = answered(work, made.out.strip().partition(": ")[2])
    taken = work.spawn("authorize", "--paste", "--mailbox", OWNER, stdin=f"{address}\n")

    assert (made.code, taken.code) == (0, 0), (made, taken)
    assert f"Send this link to the owner of {OWNER}." in made.err
    assert f"→ provision authorize --paste --mailbox {OWNER}" in made.err
    assert taken.out == f"{OWNER}: signed in, refresh token held\n"
    assert "Open this link" not in taken.err
    assert work.done("refresh").out == f"{OWNER}: renewed, generation 2\n"


def test_programs_get_the_link_and_until_when_it_is_good(work):
    work.applied()

    (one,) = json.loads(work.done("authorize", "--link", "--output", "json").out)["links"]

    until = datetime.strptime(one["expiresAt"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert (one["mailbox"], one["signInAs"]) == (OWNER, OWNER)
    assert timedelta(minutes=14) < until - SystemClock().now() <= timedelta(minutes=15)
    assert one["next"] == f"provision authorize --paste --mailbox {OWNER}"
    assert urlsplit(answered(work, one["link"])).query.startswith("code=")


def test_every_mailbox_gets_a_link_of_its_own(work):
    work.write_manifest(mailboxes=BOTH)
    work.applied()
    made = json.loads(work.done("authorize", "--link", "--output", "json").out)["links"]
    mine, theirs = (answered(work, m["link"], m["signInAs"]) for m in made)

    swapped = work.run("authorize", "--paste", "--mailbox", OWNER, stdin=f"{theirs}\n")
    assert swapped.code == 64
    assert f"mailbox {OWNER}: what was pasted answers no sign-in that waits here" in swapped.err

    # Nothing was used up by the mistake.
    for mailbox, address in ((OWNER, mine), (DELEGATE, theirs)):
        ran = work.run("authorize", "--paste", "--mailbox", mailbox, stdin=f"{address}\n")
        assert (ran.code, ran.out) == (0, f"{mailbox}: signed in, refresh token held\n")


def test_at_a_terminal_no_second_link_is_opened(work):
    work.applied()
    address = answered(work, link_in(work))

    with work.terminal("authorize", "--paste", "--mailbox", OWNER) as terminal:
        before = terminal.expect(f"Address for {OWNER}: ")
        terminal.enter(address)
        terminal.expect("signed in, refresh token held")
        assert terminal.end() == 0
        # The terminal repeats what is typed; the program did not print it.
        terminal.shown = terminal.shown.replace(address, "(typed)", 1)

    assert "waits for its answer until" in before
    assert "https://" not in before


def test_an_answer_is_good_once(work):
    work.applied()
    address = answered(work, link_in(work))
    assert work.run("authorize", "--paste", stdin=f"{address}\n").code == 0

    again = work.run("authorize", "--paste", stdin=f"{address}\n")

    assert again.code == 64
    assert "each answer is good once, and for 15 minutes" in again.err


def test_another_account_at_the_link_is_refused(work):
    work.applied()
    address = answered(work, link_in(work, "--prompt", "login"), DELEGATE)

    ran = work.run("authorize", "--paste", stdin=f"{address}\n")

    assert ran.code == 4
    assert f"{DELEGATE} signed in, but {OWNER} was wanted" in ran.err


def test_a_declined_consent_is_told_when_it_is_pasted(work):
    work.write_manifest("consent: none\n")
    work.applied()
    ready, link = work.levers.ready, link_in(work)
    visitor = Visitor(ready.ca_bundle)
    address = visitor.visit(link, OWNER, ready.password_of(OWNER), "cancel").final_url

    ran = work.run("authorize", "--paste", stdin=f"{address}\n")

    assert ran.code == 1
    assert "Entra answered access_denied (AADSTS65004)" in ran.err


def test_without_a_vault_no_link_is_made(work):
    work.write_manifest("handoff: [{to: json, path: mail.json}]\n")
    work.applied()
    secret = json.loads(work.file("mail.json").read_text())["clientSecret"]
    work.environment |= {"PROVISION_VAULT": "none", "PROVISION_CLIENT_SECRET": secret}

    ran = work.run("authorize", "--link")

    assert (ran.code, ran.out) == (64, "")
    assert "a link needs a vault" in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--link", "--device"], "--device and --link: one way to sign in at a time"),
        (["--link", "--secret-stdin"], "--link and --secret-stdin: the secret is needed by"),
        (["--admin", "fabrikam.com", "--link"], "--admin and --link: the one signs nobody in"),
    ],
)
def test_options_that_contradict_each_other_are_refused_before_anything_happens(
    work, arguments, told
):
    ran = work.run("authorize", *arguments)

    assert (ran.code, ran.out) == (64, "")
    assert told in ran.err
