"""What one IMAP session sees of a folder: numbers that stay until the client was told."""

from collections.abc import Iterator

from provision.sandbox.exchange.number_set import NumberSet
from provision.sandbox.exchange.search import Candidate
from provision.sandbox.exchange.store import Folder, StoredMessage

FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "\\Seen")


class FolderView:
    """A folder as a session selected it.

    Other sessions and deliveries change the folder at any time; IMAP allows the numbers of a
    session to change only where the server says so, which is in `catch_up`.
    """

    def __init__(self, folder: Folder, *, is_writable: bool) -> None:
        self.folder = folder
        self.is_writable = is_writable
        self._seen = list(folder.messages)

    def __len__(self) -> int:
        return len(self._seen)

    def __bool__(self) -> bool:
        return True

    def find(self, wanted: NumberSet, *, is_uid: bool) -> list[tuple[int, StoredMessage]]:
        """Return messages with their sequence numbers; numbers that do not exist are left out."""
        if not self._seen:
            return []
        is_wanted = wanted.within(self._seen[-1].uid if is_uid else len(self._seen))
        return [
            (sequence, message)
            for sequence, message in enumerate(self._seen, 1)
            if is_wanted(message.uid if is_uid else sequence)
        ]

    def candidates(self) -> Iterator[Candidate]:
        """Return every message as SEARCH wants it."""
        last_uid = self._seen[-1].uid if self._seen else 0
        for sequence, message in enumerate(self._seen, 1):
            yield Candidate(sequence, message, len(self._seen), last_uid)

    def mark(self, message: StoredMessage, flags: set[str]) -> bool:
        """Replace a message's flags; False when the folder was opened for reading only."""
        if self.is_writable and flags != message.flags:
            self.folder.set_flags(message, flags)
        return self.is_writable

    def expunge(self, uids: NumberSet | None = None) -> None:
        r"""Remove what is marked `\Deleted`, of these UIDs or of all."""
        doomed = [message for message in self.folder.messages if "\\Deleted" in message.flags]
        if uids is not None and self._seen:
            chosen = {message.uid for _, message in self.find(uids, is_uid=True)}
            doomed = [message for message in doomed if message.uid in chosen]
        if self.is_writable:
            self.folder.remove(doomed)

    def catch_up(self) -> list[bytes]:
        """Take in what changed, and return the untagged responses that say so."""
        present = {message.uid for message in self.folder.messages}
        lines = []
        for sequence in range(len(self._seen), 0, -1):
            if self._seen[sequence - 1].uid not in present:
                del self._seen[sequence - 1]
                lines.append(b"%d EXPUNGE" % sequence)
        if len(self._seen) != len(self.folder.messages):
            self._seen = list(self.folder.messages)
            lines.append(b"%d EXISTS" % len(self._seen))
        return lines
