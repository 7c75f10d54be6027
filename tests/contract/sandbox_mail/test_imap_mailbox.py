"""Reading and changing a mailbox over IMAP, as imaplib, mbsync and getmail do."""

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import MailServers

MESSAGE = (
    b"From: Alex <alex@contoso.com>\r\n"
    b"To: forms@contoso.com\r\n"
    b"Subject: Invoice 7\r\n"
    b"Date: Sun, 1 Mar 2026 10:00:00 +0000\r\n"
    b"Message-ID: <seven@contoso.com>\r\n"
    b'Content-Type: multipart/mixed; boundary="cut"\r\n'
    b"\r\n"
    b"--cut\r\n"
    b"Content-Type: text/plain\r\n"
    b"\r\n"
    b"See the attachment.\r\n"
    b"--cut\r\n"
    b"Content-Type: application/pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    b"\r\n"
    b"JVBERg==\r\n"
    b"--cut--\r\n"
)


@pytest.fixture
def inbox(servers: MailServers, forms: Account) -> Account:
    """A mailbox with two messages."""
    servers.store.deliver(forms.user_principal_name, MESSAGE)
    servers.store.deliver(forms.user_principal_name, b"Subject: second\r\n\r\n.dot\r\n")
    return forms


def test_gives_the_whole_message_byte_for_byte(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX", readonly=True)
        _, data = client.fetch("1", "(BODY.PEEK[])")
        assert data[0][1] == MESSAGE  # type: ignore[index]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("RFC822.HEADER", MESSAGE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"),
        ("BODY.PEEK[HEADER.FIELDS (SUBJECT)]", b"Subject: Invoice 7\r\n\r\n"),
        ("BODY.PEEK[TEXT]", MESSAGE.partition(b"\r\n\r\n")[2]),
        ("BODY.PEEK[1]", b"See the attachment."),
        ("BODY.PEEK[2]", b"JVBERg=="),
        (
            "BODY.PEEK[2.MIME]",
            b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        ),
        ("BODY.PEEK[]<0.4>", b"From"),
        ("BODY.PEEK[]<6.4>", b"Alex"),
    ],
)
def test_gives_a_part_of_a_message(
    servers: MailServers, inbox: Account, item: str, expected: bytes
) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX", readonly=True)
        _, data = client.fetch("1", f"({item})")
        assert data[0][1] == expected  # type: ignore[index]


