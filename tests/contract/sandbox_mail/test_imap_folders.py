"""Folders that a client makes, as mbsync and OfflineIMAP do, and moving mail between folders."""

import pytest

from provision.sandbox.directory import Account
from provision.sandbox.exchange.store import MailStore
from tests.contract.sandbox_mail.harness import MailServers


def names(lines: list[bytes]) -> list[str]:
    return [line.decode().rpartition('"/" ')[2].strip('"') for line in lines]


def test_makes_a_folder_and_those_above_it(servers: MailServers, forms: Account) -> None:
    with servers.imap(forms) as client:
        assert client.create("Work/2026") == ("OK", [b"CREATE completed."])
        assert client.list('""', "Work*")[1] == [
            b'(\\HasChildren) "/" "Work"',
            b'(\\HasNoChildren) "/" "Work/2026"',
        ]
        assert client.append("Work/2026", "", "", b"Subject: a\r\n\r\n")[0] == "OK"
        assert client.select("Work/2026") == ("OK", [b"1"])


def test_lists_one_level_only_for_a_percent_sign(servers: MailServers, forms: Account) -> None:
    with servers.imap(forms) as client:
        client.create("Work/2026")
        assert "Work/2026" not in names(client.list('""', "%")[1])  # type: ignore[arg-type]
        assert names(client.lsub('""', "Work/%")[1]) == ["Work/2026"]


@pytest.mark.parametrize("name", ["INBOX", "Drafts", '"a*"', '"../up"', '"a//b"', '""'])
def test_does_not_make_a_folder_that_exists_or_cannot(
    servers: MailServers, forms: Account, name: str
) -> None:
    with servers.imap(forms) as client:
        assert client.create(name)[0] == "NO"


def test_keeps_a_name_in_modified_utf7(servers: MailServers, forms: Account) -> None:
    with servers.imap(forms) as client:
        assert client.create("Entw&APw-rfe")[0] == "OK"
        assert client.select("Entw&APw-rfe")[0] == "OK"
    assert "Entwürfe" in servers.store.names(forms.user_principal_name)


def test_renames_a_folder_with_those_below_it(servers: MailServers, forms: Account) -> None:
    with servers.imap(forms) as client:
        client.create("Work/2026")
        client.append("Work/2026", "", "", b"Subject: a\r\n\r\n")
        assert client.rename("Work", "Old/Work")[0] == "OK"
        assert client.select("Old/Work/2026") == ("OK", [b"1"])
        assert client.select("Work")[0] == "NO"


def test_removes_a_folder_with_those_below_it(servers: MailServers, forms: Account) -> None:
    with servers.imap(forms) as client:
        client.create("Work/2026")
        assert client.delete("Work")[0] == "OK"
        assert client.select("Work/2026")[0] == "NO"


@pytest.mark.parametrize("name", ["INBOX", '"Sent Items"', "Nowhere"])
def test_neither_removes_nor_renames_exchanges_own_folders(
    servers: MailServers, forms: Account, name: str
) -> None:
    with servers.imap(forms) as client:
        assert client.delete(name)[0] == "NO"
        assert client.rename(name, "Other")[0] == "NO"


@pytest.mark.parametrize("command", ["MOVE 1", "UID MOVE 1"])
def test_moves_a_message(servers: MailServers, forms: Account, command: str) -> None:
    servers.store.deliver(forms.user_principal_name, b"Subject: a\r\n\r\n")
    with servers.line(servers.ports.imap) as line:
        line.ask(f"a AUTHENTICATE XOAUTH2 {servers.encoded(forms)}")
        line.ask("b SELECT INBOX")
        assert [line.receive() for _ in range(6)][-1] == "b OK [READ-WRITE] SELECT completed."
        assert line.ask(f"c {command} Archive").startswith("* OK [COPYUID ")
        assert line.receive() == "* 1 EXPUNGE"
        assert line.receive() == "c OK MOVE completed."
    archive = servers.store.find(forms.user_principal_name, "Archive")
    assert archive is not None
    assert [m.content for m in archive.messages] == [b"Subject: a\r\n\r\n"]


def test_does_not_move_out_of_an_examined_folder(servers: MailServers, forms: Account) -> None:
    servers.store.deliver(forms.user_principal_name, b"Subject: a\r\n\r\n")
    with servers.line(servers.ports.imap) as line:
        line.ask(f"a AUTHENTICATE XOAUTH2 {servers.encoded(forms)}")
        line.ask("b EXAMINE INBOX")
        assert [line.receive() for _ in range(6)][-1] == "b OK [READ-ONLY] EXAMINE completed."
        assert line.ask("c MOVE 1 Archive") == "c NO MOVE failed: the folder is read-only."


def test_finds_a_made_folder_again_after_a_restart(
    servers: MailServers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock, path = servers.context.clock, tmp_path_factory.mktemp("state")
    store = MailStore(clock, path)
    assert store.create("a@contoso.com", "Work/Entwürfe")
    assert store.rename("a@contoso.com", "Work", "Old")
    assert "Old/Entwürfe" in MailStore(clock, path).names("a@contoso.com")
    assert store.delete("a@contoso.com", "Old")
    assert MailStore(clock, path).names("a@contoso.com") == store.names("b@contoso.com")
