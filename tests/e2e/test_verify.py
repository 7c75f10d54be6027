"""`verify`: one verdict a protocol, the server's own words, and the command that mends it."""

import json

import pytest

from tests.e2e.workplace import OWNER, Visit

DELEGATE = "alex@contoso.com"
SHARED = "shared@contoso.com"


@pytest.fixture
def signed_in(work):
    return work.signed_in()


def test_every_protocol_is_proved_by_a_command_after_the_login(signed_in, levers):
    before = len(levers.inbox(OWNER))

    ran = signed_in.done("verify")

    assert f"✓ imap             {OWNER}: LIST and EXAMINE INBOX" in ran.out
    assert f"✓ pop              {OWNER}: STAT" in ran.out
    assert (
        f"✓ smtp             {OWNER}: MAIL FROM and RCPT TO {OWNER} accepted, then RSET" in ran.out
    )
    assert len(levers.inbox(OWNER)) == before


def test_programs_get_the_verdicts_too(signed_in):
    (verified,) = json.loads(signed_in.done("verify", "--output", "json").out)["verified"]

    assert verified["mailbox"] == OWNER
    assert verified["ok"] is True
    assert [v["protocol"] for v in verified["protocols"]] == ["imap", "pop", "smtp"]
    assert verified["delivery"] is None


def test_send_delivers_one_message_and_finds_it_again(signed_in, levers):
    before = len(levers.inbox(OWNER))

    ran = signed_in.done("verify", "--send")

    assert "✓ message by smtp" in ran.out
    assert "✓ message by imap" in ran.out
    assert "✓ message by pop" in ran.out
    assert len(levers.inbox(OWNER)) == before + 1


def test_a_protocol_that_is_switched_off_is_told_with_the_words_and_the_command(signed_in, levers):
    levers.mailbox(OWNER, imapEnabled=False)

    ran = signed_in.run("verify")

    assert ran.code == 3
    assert f"✗ imap             {OWNER}:" in ran.out
    assert "      server: " in ran.out
    assert f"→ Get-CASMailbox -Identity {OWNER} | Format-List ImapEnabled" in ran.out
    assert "✓ pop" in ran.out
    assert "✓ smtp" in ran.out


def test_pop_that_is_switched_off_leaves_the_others(signed_in, levers):
    levers.mailbox(OWNER, popEnabled=False)

    ran = signed_in.run("verify")

    assert ran.code == 3
    assert "✓ imap" in ran.out
    assert f"✗ pop              {OWNER}:" in ran.out


def test_smtp_auth_that_the_tenant_forbids_is_not_blamed_on_the_mailbox(signed_in, levers):
    levers.switch(smtpAuthDisabled=True)

    ran = signed_in.run("verify")

    assert ran.code == 3
    assert "5.7.139" in ran.out
    assert "SmtpClientAuthentication is disabled for the Tenant" in ran.out
    assert f"→ Set-CASMailbox -Identity {OWNER} -SmtpClientAuthenticationDisabled $false" in ran.out


def test_smtp_auth_that_the_mailbox_forbids_is_mended_there(signed_in, levers):
    levers.mailbox(OWNER, smtpAuthDisabled=True)

    ran = signed_in.run("verify")

    assert ran.code == 3
    assert "SmtpClientAuthentication is disabled for the Mailbox" in ran.out
    assert f"→ Set-CASMailbox -Identity {OWNER} -SmtpClientAuthenticationDisabled $false" in ran.out


def test_programs_get_the_advice_with_the_refusal(signed_in, levers):
    levers.switch(smtpAuthDisabled=True)

    ran = signed_in.run("verify", "--output", "json")

    (verified,) = json.loads(ran.out)["verified"]
    smtp = verified["protocols"][2]
    assert ran.code == 3
    assert smtp["ok"] is False
    assert any("5.7.139" in said for said in smtp["said"])
    assert smtp["advice"]["command"]


def test_apply_that_carries_on_tells_the_refusal_with_its_advice(signed_in, levers):
    levers.mailbox(OWNER, imapEnabled=False)

    ran = signed_in.run("apply", "--yes", "--through", "verify")

    assert ran.code == 3
    assert f"→ Get-CASMailbox -Identity {OWNER}" in ran.err


def test_a_shared_mailbox_is_reached_through_its_delegate(work):
    work.write_manifest(
        mailboxes=f"[{{address: {SHARED}, signInAs: {DELEGATE}, protocols: [imap, smtp]}}]"
    )
    work.applied()
    work.done("authorize", visit=Visit(user=DELEGATE))

    ran = work.done("verify")

    assert f"✓ imap             {SHARED}:" in ran.out


def test_a_delegate_without_the_right_is_refused_by_the_server(work, levers):
    levers.mailbox(SHARED, fullAccess=[])
    work.write_manifest(
        mailboxes=f"[{{address: {SHARED}, signInAs: {DELEGATE}, protocols: [imap]}}]"
    )
    work.applied()
    work.done("authorize", visit=Visit(user=DELEGATE))

    ran = work.run("verify")

    assert ran.code == 3
    assert f"✗ imap             {SHARED}:" in ran.out
    assert f"→ Add-MailboxPermission -Identity {SHARED}" in ran.out


def test_before_the_sign_in_the_owner_is_named(work):
    ran = work.applied().run("verify")

    assert ran.code == 4
    assert ran.err.endswith(
        f"provision: mailbox {OWNER}: {OWNER} has not signed in yet\n"
        f"  → provision authorize --mailbox {OWNER}\n"
    )


def test_one_mailbox_that_is_lost_hides_nothing_about_the_others(work, levers):
    work.write_manifest(mailboxes=f"[{{address: {DELEGATE}}}, {{address: {OWNER}}}]")
    work.applied()
    work.done("authorize", "-m", OWNER, visit=Visit())

    ran = work.run("verify")

    assert ran.code == 4
    assert f"provision: mailbox {DELEGATE}: {DELEGATE} has not signed in yet" in ran.err
    assert f"✓ imap             {OWNER}:" in ran.out
