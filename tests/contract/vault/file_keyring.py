"""A keyring that several processes share: one file an entry."""

from pathlib import Path

from provision.secret import Secret


class FileKeyring:
    """Keeps its entries in a directory, as the operating system's outlives a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True, parents=True)

    def read(self, entry: str) -> Secret | None:
        path = self._folder / entry
        return Secret(path.read_text()) if path.exists() else None

    def write(self, entry: str, key: Secret) -> None:
        (self._folder / entry).write_text(key.reveal())

    def remove(self, entry: str) -> None:
        (self._folder / entry).unlink(missing_ok=True)
