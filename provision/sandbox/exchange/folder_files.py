"""A folder of mail on disk: one file per message and an index, for the owner alone."""

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote


class _Message(Protocol):
    uid: int
    received_at: float
    flags: set[str]


class _Folder(Protocol):
    uid_validity: int
    uid_next: int

    @property
    def messages(self) -> Sequence[_Message]: ...


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """What the index says about a message."""

    uid: int
    received_at: float
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptFolder:
    """What the index says about a folder."""

    uid_validity: int
    uid_next: int
    messages: tuple[KeptMessage, ...]


def kept_names(directory: Path, address: str) -> list[str]:
    """Return the names of the folders that were written for an address."""
    mailbox = directory / quote(address, safe="@+")
    return sorted(unquote(index.parent.name) for index in mailbox.glob("*/index.json"))


class FolderFiles:
    """The directory of one folder; made at the first write."""

    def __init__(self, directory: Path, address: str, name: str) -> None:
        self._path = directory / quote(address, safe="@+") / quote(name, safe="")
        self._index = self._path / "index.json"

    def exist(self) -> bool:
        """Tell whether the folder was ever written."""
        return self._index.exists()

    def read(self) -> KeptFolder:
        """Return the index."""
        raw = json.loads(self._index.read_text(encoding="utf-8"))
        return KeptFolder(
            raw["uidValidity"],
            raw["uidNext"],
            tuple(
                KeptMessage(m["uid"], m["receivedAt"], tuple(m["flags"])) for m in raw["messages"]
            ),
        )

    def read_content(self, uid: int) -> bytes:
        """Return the message of that UID."""
        return self._content(uid).read_bytes()

    def write_content(self, uid: int, content: bytes) -> None:
        """Keep a message; the index does not know it yet."""
        self._write(self._content(uid), content)

    def write_index(self, folder: _Folder) -> None:
        """Replace the index at once."""
        document = {
            "uidValidity": folder.uid_validity,
            "uidNext": folder.uid_next,
            "messages": [
                {"uid": m.uid, "receivedAt": m.received_at, "flags": sorted(m.flags)}
                for m in folder.messages
            ],
        }
        self._write(self._index, json.dumps(document).encode())

    def remove_contents(self, uids: Iterable[int]) -> None:
        """Remove messages that the index no longer knows."""
        for uid in uids:
            self._content(uid).unlink(missing_ok=True)

    def move(self, name: str) -> None:
        """Take another name."""
        path = self._path.with_name(quote(name, safe=""))
        if self._path.exists():
            self._path.rename(path)
        self._path, self._index = path, path / "index.json"

    def discard(self) -> None:
        """Remove the folder; its messages are gone already."""
        shutil.rmtree(self._path, ignore_errors=True)

    def _content(self, uid: int) -> Path:
        return self._path / f"{uid}.eml"

    def _write(self, path: Path, content: bytes) -> None:
        for folder in (self._path.parent.parent, self._path.parent, self._path):
            folder.mkdir(
                mode=0o700, exist_ok=True
            )  # with `parents` the mode is the last one's only
        temporary = path.with_suffix(".tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
