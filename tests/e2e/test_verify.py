"""`verify`: one verdict a protocol, the server's own words, and the command that mends it."""

import json
import re

import pytest

from provision import wiring
from provision.stages.vault_keys import mailbox_key
from provision.vault.port import GivenToken, Holder, HolderKey
from tests.e2e.workplace import OWNER, Visit, Workplace

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


def test_the_token_is_told_before_the_logins(signed_in):
    lines = signed_in.done("verify").out.splitlines()

    assert lines[0] == OWNER
    assert re.fullmatch(
        r"  token: aud https://outlook\.office\.com, scopes IMAP\.AccessAsUser\.All "
        r"POP\.AccessAsUser\.All SMTP\.Send, 5\d min, [\d,]+ chars",
        lines[1],
    )


def test_programs_get_what_the_token_says(signed_in):
    (verified,) = json.loads(signed_in.done("verify", "--output", "json").out)["verified"]
    token = verified["token"]

    assert token["readable"] is True
    assert token["audience"] == "https://outlook.office.com"
    assert token["scopes"] == ["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"]
    assert token["user"] == OWNER
    assert 50 < token["minutesLeft"] <= 60
    assert token["length"] > 500


def test_a_protocol_that_was_added_after_the_sign_in_is_not_tried(work):
    work.write_manifest(mailboxes=f"[{{address: {OWNER}, protocols: [imap]}}]")
    work.signed_in()
    work.write_manifest(mailboxes=f"[{{address: {OWNER}, protocols: [imap, smtp]}}]")

    ran = work.run("verify", "--output", "json")

    (verified,) = json.loads(ran.out)["verified"]
    imap, smtp = verified["protocols"]
    assert ran.code == 3
    assert imap["ok"] is True
    assert (smtp["outcome"], smtp["cause"]) == ("unfit_token", "missing_scope")
    assert smtp["said"] == []
    assert smtp["next"][-1] == f"provision authorize --mailbox {OWNER}"


def test_a_refusal_that_says_nothing_gets_one_cause(signed_in, levers):
    levers.switch(securityDefaults=True, smtpRefusalsAreBare=True)

    ran = signed_in.run("verify")

    assert ran.code == 3
    assert "server: 535 5.7.3 Authentication unsuccessful" in ran.out
    assert "cause: IMAP lets the same token in for forms@contoso.com" in ran.out
    assert "→ Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled" in ran.out


def test_a_delegate_who_was_replaced_in_the_manifest_is_told_by_name(work):
    work.write_manifest(
        mailboxes=f"[{{address: {SHARED}, signInAs: {DELEGATE}, protocols: [imap, smtp]}}]"
    )
    work.applied()
    work.done("authorize", visit=Visit(user=DELEGATE))
    work.write_manifest(
        mailboxes=f"[{{address: {SHARED}, signInAs: {OWNER}, protocols: [imap, smtp]}}]"
    )

    ran = work.run("verify")

    assert ran.code == 3
    assert f"which is {DELEGATE} and not {OWNER}; {DELEGATE} as user lets the token in" in ran.out


def test_send_does_the_three_operations_of_aem(signed_in, levers):
    before = len(levers.inbox(OWNER))

    ran = signed_in.done("verify", "--send")

    assert f"✓ Send with Document {OWNER}: 1 attachment in " in ran.out
    assert f"✓ Send with Map of Attachments {OWNER}: 6 attachments in " in ran.out
    assert f"✓ Receive by IMAP  {OWNER}: 7 attachments of " in ran.out
    assert f"✓ Receive by POP   {OWNER}: 7 attachments of " in ran.out
    assert len(levers.inbox(OWNER)) == before + 2


def test_programs_get_the_digest_of_every_attachment(signed_in):
    ran = signed_in.done("verify", "--send", "--output", "json")

    (verified,) = json.loads(ran.out)["verified"]
    operations = verified["delivery"]["operations"]
    assert [o["operation"] for o in operations] == [
        "Send with Document", "Send with Map of Attachments", "Receive", "Receive",
    ]  # fmt: skip
    assert [o["protocol"] for o in operations] == ["smtp", "smtp", "imap", "pop"]
    (by_imap, by_pop) = (o["attachments"] for o in operations[2:])
    assert by_imap == by_pop
    assert {a["ok"] for a in by_imap} == {True}
    assert {len(a["sha256"]) for a in by_imap} == {64}
    assert "Größe 表格.txt" in [a["name"] for a in by_imap]


def test_nothing_is_sent_where_an_endpoint_takes_what_arrives(signed_in, levers):
    signed_in.write_manifest(mailboxes=f"[{{address: {OWNER}, protocols: [imap, smtp]}}]")
    hand_to(signed_in, "AEM Forms email endpoint Invoices")
    before = len(levers.inbox(OWNER))

    ran = signed_in.run("verify", "--send")

    assert ran.code == 1
    assert ran.err.endswith(
        f"provision: mailbox {OWNER}: AEM Forms email endpoint Invoices has its token, and an "
        "endpoint processes and deletes what arrives: nothing was sent\n"
        f"  → provision verify --mailbox {OWNER} --send --force, if the process may run\n"
    )
    assert len(levers.inbox(OWNER)) == before
    assert signed_in.run("verify").code == 0


def test_force_sends_to_an_endpoint_all_the_same(signed_in, levers):
    hand_to(signed_in, "AEM Forms email endpoint")
    before = len(levers.inbox(OWNER))

    signed_in.done("verify", "--send", "--force")

    assert len(levers.inbox(OWNER)) == before + 2


def test_another_holder_is_no_obstacle_to_sending(signed_in):
    hand_to(signed_in, "AEM Forms Email Service")

    signed_in.done("verify", "--send")


def test_force_alone_means_nothing(signed_in):
    ran = signed_in.run("verify", "--force")

    assert ran.code == 64
    assert "--force goes with --send" in ran.err


def hand_to(work: Workplace, name: str) -> None:
    """Write into the ledger that somebody was given the mailbox's token."""
    place = wiring.Place(work.file("provision.yaml"))
    with work.settings(), wiring.open_session(place, lambda _event: None) as session:
        key = mailbox_key(session.registration(), OWNER)
        now = session.services.clock.now()
        session.services.vault.record_handoff(
            Holder(HolderKey(key.client, OWNER, name), False, GivenToken(1, now, now))
        )


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
