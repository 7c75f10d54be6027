"""Every mailbox's folders and messages: in memory, and as files when there is a state directory."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from provision.sandbox.exchange.folder_files import FolderFiles, kept_names
from provision.sandbox.exchange.folder_names import is_allowed

if TYPE_CHECKING:
    from provision.sandbox.context import Context, SandboxClock

INBOX: Final = "INBOX"
SENT: Final = "Sent Items"
FOLDERS: Final = (INBOX, "Archive", "Deleted Items", "Drafts", "Junk Email", SENT)
"""What every mailbox has; clients can neither remove nor rename these."""

_MOST_FOLDERS: Final = 1000

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

    def keep(self) -> None:
        """Write down that there is such a folder, though nothing lies in it yet."""
        self._changed()

    def move(self, name: str) -> None:
        """Take another name."""
        if self._files is not None:
            self._files.move(name)

    def discard(self) -> None:
        """Remove the folder; who has it open sees no more of it than was there."""
        self.remove(self.messages)
        if self._files is not None:
            self._files.discard()
            self._files = None

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
        self._names: dict[str, list[str]] = {}

    @classmethod
    def open(cls, context: "Context") -> Self:
        """Return the store that belongs to a sandbox, beside its directory's file if it has one."""
        path = context.directory.path
        return cls(context.clock, None if path is None else path.parent / "mail")

    def find(self, address: str, name: str = INBOX) -> Folder | None:
        """Return a folder, or None when no mailbox has one of that name."""
        canonical = INBOX if name.upper() == INBOX else name
        is_known = canonical in self._named(address.lower())
        return self._folder(address.lower(), canonical) if is_known else None

    def names(self, address: str) -> list[str]:
        """Return the names of a mailbox's folders, Exchange's own first."""
        return list(self._named(address.lower()))

    def create(self, address: str, name: str) -> bool:
        """Make a folder and those above it; False when it exists or may not be called so."""
        name = name.removesuffix("/")
        known = self._named(address.lower())
        if name in known or not is_allowed(name) or len(known) >= _MOST_FOLDERS:
            return False
        levels = name.split("/")
        for depth in range(1, len(levels) + 1):
            upper = "/".join(levels[:depth])
            if upper not in known:
                known.append(upper)
                self._folder(address.lower(), upper).keep()
        return True

    def delete(self, address: str, name: str) -> bool:
        """Remove a folder and those below it; False for Exchange's own and for unknown ones."""
        family = self._family(address.lower(), name)
        for member in family:
            self._folder(address.lower(), member).discard()
            del self._folders[address.lower(), member]
            self._named(address.lower()).remove(member)
        return bool(family)

    def rename(self, address: str, name: str, new_name: str) -> bool:
        """Rename a folder and those below it; False where that cannot be."""
        key, family = address.lower(), self._family(address.lower(), name)
        if not family or new_name.startswith(f"{name}/") or not self.create(key, new_name):
            return False
        self.delete(key, new_name)  # it was made for the folders above it
        for member in family:
            folder = self._folder(key, member)
            del self._folders[key, member]
            self._named(key).remove(member)
            renamed = new_name.removesuffix("/") + member.removeprefix(name)
            folder.move(renamed)
            self._folders[key, renamed] = folder
            self._named(key).append(renamed)
        return True

    def _family(self, key: str, name: str) -> list[str]:
        known = self._named(key)
        if name in FOLDERS or name not in known:
            return []
        return [other for other in known if other == name or other.startswith(f"{name}/")]

    def _named(self, key: str) -> list[str]:
        if key not in self._names:
            kept = [] if self._directory is None else kept_names(self._directory, key)
            self._names[key] = list(dict.fromkeys([*FOLDERS, *kept]))
        return self._names[key]

    def inbox(self, address: str) -> Folder:
        """Return where mail for an address arrives."""
        return self._folder(address.lower(), INBOX)

    def deliver(self, address: str, content: bytes) -> StoredMessage:
        """Put a message into an inbox, received at the sandbox's present."""
        return self.inbox(address).add(content, self._clock.timestamp())

    def keep_sent(self, address: str, content: bytes) -> StoredMessage:
        """Put a message that was sent into its sender's Sent Items, as read."""
        folder = self._folder(address.lower(), SENT)
        return folder.add(content, self._clock.timestamp(), {"\\Seen"})

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
