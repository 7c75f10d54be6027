"""Exchange's POP3: the two-step login, and reading an inbox."""

import base64
import poplib

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import MailServers

PROTOCOL_ERROR = "-ERR Protocol error. Connection is closed. 10"
REFUSED = "-ERR Authentication failure: unknown user name or bad password."


@pytest.fixture
def inbox(servers: MailServers, forms: Account) -> Account:
    """A mailbox with two messages."""
    servers.store.deliver(forms.user_principal_name, b"Subject: one\r\n\r\n.dot\r\nmore\r\n")
    servers.store.deliver(forms.user_principal_name, b"Subject: two\r\n\r\n")
    return forms


def test_takes_the_token_on_a_line_of_its_own(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.pop) as line:
        assert line.ask("AUTH XOAUTH2") == "+ "
        assert line.ask(servers.encoded(forms)) == "+OK User successfully authenticated."


def test_hangs_up_on_the_token_in_the_command(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.pop) as line:
        assert line.ask(f"AUTH XOAUTH2 {servers.encoded(forms)}") == PROTOCOL_ERROR
        assert line.receive() == ""


def test_hangs_up_on_a_token_of_more_than_4096_characters(
    servers: MailServers, forms: Account
) -> None:
    said = f"user={forms.user_principal_name}\x01auth=Bearer {'x' * 4097}\x01\x01"
    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        assert line.ask(base64.b64encode(said.encode()).decode()) == PROTOCOL_ERROR


def test_refuses_a_token_without_the_pop_scope(servers: MailServers, forms: Account) -> None:
    said = servers.encoded(forms, scopes=frozenset({"IMAP.AccessAsUser.All"}))
    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        assert line.ask(said) == REFUSED


def test_refuses_a_mailbox_that_is_not_shared(servers: MailServers, forms: Account) -> None:
    other = servers.add_account()
    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        assert line.ask(servers.encoded(forms, other.user_principal_name)) == REFUSED


def test_opens_a_shared_mailbox_for_a_delegate(servers: MailServers, forms: Account) -> None:
    shared = servers.add_account(full_access=[forms.user_principal_name.upper()])
    servers.store.deliver(shared.user_principal_name, b"Subject: s\r\n\r\n")
    with servers.pop(forms, shared.user_principal_name) as client:
        assert client.stat() == (1, 14)


def test_refuses_a_mailbox_whose_pop_is_off(servers: MailServers) -> None:
    account = servers.add_account(pop_enabled=False)
    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        assert line.ask(servers.encoded(account)) == REFUSED


def test_refuses_a_password(servers: MailServers, forms: Account) -> None:
    with servers.pop_connection() as client:
        client.user(forms.user_principal_name)
        with pytest.raises(poplib.error_proto, match="Authentication failure"):
            client.pass_(forms.password)


def test_refuses_a_command_before_the_login(servers: MailServers) -> None:
    with servers.line(servers.ports.pop) as line:
        assert line.ask("STAT") == "-ERR Command is not valid in this state."


def test_announces_xoauth2(servers: MailServers) -> None:
    with servers.pop_connection() as client:
        assert client.capa()["SASL"] == ["PLAIN", "XOAUTH2"]


def test_lists_sizes_and_unique_ids(servers: MailServers, inbox: Account) -> None:
    validity = servers.store.inbox(inbox.user_principal_name).uid_validity
    with servers.pop(inbox) as client:
        assert client.list()[1] == [b"1 28", b"2 16"]
        assert client.uidl()[1] == [b"1 %d-1" % validity, b"2 %d-2" % validity]


def test_gives_a_message_whose_lines_begin_with_dots(servers: MailServers, inbox: Account) -> None:
    with servers.pop(inbox) as client:
        assert client.retr(1)[1] == [b"Subject: one", b"", b".dot", b"more"]


def test_gives_the_header_and_some_lines(servers: MailServers, inbox: Account) -> None:
    with servers.pop(inbox) as client:
        assert client.top(1, 1)[1] == [b"Subject: one", b"", b".dot"]


def test_removes_a_deleted_message_at_quit(servers: MailServers, inbox: Account) -> None:
    with servers.pop(inbox) as client:
        client.dele(1)
        client.quit()
    uids = [m.uid for m in servers.store.inbox(inbox.user_principal_name).messages]
    assert uids == [2]


def test_keeps_a_deleted_message_after_reset(servers: MailServers, inbox: Account) -> None:
    with servers.pop(inbox) as client:
        client.dele(1)
        client.rset()
        assert client.stat()[0] == 2


def test_hides_a_deleted_message(servers: MailServers, inbox: Account) -> None:
    with servers.pop(inbox) as client:
        client.dele(1)
        assert client.list()[1] == [b"2 16"]
        with pytest.raises(poplib.error_proto):
            client.retr(1)


def test_refuses_a_number_that_is_none(servers: MailServers, inbox: Account) -> None:
    with servers.pop(inbox) as client, pytest.raises(poplib.error_proto):
        client.retr("first")


def test_lists_its_mechanisms(servers: MailServers) -> None:
    with servers.line(servers.ports.pop) as line:
        assert line.ask("AUTH").startswith("+OK")
        assert line.receive() == "PLAIN"
        assert line.receive() == "XOAUTH2"
        assert line.receive() == "."


def test_refuses_other_mechanisms(servers: MailServers) -> None:
    with servers.line(servers.ports.pop) as line:
        assert line.ask("AUTH PLAIN") == REFUSED


def test_answers_about_one_message(servers: MailServers, inbox: Account) -> None:
    with servers.pop(inbox) as client:
        assert client.list(2) == b"+OK 2 16"  # type: ignore[comparison-overlap]  # typeshed knows one form
        assert client.uidl(2).endswith(b"-2")
