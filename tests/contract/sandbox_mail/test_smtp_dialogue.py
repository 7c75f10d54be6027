"""SMTP to the letter: what msmtp, curl, JavaMail and others send, and what they wait for."""

import smtplib

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import MailServers

MEGABYTE = 1024 * 1024


def received(servers: MailServers, account: Account) -> bytes:
    """Return the one message of an inbox without the trace that was put before it."""
    (letter,) = servers.store.inbox(account.user_principal_name).messages
    return letter.content.partition(b"From: ")[2]


def test_greets_by_address_and_offers_what_it_can(secured: smtplib.SMTP) -> None:
    _, said = secured.ehlo("me")
    assert said.split(b"\n") == [
        b"localhost Hello [127.0.0.1]",
        b"SIZE 36700160",
        b"PIPELINING",
        b"ENHANCEDSTATUSCODES",
        b"AUTH LOGIN XOAUTH2",
        b"8BITMIME",
    ]


@pytest.mark.parametrize("command", ["AUTH XOAUTH2", "MAIL FROM:<a@contoso.com>"])
def test_wants_to_be_greeted_again_after_starttls(servers: MailServers, command: str) -> None:
    with servers.smtp_connection() as client:
        client.starttls(context=servers.tls)
        assert client.docmd(command) == (503, b"5.5.2 Send hello first")


def test_knows_no_bdat(secured: smtplib.SMTP) -> None:
    assert secured.docmd("BDAT", "5 LAST") == (500, b"5.3.3 Unrecognized command")


@pytest.mark.parametrize("response", ["XOAUTH2 =", "XOAUTH2 bm9uc2Vuc2U=", "xoauth2 not-base64!"])
def test_refuses_an_initial_response_that_is_none(secured: smtplib.SMTP, response: str) -> None:
    code, said = secured.docmd("AUTH", response)
    assert (code, said[:35]) == (535, b"5.7.3 Authentication unsuccessful [")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT TO:<a@contoso.com>", (503, b"5.5.2 Need mail command")),
        ("DATA", (503, b"5.5.2 Need rcpt command")),
        ("MAIL a@contoso.com", (501, b"5.5.4 Invalid arguments")),
        ("STARTTLS", (503, b"5.5.2 Only one STARTTLS command can be issued")),
        (
            "MAIL FROM:<a@contoso.com> SIZE=36700161",
            (552, b"5.3.4 Message size exceeds fixed maximum message size"),
        ),
    ],
)
def test_refuses_what_is_out_of_order_or_too_large(
    servers: MailServers, forms: Account, command: str, answer: tuple[int, bytes]
) -> None:
    with servers.smtp(forms) as client:
        assert client.docmd(command) == answer


def test_refuses_a_second_sender(servers: MailServers, forms: Account) -> None:
    with servers.smtp(forms) as client:
        assert client.mail("a@contoso.com") == (250, b"2.1.0 Sender OK")
        assert client.mail("b@contoso.com") == (503, b"5.5.2 Sender already specified")


def test_takes_a_whole_message_at_once(servers: MailServers, forms: Account) -> None:
    name = forms.user_principal_name
    with servers.smtp(forms) as client:
        client.send(
            f"MAIL FROM:<{name}> BODY=8BITMIME\r\nRCPT TO:<{name}>\r\nDATA\r\n"
            f"From: {name}\r\n\r\n..dot\r\n.\r\nNOOP\r\n"
        )
        answers = [client.getreply() for _ in range(5)]
    assert [code for code, _ in answers] == [250, 250, 354, 250, 250]
    assert answers[2][1] == b"Start mail input; end with <CRLF>.<CRLF>"
    assert received(servers, forms).endswith(b"\r\n\r\n.dot\r\n")


@pytest.mark.parametrize(
    "body", [b"\xc3\xbc\xff", b"x" * 5000, b".", b"..", b"a\x00b", b"tab\tand  spaces  "]
)
def test_keeps_every_byte_of_a_line(servers: MailServers, forms: Account, body: bytes) -> None:
    name = forms.user_principal_name
    content = f"From: {name}\r\n\r\n".encode() + body + b"\r\n"
    with servers.smtp(forms) as client:
        assert client.sendmail(name, [name], content) == {}
    assert received(servers, forms).partition(b"\r\n\r\n")[2] == body + b"\r\n"


def test_takes_no_lone_line_feed_for_the_end_of_a_message(
    servers: MailServers, forms: Account
) -> None:
    name = forms.user_principal_name
    with servers.smtp(forms) as client:
        client.send(f"MAIL FROM:<{name}>\r\nRCPT TO:<{name}>\r\nDATA\r\n")
        client.send(f"From: {name}\r\n\r\na\n.\nMAIL FROM:<x@y>\r\n.\r\n")
        assert [client.getreply()[0] for _ in range(4)] == [250, 250, 354, 250]
    assert b"MAIL FROM:<x@y>" in received(servers, forms)


def test_takes_five_hundred_recipients_and_no_more(servers: MailServers, forms: Account) -> None:
    name = forms.user_principal_name
    with servers.smtp(forms) as client:
        client.mail(name)
        client.send(f"RCPT TO:<{name}>\r\n" * 501)
        codes = [client.getreply() for _ in range(501)]
    assert codes[499] == (250, b"2.1.5 Recipient OK")
    assert codes[500] == (452, b"4.5.3 Too many recipients")


def test_delivers_once_to_who_is_named_twice(servers: MailServers, forms: Account) -> None:
    name = forms.user_principal_name
    with servers.smtp(forms) as client:
        client.sendmail(name, [name, name.upper()], f"From: {name}\r\n\r\n")
    assert received(servers, forms)


def test_refuses_an_address_beyond_ascii(servers: MailServers, forms: Account) -> None:
    with servers.smtp(forms) as client:
        client.send('MAIL FROM:<"\u00fc"@contoso.com>\r\n'.encode())
        assert client.getreply() == (501, b"5.1.7 Invalid address")


def test_carries_a_large_message_through_all_three_protocols(
    servers: MailServers, forms: Account
) -> None:
    name, other = forms.user_principal_name, servers.add_account()
    line = b"0123456789abcdef" * 4 + b"\r\n"
    content = f"From: {name}\r\n\r\n".encode() + line * (30 * MEGABYTE // len(line))
    with servers.smtp(forms) as client:
        client.sendmail(name, [name, other.user_principal_name], content)
    (mine,) = servers.store.inbox(name).messages
    (theirs,) = servers.store.inbox(other.user_principal_name).messages
    assert mine.content is theirs.content
    with servers.imap(forms) as imap:
        imap.select("INBOX", readonly=True)
        assert imap.fetch("1", "(BODY.PEEK[])")[1][0][1].endswith(content)  # type: ignore[index,union-attr]
    with servers.pop(forms) as pop:
        assert pop.retr(1)[1][-1] == line.strip()


def test_refuses_a_message_that_grows_too_large(servers: MailServers, forms: Account) -> None:
    name = forms.user_principal_name
    with servers.smtp(forms) as client:
        client.mail(name)
        client.rcpt(name)
        client.docmd("DATA")
        client.send((b"x" * 60_000 + b"\r\n") * 612)
        said = (552, b"5.3.4 Message size exceeds fixed maximum message size")
        assert client.docmd(".") == said
    assert servers.store.inbox(name).messages == []
