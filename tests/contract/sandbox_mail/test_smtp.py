"""Exchange's SMTP submission: login, who may send as whom, and delivery."""

import smtplib
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import MailServers

MESSAGE = "From: {0}\r\nTo: {1}\r\nSubject: hello\r\n\r\n.a line with a dot\r\n"


@pytest.fixture
def tenant_switch_off(servers: MailServers) -> Iterator[None]:
    servers.context.directory.switches.smtp_auth_disabled = True
    yield
    servers.context.directory.switches.smtp_auth_disabled = False


def test_offers_a_login_only_after_starttls(servers: MailServers) -> None:
    with servers.smtp_connection() as client:
        assert not client.has_extn("auth")
        client.starttls(context=servers.tls)
        client.ehlo()
        assert client.esmtp_features["auth"].split() == ["LOGIN", "XOAUTH2"]


def test_knows_no_login_before_starttls(servers: MailServers, forms: Account) -> None:
    with servers.smtp_connection() as client:
        assert client.docmd("AUTH", "XOAUTH2")[0] == 504


def test_takes_the_token_in_a_second_step(
    servers: MailServers, secured: smtplib.SMTP, forms: Account
) -> None:
    assert secured.docmd("AUTH", "XOAUTH2") == (334, b"")
    said = secured.docmd(servers.encoded(forms))
    assert said == (235, b"2.7.0 Authentication successful")


def test_takes_the_token_with_the_command(
    servers: MailServers, secured: smtplib.SMTP, forms: Account
) -> None:
    assert secured.docmd("AUTH", f"XOAUTH2 {servers.encoded(forms)}")[0] == 235


def test_refuses_a_token_without_the_smtp_scope(
    servers: MailServers, secured: smtplib.SMTP, forms: Account
) -> None:
    said = servers.encoded(forms, scopes=frozenset({"IMAP.AccessAsUser.All"}))
    code, text = secured.docmd("AUTH", f"XOAUTH2 {said}")
    assert code == 535
    assert text.startswith(
        b"5.7.3 Authentication unsuccessful [localhost 2026-03-01T12:00:00.000Z "
    )


def test_refuses_a_shared_mailbox_as_the_user(
    servers: MailServers, secured: smtplib.SMTP, forms: Account
) -> None:
    shared = servers.add_account(
        full_access=[forms.user_principal_name], send_as=[forms.user_principal_name]
    )
    said = servers.encoded(forms, shared.user_principal_name)
    assert secured.docmd("AUTH", f"XOAUTH2 {said}")[1].startswith(b"5.7.3 ")


@pytest.mark.usefixtures("tenant_switch_off")
def test_names_the_tenants_switch(
    servers: MailServers, secured: smtplib.SMTP, forms: Account
) -> None:
    code, text = secured.docmd("AUTH", f"XOAUTH2 {servers.encoded(forms)}")
    assert code == 535
    assert text.startswith(b"5.7.139 Authentication unsuccessful, SmtpClientAuthentication is ")
    assert b"disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled" in text


def test_names_the_mailboxs_switch(servers: MailServers, secured: smtplib.SMTP) -> None:
    account = servers.add_account(smtp_auth_disabled=True)
    _, text = secured.docmd("AUTH", f"XOAUTH2 {servers.encoded(account)}")
    assert b"disabled for the Mailbox." in text


@pytest.mark.usefixtures("tenant_switch_off")
def test_lets_a_mailbox_override_the_tenants_switch(
    servers: MailServers, secured: smtplib.SMTP
) -> None:
    account = servers.add_account(smtp_auth_disabled=False)
    assert secured.docmd("AUTH", f"XOAUTH2 {servers.encoded(account)}")[0] == 235


def test_refuses_a_password(secured: smtplib.SMTP) -> None:
    code, text = secured.docmd("AUTH", "LOGIN")
    assert code == 535
    assert text.startswith(b"5.7.139 Authentication unsuccessful, basic authentication is disabled")


def test_ends_a_login_that_the_client_cancels(secured: smtplib.SMTP) -> None:
    secured.docmd("AUTH", "XOAUTH2")
    assert secured.docmd("*")[0] == 501


def test_refuses_a_second_login(servers: MailServers, forms: Account) -> None:
    with servers.smtp(forms) as client:
        assert client.docmd("AUTH", "XOAUTH2")[0] == 503


def test_refuses_mail_before_the_login(secured: smtplib.SMTP) -> None:
    assert secured.mail("forms@contoso.com") == (
        530,
        b"5.7.57 Client not authenticated to send mail.",
    )


