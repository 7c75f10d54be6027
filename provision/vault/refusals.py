"""What SQLite and the file system refuse about a vault, in our words."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from provision.errors import VaultFailed
from provision.vault.sealed_columns import SealedColumn

_ELSEWHERE = "or set PROVISION_VAULT to another file"
_SAYINGS: Final[Mapping[int, tuple[str, str]]] = {
    sqlite3.SQLITE_BUSY: (
        "is locked by another program",
        "wait until it has ended, then run the command again",
    ),
    sqlite3.SQLITE_NOTADB: ("is not a vault", f"correct PROVISION_VAULT, {_ELSEWHERE}"),
    sqlite3.SQLITE_CORRUPT: ("is damaged", f"bring it back from a backup, {_ELSEWHERE}"),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        f"check that it is a file of yours, {_ELSEWHERE}",
    ),
    sqlite3.SQLITE_READONLY: ("cannot be written", f"check who may write there, {_ELSEWHERE}"),
    sqlite3.SQLITE_FULL: ("cannot be written: the disk is full", "make room and try again"),
}
_PRIMARY: Final = 0xFF
"""An extended result code carries the primary one in its low byte.

Source: https://www.sqlite.org/rescode.html
"""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a vault file into `VaultFailed`."""
    try:
        yield
    except sqlite3.Error as error:
        # Errors that Python's module raises itself have no code.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        saying, hint = _SAYINGS.get(
            code & _PRIMARY, (f"cannot be used: SQLite says {name}", "check the disk it is on")
        )
        raise VaultFailed(
            f"vault {path}: {saying}", hint=hint, evidence=(("sqlite", name),)
        ) from error
    except OSError as error:
        raise VaultFailed(
            f"vault {path}: cannot be opened ({error.strerror})",
            hint=f"check that it is a file of yours, {_ELSEWHERE}",
        ) from error


def not_a_vault(path: Path) -> VaultFailed:
    """Return the failure for a file that somebody else made."""
    saying, hint = _SAYINGS[sqlite3.SQLITE_NOTADB]
    return VaultFailed(f"vault {path}: {saying}", hint=hint)


def damaged(path: Path, sealed: SealedColumn, row: Mapping[str, object]) -> VaultFailed:
    """Return the failure for a value that is not what was sealed in its place."""
    return VaultFailed(
        f"vault {path}: the {sealed.name(row)} is damaged, or was changed by another program",
        hint="bring the vault back from a backup, or obtain the value anew: "
        "`provision authorize` for tokens, `provision apply` for client secrets",
        evidence=(("table", sealed.table),),
    )