def test_answers_nil_for_a_part_that_does_not_exist(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX", readonly=True)
        assert client.fetch("1", "(BODY.PEEK[3])") == ("OK", [b"1 (BODY[3] NIL)"])


def test_describes_a_message_in_its_envelope(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX", readonly=True)
        _, data = client.fetch("1", "(ENVELOPE)")
        assert b'"Invoice 7" (("Alex" NIL "alex" "contoso.com"))' in data[0]  # type: ignore[operator]


def test_describes_the_parts_of_a_message(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX", readonly=True)
        _, data = client.fetch("1", "(BODY)")
        text = b'("text" "plain" NIL NIL NIL "7bit" 19 1)'
        attachment = b'("application" "pdf" NIL NIL NIL "base64" 8)'
        assert data == [b'1 (BODY (%b%b "mixed"))' % (text, attachment)]


def test_marks_a_message_as_seen_when_its_body_is_read(
    servers: MailServers, inbox: Account
) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX")
        client.fetch("1", "(BODY[])")
        assert client.fetch("1:*", "(FLAGS)")[1] == [b"1 (FLAGS (\\Seen))", b"2 (FLAGS ())"]


def test_changes_nothing_in_an_examined_folder(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX", readonly=True)
        client.fetch("1", "(BODY[])")
        assert client.store("1", "+FLAGS", "(\\Deleted)")[0] == "NO"
        assert client.fetch("1", "(FLAGS)")[1] == [b"1 (FLAGS ())"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ALL", b"1 2"),
        ("SUBJECT invoice", b"1"),
        ('FROM "alex@contoso.com"', b"1"),
        ('HEADER Message-ID "<seven@contoso.com>"', b"1"),
        ("BODY attachment", b"1"),
        ("SINCE 1-Mar-2026", b"1 2"),
        ("BEFORE 1-Mar-2026", b""),
        ("UNSEEN SENTON 1-Mar-2026", b"1"),
        ("OR SUBJECT second SUBJECT invoice", b"1 2"),
        ("NOT (SUBJECT second)", b"1"),
        ("2:*", b"2"),
        ("UID 1", b"1"),
        ("SEEN", b""),
    ],
)
def test_finds_messages(servers: MailServers, inbox: Account, query: str, expected: bytes) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, query) == ("OK", [expected])


def test_refuses_a_search_key_it_does_not_know(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX", readonly=True)
        with pytest.raises(client.error, match=r"Command Argument Error\. 11"):
            client.search(None, "COLOUR blue")


def test_removes_what_was_marked_and_keeps_the_uids_of_the_rest(
    servers: MailServers, inbox: Account
) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS.SILENT", "(\\Deleted)")
        assert client.expunge() == ("OK", [b"1"])
        assert client.fetch("1", "(UID)")[1] == [b"1 (UID 2)"]


def test_removes_only_the_named_uids(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX")
        client.store("1:2", "+FLAGS", "(\\Deleted)")
        client.uid("EXPUNGE", "2")
        assert client.search(None, "ALL") == ("OK", [b"1"])


def test_keeps_an_appended_message_with_its_flags_and_date(
    servers: MailServers, forms: Account
) -> None:
    with servers.imap(forms) as client:
        date = '"28-Feb-2026 10:00:00 +0100"'
        status, answer = client.append("Drafts", "(\\Draft \\Seen)", date, b"Subject: a\n\nb\n")
        assert (status, answer[0].split()[2:]) == ("OK", [b"1]", b"APPEND", b"completed."])
        client.select("Drafts", readonly=True)
        assert client.fetch("1", "(FLAGS INTERNALDATE RFC822.SIZE)")[1] == [
            b'1 (FLAGS (\\Draft \\Seen) INTERNALDATE "28-Feb-2026 09:00:00 +0000" RFC822.SIZE 17)'
        ]


def test_copies_a_message_into_another_folder(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX")
        assert b"COPYUID" in client.copy("1", "Archive")[1][0]
        client.select("Archive", readonly=True)
        _, data = client.fetch("1", "(RFC822)")
        assert data[0][1] == MESSAGE  # type: ignore[index]


def test_counts_a_folder_whose_name_has_a_space(servers: MailServers, forms: Account) -> None:
    with servers.imap(forms) as client:
        _, data = client.status('"Sent Items"', "(MESSAGES UIDNEXT)")
        assert data == [b'"Sent Items" (MESSAGES 0 UIDNEXT 1)']


def test_refuses_a_folder_that_does_not_exist(servers: MailServers, forms: Account) -> None:
    with servers.imap(forms) as client:
        assert client.select("Elsewhere")[0] == "NO"


def test_lists_the_divider_alone_for_an_empty_pattern(servers: MailServers, forms: Account) -> None:
    with servers.imap(forms) as client:
        assert client.list('""', '""') == ("OK", [b'(\\Noselect \\HasChildren) "/" ""'])


def test_tells_of_new_mail_at_noop(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX")
        servers.store.deliver(inbox.user_principal_name, b"Subject: third\r\n\r\n")
        client.noop()
        assert client.response("EXISTS") == ("EXISTS", [b"2", b"3"])


def test_tells_a_client_that_idles_of_mail_from_another_session(
    servers: MailServers, inbox: Account
) -> None:
    with servers.line(servers.ports.imap) as line, servers.smtp(inbox) as sender:
        line.ask(f"a AUTHENTICATE XOAUTH2 {servers.encoded(inbox)}")
        line.ask("b EXAMINE INBOX")
        rest = [line.receive() for _ in range(6)]
        assert rest[-1] == "b OK [READ-ONLY] EXAMINE completed."
        assert line.ask("c IDLE") == "+ IDLE accepted, awaiting DONE command."
        name = inbox.user_principal_name
        sender.sendmail(name, [name], "Subject: third\r\n\r\n")
        assert line.receive() == "* 3 EXISTS"
        assert line.ask("DONE") == "c OK IDLE completed."


def test_leaves_a_folder_without_removing_anything(servers: MailServers, inbox: Account) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", "(\\Deleted)")
        assert client.unselect()[0] == "OK"
        assert client.select("INBOX") == ("OK", [b"2"])


def test_removes_what_was_marked_when_a_folder_is_closed(
    servers: MailServers, inbox: Account
) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX")
        client.store("1", "FLAGS", "(\\Deleted)")
        client.close()
        assert client.select("INBOX") == ("OK", [b"1"])


def test_refuses_to_copy_or_append_to_a_folder_that_does_not_exist(
    servers: MailServers, inbox: Account
) -> None:
    with servers.imap(inbox) as client:
        client.select("INBOX")
        assert client.copy("1", "Elsewhere")[1] == [b"[TRYCREATE] Elsewhere doesn't exist."]
        assert client.append("Elsewhere", "", "", b"x")[1] == [
            b"[TRYCREATE] Elsewhere doesn't exist."
        ]


def test_dates_an_appended_message_by_the_sandboxs_clock(
    servers: MailServers, forms: Account
) -> None:
    with servers.imap(forms) as client:
        client.append("INBOX", "", "", b"Subject: a\r\n\r\n")
        client.select("INBOX", readonly=True)
        assert client.fetch("1", "(INTERNALDATE)")[1] == [
            b'1 (INTERNALDATE " 1-Mar-2026 12:00:00 +0000")'
        ]


def test_refuses_a_command_that_needs_a_folder(servers: MailServers, forms: Account) -> None:
    with servers.line(servers.ports.imap) as line:
        line.ask(f"a AUTHENTICATE XOAUTH2 {servers.encoded(forms)}")
        assert line.ask("b FETCH 1 FLAGS").startswith("b BAD ")
