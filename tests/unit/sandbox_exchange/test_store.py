"""Mailboxes that keep their messages, UIDs and flags."""

import stat
from pathlib import Path

import pytest

from provision.sandbox.context import Context, SandboxClock
from provision.sandbox.directory import Directory
from provision.sandbox.exchange.store import MailStore
from provision.sandbox.faults.decisions import Faults
from provision.sandbox.faults.document import load_rules
from provision.sandbox.tokens import Tokens
from tests.signing import shared_key

FORMS = "forms@contoso.com"


@pytest.fixture
def store(clock: SandboxClock) -> MailStore:
    return MailStore(clock)


def test_delivers_to_the_inbox_at_the_sandboxs_time(store: MailStore, clock: SandboxClock) -> None:
    clock.advance(60)
    message = store.deliver(FORMS, b"Subject: a\r\n\r\n")
    assert store.inbox("Forms@Contoso.com").messages == [message]
    assert message.received_at == clock.timestamp()


def test_ends_every_line_with_crlf(store: MailStore) -> None:
    assert store.deliver(FORMS, b"a: b\n\nc\r\n").content == b"a: b\r\n\r\nc\r\n"


def test_never_gives_a_uid_twice(store: MailStore) -> None:
    inbox = store.inbox(FORMS)
    inbox.remove([store.deliver(FORMS, b"")])
    assert store.deliver(FORMS, b"").uid == 2


def test_finds_the_inbox_in_any_case_and_other_folders_as_they_are(store: MailStore) -> None:
    assert store.find(FORMS, "Inbox") is store.inbox(FORMS)
    assert store.find(FORMS, "Sent Items") is not None
    assert store.find(FORMS, "sent items") is None


def test_keeps_mailboxes_apart(store: MailStore) -> None:
    store.deliver(FORMS, b"")
    assert store.inbox("alex@contoso.com").messages == []


def test_tells_listeners_of_every_change(store: MailStore) -> None:
    inbox, heard = store.inbox(FORMS), list[int]()
    inbox.listeners.append(lambda: heard.append(len(inbox.messages)))
    message = store.deliver(FORMS, b"")
    inbox.set_flags(message, {"\\Seen"})
    inbox.remove([message])
    assert heard == [1, 1, 0]


def test_finds_everything_again_after_a_restart(clock: SandboxClock, tmp_path: Path) -> None:
    before = MailStore(clock, tmp_path)
    before.deliver(FORMS, b"Subject: gone\r\n\r\n")
    kept = before.deliver(FORMS, b"Subject: kept\r\n\r\n")
    before.inbox(FORMS).set_flags(kept, {"\\Seen"})
    before.inbox(FORMS).remove(before.inbox(FORMS).messages[:1])
    clock.advance(1000)
    after = MailStore(clock, tmp_path).inbox(FORMS)
    assert after.messages == [kept]
    assert after.uid_validity == before.inbox(FORMS).uid_validity
    assert after.uid_next == 3


def test_removes_the_file_of_a_removed_message(clock: SandboxClock, tmp_path: Path) -> None:
    store = MailStore(clock, tmp_path)
    store.inbox(FORMS).remove([store.deliver(FORMS, b"secret words")])
    assert list(tmp_path.rglob("*.eml")) == []


def test_writes_for_the_owner_alone(clock: SandboxClock, tmp_path: Path) -> None:
    MailStore(clock, tmp_path / "mail").deliver(FORMS, b"words")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "mail").rglob("*")}
    assert modes == {0o600, 0o700}


def test_keeps_an_address_inside_its_directory(clock: SandboxClock, tmp_path: Path) -> None:
    MailStore(clock, tmp_path / "mail").deliver("../../x@contoso.com", b"words")
    assert [p.name for p in tmp_path.iterdir()] == ["mail"]
    assert [p.name for p in (tmp_path / "mail").iterdir()] == ["..%2F..%2Fx@contoso.com"]


def test_lies_beside_the_file_of_the_directory(clock: SandboxClock, tmp_path: Path) -> None:
    directory = Directory("tenant", "contoso.onmicrosoft.com", path=tmp_path / "directory.json")
    origin = "https://localhost:1"
    faults = Faults(load_rules("none"), 1, clock.timestamp())
    context = Context(
        directory, clock, Tokens(directory, clock, origin, shared_key()), faults, origin
    )
    MailStore.open(context).deliver(FORMS, b"words")
    assert (tmp_path / "mail" / FORMS / "INBOX" / "1.eml").read_bytes() == b"words"
