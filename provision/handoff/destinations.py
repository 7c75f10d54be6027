"""Where a hand-off's text goes: a private file, or a stream of the caller's."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from provision.handoff.files import (
    check_writable,
    read_private,
    remove_private,
    replace_private,
)
from provision.handoff.worktree import refuse_if_committed


class Place(Protocol):
    """Somewhere that takes a whole text at once."""

    @property
    def label(self) -> str:
        """Return how messages name it."""
        ...

    @property
    def is_kept(self) -> bool:
        """Tell whether the text can be read again later."""
        ...

    def prepare(self) -> None:
        """Prove that a text could be written; leave nothing behind."""
        ...

    def read(self) -> str | None:
        """Return the text that is there, or None."""
        ...

    def write(self, text: str) -> None:
        """Replace the text, wholly or not at all."""
        ...

    def remove(self) -> None:
        """Take the text away."""
        ...


class FilePlace:
    """A file that only its owner can read."""

    def __init__(self, label: str, path: Path) -> None:
        self._label = label
        self._path = path

    @property
    def label(self) -> str:
        """Return the path as it was given."""
        return self._label

    @property
    def is_kept(self) -> bool:
        """Tell that a file stays."""
        return True

    def prepare(self) -> None:
        """Prove that the file can be replaced and that git would not commit it."""
        check_writable(self._path)
        refuse_if_committed(self._path)

    def read(self) -> str | None:
        """Return the file's text, or None when there is no file."""
        return read_private(self._path)

    def write(self, text: str) -> None:
        """Replace the file; what changed since `prepare` is checked again."""
        self.prepare()
        replace_private(self._path, lambda file: file.write(text))

    def remove(self) -> None:
        """Remove the file."""
        remove_private(self._path)


class StreamPlace:
    """Standard output, by way of a writer."""

    def __init__(self, writer: Callable[[str], object]) -> None:
        self._writer = writer

    @property
    def label(self) -> str:
        """Return what people call it."""
        return "standard output"

    @property
    def is_kept(self) -> bool:
        """Tell that nobody here can read it again."""
        return False

    def prepare(self) -> None:
        """Do nothing: the caller opened the stream."""

    def read(self) -> str | None:
        """Return None: a stream holds nothing."""
        return None

    def write(self, text: str) -> None:
        """Give the text to the writer, in one piece."""
        self._writer(text)

    def remove(self) -> None:
        """Do nothing: a stream holds nothing."""
