"""`token` and `refresh`: what mail programs and nightly jobs rely on."""

import json

import pytest

from tests.e2e.workplace import OWNER, Ran, Visit

PERSON = "forms.person@outlook.com"


@pytest.fixture
def signed_in(work):
    return work.signed_in()


def test_token_prints_the_token_and_a_newline_and_nothing_else(signed_in):
    ran = signed_in.spawn("token", "--mailbox", OWNER, shows_secrets=True)

    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.endswith("\n")
    assert ran.out[:-1].count(".") == 2
    assert not set(ran.out[:-1]) & set(" \t\r\n")


def test_one_token_serves_every_mail_protocol_until_ten_minutes_before_its_end(signed_in, levers):
    levers.forget_requests()

    tokens = {
        signed_in.run("token", "-m", OWNER.upper(), "--for", protocol, shows_secrets=True).out
        for protocol in ("imap", "pop", "smtp")
    }

    assert len(tokens) == 1
    assert levers.control("GET", "/requests")["requests"] == []


def test_a_token_for_graph_is_another_one(signed_in):
    mail = signed_in.run("token", "-m", OWNER, shows_secrets=True)
    graph = signed_in.run("token", "-m", OWNER, "--for", "graph", shows_secrets=True)

    assert graph.code == 0
    assert graph.out != mail.out


def test_token_needs_no_manifest_and_no_administrator(signed_in):
    signed_in.file("provision.yaml").unlink()
    signed_in.environment.pop("AZURE_CLIENT_ID")
    signed_in.environment.pop("AZURE_CLIENT_SECRET")

    assert signed_in.run("token", "-m", OWNER, shows_secrets=True).code == 0


def test_a_terminal_sees_a_token_only_when_it_asks(signed_in):
    signed_in.environment["NO_COLOR"] = "1"
    with signed_in.terminal("token", "-m", OWNER) as terminal:
        assert terminal.end() == 64

    assert terminal.shown == (
        "provision: a token would be shown on a terminal\n"
        "  → pipe it into what needs it, or add --show\n"
    )


def test_an_unknown_mailbox_is_told_with_the_command_that_signs_it_in(signed_in):
    ran = signed_in.run("token", "-m", "nobody@contoso.com")

    assert (ran.code, ran.out) == (4, "")
    assert ran.err == (
        "provision: mailbox nobody@contoso.com: nobody has signed in for it here\n"
        "  → provision authorize --mailbox nobody@contoso.com\n"
    )


def test_a_mailbox_that_two_applications_hold_is_asked_about_not_guessed(signed_in):
    first = signed_in.name
    signed_in.name += "-2"
    signed_in.write_manifest()
    signed_in.signed_in()

    ran = signed_in.run("token", "-m", OWNER)

    assert (ran.code, ran.out) == (64, "")
    assert "2 applications hold it" in ran.err
    assert f"({first}, " in ran.err
    assert f"({first}-2, " in ran.err
    chosen = next(line for line in ran.err.splitlines() if f"({first}, " in line)
    options = chosen.split("→ ")[1].split("  (")[0].split()
    assert signed_in.run("token", "-m", OWNER, *options, shows_secrets=True).code == 0


def test_a_protocol_that_was_not_signed_in_for_is_a_wrong_question(work):
    work.write_manifest(mailboxes=f"[{{address: {OWNER}, protocols: [imap]}}]")
    work.signed_in()

    ran = work.run("token", "-m", OWNER, "--for", "smtp")

    assert ran.code == 64
    assert "it was signed in for imap, not for smtp" in ran.err


def test_a_personal_account_has_no_graph_token_and_is_told_why(work):
    work.write_manifest(mailboxes=f"[{{address: {PERSON}, authority: consumers}}]")
    work.applied().done("authorize", visit=Visit(user=PERSON))

    assert work.run("token", "-m", PERSON, shows_secrets=True).code == 0
    ran = work.run("token", "-m", PERSON, "--for", "graph")

    assert ran.code == 64
    assert "a personal account's refresh token cannot be redeemed for Graph" in ran.err