def test_refuses_mail_before_starttls(servers: MailServers) -> None:
    with servers.smtp_connection() as client:
        assert client.mail("forms@contoso.com")[0] == 451


def test_delivers_to_every_recipient(servers: MailServers, forms: Account) -> None:
    other = servers.add_account()
    mine, theirs = forms.user_principal_name, other.user_principal_name
    with servers.smtp(forms) as client:
        assert client.sendmail(mine, [mine, theirs], MESSAGE.format(mine, theirs)) == {}
    (received,) = servers.store.inbox(theirs).messages
    assert received.content.endswith(b"\r\nSubject: hello\r\n\r\n.a line with a dot\r\n")
    assert received.content.startswith(b"Received: by localhost with ESMTPSA id ")
    assert len(servers.store.inbox(mine).messages) == 1


def test_sends_nothing_when_the_client_resets(servers: MailServers, forms: Account) -> None:
    name = forms.user_principal_name
    with servers.smtp(forms) as client:
        assert client.mail(name)[0] == 250
        assert client.rcpt(name)[0] == 250
        assert client.rset()[0] == 250
        assert client.docmd("DATA")[0] == 503
    assert servers.store.inbox(name).messages == []


def test_refuses_a_recipient_whom_a_local_domain_does_not_have(
    servers: MailServers, forms: Account
) -> None:
    with servers.smtp(forms) as client:
        client.mail(forms.user_principal_name)
        code, text = client.rcpt("nobody@contoso.com")
        assert (code, text[:7]) == (550, b"5.1.10 ")


def test_sends_nothing_out_of_the_sandbox(servers: MailServers, forms: Account) -> None:
    with servers.smtp(forms) as client:
        client.mail(forms.user_principal_name)
        assert client.rcpt("somebody@example.org")[0] == 550


def test_accepts_a_foreign_sender_until_the_message_is_there(
    servers: MailServers, forms: Account
) -> None:
    other = servers.add_account().user_principal_name
    with servers.smtp(forms) as client:
        assert client.mail(other)[0] == 250
        assert client.rcpt(other)[0] == 250
        code, text = client.data(MESSAGE.format(other, other))
        assert (code, text[:7]) == (550, b"5.7.60 ")


def test_keeps_what_was_sent_in_the_logins_sent_items(servers: MailServers, forms: Account) -> None:
    shared = servers.add_account(send_as=[forms.user_principal_name]).user_principal_name
    with servers.smtp(forms) as client:
        client.sendmail(shared, [shared], MESSAGE.format(shared, shared))
    with servers.imap(forms) as client:
        assert client.select('"Sent Items"', readonly=True) == ("OK", [b"1"])
        assert client.fetch("1", "(FLAGS)")[1] == [b"1 (FLAGS (\\Seen))"]


def test_refuses_a_foreign_author(servers: MailServers, forms: Account) -> None:
    name = forms.user_principal_name
    other = servers.add_account().user_principal_name
    with servers.smtp(forms) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail(name, [name], MESSAGE.format(other, name))
    said = f"5.2.252 SendAsDenied; {name} not allowed to send as {other}; "
    assert refusal.value.smtp_code == 554
    assert bytes(refusal.value.smtp_error).startswith(said.encode())  # type: ignore[arg-type]


def test_lets_a_delegate_send_as_a_shared_mailbox(servers: MailServers, forms: Account) -> None:
    shared = servers.add_account(send_as=[forms.user_principal_name]).user_principal_name
    with servers.smtp(forms) as client:
        assert client.sendmail(shared, [shared], MESSAGE.format(shared, shared)) == {}
    assert len(servers.store.inbox(shared).messages) == 1


def test_refuses_messages_of_a_fourth_connection(servers: MailServers, forms: Account) -> None:
    name = forms.user_principal_name
    with ExitStack() as stack:
        clients = [stack.enter_context(servers.smtp(forms)) for _ in range(4)]
        assert clients[2].sendmail(name, [name], MESSAGE.format(name, name)) == {}
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            clients[3].sendmail(name, [name], MESSAGE.format(name, name))
    assert refusal.value.smtp_code == 432
    assert bytes(refusal.value.smtp_error).startswith(b"4.3.2 ")  # type: ignore[arg-type]


def test_refuses_a_command_it_does_not_know(secured: smtplib.SMTP) -> None:
    assert secured.docmd("TURN")[0] == 500
    assert secured.noop()[0] == 250
