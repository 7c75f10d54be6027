"""What one POP session sees of an inbox: numbers that never change, deletions at the end."""

from collections.abc import Iterator

from provision.sandbox.exchange.store import Folder, StoredMessage


class Maildrop:
    """An inbox as it was at login, with the messages that are to be removed at QUIT."""

    def __init__(self, inbox: Folder) -> None:
        self._inbox = inbox
        self._messages = tuple(inbox.messages)
        self._deleted: set[int] = set()

    def present(self) -> Iterator[tuple[int, StoredMessage]]:
        """Return the messages that were not deleted, with their numbers."""
        for number, message in enumerate(self._messages, 1):
            if message.uid not in self._deleted:
                yield number, message

    def find(self, number: bytes) -> StoredMessage:
        """Return the message of that number.

        Raises:
            LookupError: There is none, or it was deleted in this session.
            ValueError: That is no number.
        """
        return dict(self.present())[int(number)]

    def unique_id(self, message: StoredMessage) -> bytes:
        """Return what identifies a message in this inbox for ever."""
        return b"%d-%d" % (self._inbox.uid_validity, message.uid)

    def delete(self, message: StoredMessage) -> None:
        """Mark a message for removal."""
        self._deleted.add(message.uid)

    def undelete(self) -> None:
        """Forget every mark."""
        self._deleted.clear()

    def commit(self) -> None:
        """Remove what was marked."""
        self._inbox.remove(m for m in self._messages if m.uid in self._deleted)