def test_a_reader_that_leaves_early_makes_no_noise(signed_in):
    running = signed_in.start("token", "-m", OWNER)
    assert running.stdout is not None
    running.stdout.close()

    assert running.stderr is not None
    said = running.stderr.read()
    running.stderr.close()
    assert running.wait(30) == 1
    assert said == ""


def test_refresh_renews_and_counts_generations(signed_in):
    assert signed_in.done("refresh").out == f"{OWNER}: renewed, generation 2\n"
    assert signed_in.done("refresh", "--all").out == f"{OWNER}: renewed, generation 3\n"
    assert json.loads(signed_in.done("refresh", "--output", "json").out) == {
        "refreshed": [{"mailbox": OWNER, "ok": True, "result": "renewed, generation 4"}]
    }


def test_refresh_with_nobody_signed_in_says_so(work):
    ran = work.done("refresh", "--all")

    assert ran.out == ""
    assert ran.err.startswith("no mailbox is signed in here\n  → check PROVISION_VAULT")


def test_a_vault_that_is_switched_off_keeps_nobody_alive(work):
    work.environment["PROVISION_VAULT"] = "none"

    ran = work.run("refresh", "--all")

    assert ran.code == 64
    assert "nobody remembers who signed in" in ran.err


def test_a_revoked_sign_in_asks_the_owner_to_sign_in_again_and_loses_nothing(signed_in, levers):
    levers.revoke(OWNER)

    ran = signed_in.run("refresh")

    assert ran.code == 4
    assert "Entra answered invalid_grant (AADSTS50173)" in ran.err
    assert "correlation-id: " in ran.err
    assert signed_in.run("refresh").code == 4
    signed_in.done("apply", "--yes", "--through", "authorize", visit=Visit())
    assert signed_in.run("refresh").code == 0


def test_a_revoked_sign_in_ends_token_with_its_own_exit_code(signed_in, levers):
    levers.revoke(OWNER)
    graph = signed_in.run("token", "-m", OWNER, "--for", "graph")

    assert (graph.code, graph.out) == (4, "")
    assert "AADSTS50173" in graph.err


def test_one_mailbox_that_is_lost_does_not_stop_the_others(work, levers):
    work.write_manifest(mailboxes=f"[{{address: {OWNER}}}, {{address: alex@contoso.com}}]")
    work.applied()
    work.done("authorize", "-m", OWNER, visit=Visit())
    work.done("authorize", "-m", "alex@contoso.com", visit=Visit(user="alex@contoso.com"))
    levers.revoke("alex@contoso.com")

    ran = work.run("refresh", "--all")

    assert ran.code == 4
    assert f"{OWNER}: renewed, generation 2" in ran.out
    told = "alex@contoso.com: refreshing a token of client"
    assert told in ran.out
    assert f"provision: {told}" in ran.err


def test_a_cloud_that_is_gone_does_not_stop_the_others(signed_in, levers):
    copy = signed_in.file("copy.json")
    copy.write_text(levers.ready_file.read_text())
    signed_in.name += "-2"
    signed_in.write_manifest()
    text = signed_in.file("provision.yaml").read_text().replace(str(levers.ready_file), str(copy))
    signed_in.file("provision.yaml").write_text(text)
    signed_in.done("apply", "--yes")
    signed_in.done("authorize", visit=Visit())
    copy.unlink()

    ran = signed_in.run("refresh", "--all")

    assert ran.code == 64
    assert f"{OWNER}: renewed, generation 2" in ran.out
    assert f"cloud file {copy}: cannot be read" in ran.err


def test_two_refreshes_at_once_share_one_renewal_or_follow_each_other(signed_in):
    running = [signed_in.start("refresh") for _ in range(2)]

    said = [child.communicate(timeout=60) for child in running]

    for child, (out, err) in zip(running, said, strict=True):
        signed_in.note(Ran(child.returncode, out, err))
    assert [child.returncode for child in running] == [0, 0]
    assert all("renewed" in out for out, _ in said)
    assert signed_in.run("refresh").code == 0
