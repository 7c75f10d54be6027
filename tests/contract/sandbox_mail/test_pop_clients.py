"""What real POP3 clients send, in the order and the spelling in which they send it."""

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import Line, MailServers

INVALID = "-ERR Command is not valid in this state."


def lines(line: Line, command: str) -> list[str]:
    """Return the lines of an answer between its status and its dot."""
    assert line.ask(command).startswith("+OK")
    return list(iter(line.receive, "."))


def test_answers_javamail_with_the_two_line_format(servers: MailServers, forms: Account) -> None:
    servers.store.deliver(forms.user_principal_name, b"Subject: one\r\n\r\n.\r\n")
    with servers.line(servers.ports.pop) as line:
        assert "SASL PLAIN XOAUTH2" in lines(line, "CAPA")
        assert line.ask("AUTH XOAUTH2") == "+ "
        assert line.ask(servers.encoded(forms)) == "+OK User successfully authenticated."
        assert "TOP" in lines(line, "CAPA")
        assert line.ask("STAT") == "+OK 1 19"
        assert line.ask("NOOP").startswith("+OK")
        assert lines(line, "TOP 1 0") == ["Subject: one", ""]
        assert lines(line, "RETR 1") == ["Subject: one", "", ".."]
        assert line.ask("QUIT").startswith("+OK")
        assert line.receive() == ""


@pytest.mark.parametrize("command", ["AUTH XOAUTH2", "USER a", "PASS a", "APOP a b", "STLS"])
def test_refuses_what_is_out_of_place_after_the_login(
    servers: MailServers, forms: Account, command: str
) -> None:
    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        line.ask(servers.encoded(forms))
        assert line.ask(command) == INVALID
        assert line.ask("STAT") == "+OK 0 0"


@pytest.mark.parametrize("command", ["TOP 1 -1", "TOP 1", "RETR 0", "RETR 2", "DELE x", "XTND", ""])
def test_refuses_what_makes_no_sense(servers: MailServers, forms: Account, command: str) -> None:
    servers.store.deliver(forms.user_principal_name, b"Subject: one\r\n\r\n")
    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        line.ask(servers.encoded(forms))
        assert line.ask(command) == INVALID


def test_ends_a_login_that_the_client_cancels(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        assert line.ask("*").startswith("-ERR ")
        assert line.ask("AUTH XOAUTH2") == "+ "
        assert line.ask(servers.encoded(forms)).startswith("+OK")


def test_answers_commands_that_come_all_at_once(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.pop) as line:
        line.send(f"AUTH XOAUTH2\r\n{servers.encoded(forms)}\r\nSTAT\r\nUIDL\r\nQUIT\r\n")
        said = [line.receive() for _ in range(6)]
    assert said[:2] == ["+ ", "+OK User successfully authenticated."]
    assert said[2:5] == ["+OK 0 0", "+OK ", "."]


def test_lists_an_empty_inbox(servers: MailServers, forms: Account) -> None:
    with servers.pop(forms) as client:
        assert client.list()[1] == []
        assert client.uidl()[1] == []


def test_refuses_an_account_without_a_mailbox(servers: MailServers) -> None:
    account = servers.add_account(has_mailbox=False)
    with servers.line(servers.ports.pop) as line:
        line.ask("AUTH XOAUTH2")
        said = line.ask(servers.encoded(account))
        assert said == "-ERR Authentication failure: unknown user name or bad password."
