"""What Exchange's IMAP says to a login, good or bad."""

import imaplib

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import MailServers


def test_takes_the_token_in_a_second_step(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.imap) as line:
        assert line.ask("a AUTHENTICATE XOAUTH2") == "+ "
        assert line.ask(servers.encoded(forms)) == "a OK AUTHENTICATE completed."


def test_takes_the_token_with_the_command(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.imap) as line:
        said = f"a AUTHENTICATE XOAUTH2 {servers.encoded(forms)}"
        assert line.ask(said) == "a OK AUTHENTICATE completed."


def test_refuses_a_graph_token_without_a_challenge(servers: MailServers, forms: Account) -> None:
    said = servers.encoded(forms, audience="https://graph.microsoft.com")
    with servers.line(servers.ports.imap) as line:
        line.ask("a AUTHENTICATE XOAUTH2")
        assert line.ask(said) == "a NO AUTHENTICATE failed."


def test_lets_a_refused_client_try_again(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.imap) as line:
        line.ask("a AUTHENTICATE XOAUTH2 bm9uc2Vuc2U=")
        answer = line.ask(f"b AUTHENTICATE XOAUTH2 {servers.encoded(forms)}")
        assert answer == "b OK AUTHENTICATE completed."


def test_refuses_other_mechanisms(servers: MailServers) -> None:
    with servers.line(servers.ports.imap) as line:
        assert line.ask("a AUTHENTICATE OAUTHBEARER AGEAYg==") == "a NO AUTHENTICATE failed."


def test_ends_a_login_that_the_client_cancels(servers: MailServers) -> None:
    with servers.line(servers.ports.imap) as line:
        line.ask("a AUTHENTICATE XOAUTH2")
        assert line.ask("*").startswith("a BAD ")


def test_refuses_a_password(servers: MailServers, forms: Account) -> None:
    with (
        imaplib.IMAP4_SSL("localhost", servers.ports.imap, ssl_context=servers.tls) as client,
        pytest.raises(imaplib.IMAP4.error, match="Basic authentication is disabled"),
    ):
        client.login(forms.user_principal_name, forms.password)


def test_says_that_a_stranger_is_authenticated_but_not_connected(
    servers: MailServers, forms: Account
) -> None:
    other = servers.add_account()
    with servers.line(servers.ports.imap) as line:
        said = servers.encoded(forms, other.user_principal_name)
        assert line.ask(f"a AUTHENTICATE XOAUTH2 {said}") == "a OK AUTHENTICATE completed."
        answer = line.ask('b LIST "" ""')
        assert answer == "b BAD User is authenticated but not connected."


def test_hangs_up_on_a_stranger_at_the_second_command(servers: MailServers, forms: Account) -> None:
    other = servers.add_account()
    with servers.line(servers.ports.imap) as line:
        line.ask(f"a AUTHENTICATE XOAUTH2 {servers.encoded(forms, other.user_principal_name)}")
        line.ask("b SELECT INBOX")
        line.ask("c EXPUNGE")
        assert line.receive() == "* BYE Connection closed. 14"
        assert line.receive() == ""


def test_tells_a_stranger_its_capabilities(servers: MailServers, forms: Account) -> None:
    other = servers.add_account()
    with servers.imap(forms, other.user_principal_name) as client:
        status, _ = client.capability()
        assert status == "OK"


def test_opens_a_shared_mailbox_for_a_delegate(servers: MailServers, forms: Account) -> None:
    shared = servers.add_account(full_access=[forms.user_principal_name])
    servers.store.deliver(shared.user_principal_name, b"Subject: shared\r\n\r\n")
    with servers.imap(forms, shared.user_principal_name) as client:
        assert client.select("INBOX") == ("OK", [b"1"])


def test_refuses_a_mailbox_whose_imap_is_off(servers: MailServers) -> None:
    account = servers.add_account(imap_enabled=False)
    with servers.line(servers.ports.imap) as line:
        answer = line.ask(f"a AUTHENTICATE XOAUTH2 {servers.encoded(account)}")
        assert answer == "a NO AUTHENTICATE failed."


def test_announces_what_works_and_no_oauthbearer(servers: MailServers) -> None:
    with imaplib.IMAP4_SSL("localhost", servers.ports.imap, ssl_context=servers.tls) as client:
        assert {"IMAP4REV1", "AUTH=XOAUTH2", "SASL-IR", "UIDPLUS", "IDLE", "MOVE", "LITERAL+"} <= {
            *client.capabilities
        }
        assert "AUTH=OAUTHBEARER" not in client.capabilities


def test_refuses_a_command_before_the_login(servers: MailServers) -> None:
    with servers.line(servers.ports.imap) as line:
        assert line.ask("a SELECT INBOX").startswith("a BAD ")


def test_answers_id_with_its_own_name(servers: MailServers) -> None:
    with servers.line(servers.ports.imap) as line:
        assert line.ask("a ID NIL") == '* ID ("name" "provision sandbox")'


def test_logs_neither_token_nor_response(
    servers: MailServers, forms: Account, caplog: pytest.LogCaptureFixture
) -> None:
    said = servers.encoded(forms)
    with caplog.at_level("DEBUG"), servers.line(servers.ports.imap) as line:
        line.ask(f"a NONSENSE {said}")
        line.ask(f"b AUTHENTICATE XOAUTH2 {said}")
        line.ask(f"c NOOP {said}")
    assert f"{forms.user_principal_name} opens" in caplog.text
    assert said not in caplog.text
