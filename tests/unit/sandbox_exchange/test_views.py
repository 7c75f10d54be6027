"""What sessions see of a folder that others change."""

import pytest

from provision.sandbox.context import SandboxClock
from provision.sandbox.exchange.imap_view import FolderView
from provision.sandbox.exchange.number_set import NumberSet
from provision.sandbox.exchange.pop_maildrop import Maildrop
from provision.sandbox.exchange.store import Folder, MailStore


@pytest.fixture
def inbox(clock: SandboxClock) -> Folder:
    """Three messages, with the UIDs 1 to 3."""
    folder = MailStore(clock).inbox("forms@contoso.com")
    folder.add(b"one", 0.0)
    folder.add(b"two", 0.0)
    folder.add(b"three", 0.0)
    return folder


def test_keeps_the_numbers_until_the_client_is_told(inbox: Folder) -> None:
    view = FolderView(inbox, is_writable=True)
    inbox.remove(inbox.messages[:1])
    ((_, message),) = view.find(NumberSet.parse(b"2"), is_uid=False)
    assert message.content == b"two"


def test_tells_removals_from_the_highest_down_and_then_arrivals(inbox: Folder) -> None:
    view = FolderView(inbox, is_writable=True)
    inbox.remove([inbox.messages[0], inbox.messages[2]])
    inbox.add(b"four", 0.0)
    assert view.catch_up() == [b"3 EXPUNGE", b"1 EXPUNGE", b"2 EXISTS"]
    assert view.catch_up() == []


def test_removes_nothing_from_a_folder_that_is_only_read(inbox: Folder) -> None:
    inbox.set_flags(inbox.messages[0], {"\\Deleted"})
    FolderView(inbox, is_writable=False).expunge()
    assert len(inbox.messages) == 3


def test_finds_nothing_in_an_empty_folder(clock: SandboxClock) -> None:
    view = FolderView(MailStore(clock).inbox("forms@contoso.com"), is_writable=True)
    assert view.find(NumberSet.parse(b"1"), is_uid=True) == []
    assert list(view.candidates()) == []


def test_does_not_show_a_pop_session_what_arrives_later(inbox: Folder) -> None:
    drop = Maildrop(inbox)
    inbox.add(b"four", 0.0)
    assert [number for number, _ in drop.present()] == [1, 2, 3]


def test_finds_no_deleted_message(inbox: Folder) -> None:
    drop = Maildrop(inbox)
    drop.delete(drop.find(b"2"))
    with pytest.raises(LookupError):
        drop.find(b"2")
