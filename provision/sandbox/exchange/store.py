"""Every mailbox's folders and messages: in memory, and as files when there is a state directory."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from provision.sandbox.exchange.folder_files import FolderFiles

if TYPE_CHECKING:
    from provision.sandbox.context import Context, SandboxClock

INBOX: Final = "INBOX"
FOLDERS: Final = (INBOX, "Archive", "Deleted Items", "Drafts", "Junk Email", "Sent Items")
"""What every mailbox has; clients cannot make or remove folders."""

_BARE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")


@dataclass(slots=True)
class StoredMessage:
    """One message in one folder."""

    uid: int
    content: bytes
    """As sent, every line ended by CRLF."""
    received_at: float
    """Seconds since the epoch, on the sandbox's clock: IMAP's internal date."""
    flags: set[str] = field(default_factory=set)
    r"""IMAP's names, `\Seen`."""


class Folder:
    """A list of messages in the order of their UIDs."""

    def __init__(self, uid_validity: int, files: FolderFiles | None = None) -> None:
        self.uid_validity = uid_validity
        self.uid_next = 1
        self.messages: list[StoredMessage] = []
        self.listeners: list[Callable[[], None]] = []
        """Called after every change, in the server's own thread."""
        self._files = files

    @classmethod
    def load(cls, files: FolderFiles) -> Self:
        """Return the folder that was kept in these files."""
        kept = files.read()
        folder = cls(kept.uid_validity, files)
        folder.uid_next = kept.uid_next
        folder.messages = [
            StoredMessage(m.uid, files.read_content(m.uid), m.received_at, set(m.flags))
            for m in kept.messages
        ]
        return folder

    def add(self, content: bytes, received_at: float, flags: Iterable[str] = ()) -> StoredMessage:
        """Append a message under the next UID; bare line feeds become CRLF."""
        is_clean = content.count(b"\n") == content.count(b"\r\n")
        whole = content if is_clean else _BARE_LINE_FEED.sub(b"\r\n", content)
        message = StoredMessage(self.uid_next, whole, received_at, set(flags))
        self.uid_next += 1
        if self._files is not None:
            self._files.write_content(message.uid, whole)
        self.messages.append(message)
        self._changed()
        return message

    def set_flags(self, message: StoredMessage, flags: Iterable[str]) -> None:
        """Replace a message's flags."""
        message.flags = set(flags)
        self._changed()

    def remove(self, messages: Iterable[StoredMessage]) -> None:
        """Remove messages for good; those that are gone already do not matter."""
        gone = {message.uid for message in messages}
        self.messages = [message for message in self.messages if message.uid not in gone]
        self._changed()
        if self._files is not None:
            self._files.remove_contents(gone)

    def _changed(self) -> None:
        if self._files is not None:
            self._files.write_index(self)
        for listener in tuple(self.listeners):
            listener()


class MailStore:
    """A mailbox per address; an address gets its folders when first asked for."""

    def __init__(self, clock: "SandboxClock", directory: Path | None = None) -> None:
        self._clock = clock
        self._directory = directory
        self._folders: dict[tuple[str, str], Folder] = {}

    @classmethod
    def open(cls, context: "Context") -> Self:
        """Return the store that belongs to a sandbox, beside its directory's file if it has one."""
        path = context.directory.path
        return cls(context.clock, None if path is None else path.parent / "mail")

    def find(self, address: str, name: str = INBOX) -> Folder | None:
        """Return a folder, or None when no mailbox has one of that name."""
        canonical = INBOX if name.upper() == INBOX else name
        return self._folder(address.lower(), canonical) if canonical in FOLDERS else None

    def inbox(self, address: str) -> Folder:
        """Return where mail for an address arrives."""
        return self._folder(address.lower(), INBOX)

    def deliver(self, address: str, content: bytes) -> StoredMessage:
        """Put a message into an inbox, received at the sandbox's present."""
        return self.inbox(address).add(content, self._clock.timestamp())

    def now(self) -> float:
        """Return the sandbox's present, in seconds since the epoch."""
        return self._clock.timestamp()

    def _folder(self, address: str, name: str) -> Folder:
        key = address, name
        if key not in self._folders:
            self._folders[key] = self._opened(address, name)
        return self._folders[key]

    def _opened(self, address: str, name: str) -> Folder:
        uid_validity = int(self._clock.timestamp())
        if self._directory is None:
            return Folder(uid_validity)
        files = FolderFiles(self._directory, address, name)
        return Folder.load(files) if files.exist() else Folder(uid_validity, files)
