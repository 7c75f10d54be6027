"""One SQLite file that is ours alone: made at the first write, checked, opened for each use."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Final

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault import schema
from provision.vault.cipher import Cipher, Place
from provision.vault.key import KEY_KINDS, KeyKeeper, KeyKind
from provision.vault.private_files import make_private_directory, require_private
from provision.vault.refusals import not_a_vault, translated

BUSY_TIMEOUT: Final = 10.0
"""Seconds to wait for another process's transaction; ours last milliseconds."""
_CHECK_PLACE: Final = Place("meta", ("key_check",))
_CHECK: Final = "the key of this vault"


@dataclass(frozen=True, slots=True)
class _Identity:
    """What a vault says about itself in the clear."""

    key_kind: KeyKind
    vault_id: str


class Store:
    """Transactions, queries and sealed values in one vault file.

    A connection lives for one query or one transaction, so that threads share nothing and a fork
    inherits nothing. Rollback journal rather than WAL: one file, and it works on network homes.
    """

    def __init__(
        self,
        path: Path,
        keys: KeyKeeper,
        *,
        busy_timeout: float = BUSY_TIMEOUT,
        migrations: schema.Migrations = schema.MIGRATIONS,
    ) -> None:
        self.path = path
        self._migrations = migrations
        self._keys = keys
        self._busy_timeout = busy_timeout
        self._opening = RLock()
        self._identity: _Identity | None = None
        self._cipher: Cipher | None = None

    def key_kind(self) -> KeyKind | None:
        """Return which kind of key made the vault; None while there is no vault."""
        identity = self._find()
        return None if identity is None else identity.key_kind

    def rows(self, query: str, values: Mapping[str, object]) -> list[sqlite3.Row]:
        """Return what a query finds: nothing while there is no vault."""
        if not self.exists():
            return []
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose writes are on the disk when the block ends, or undone."""
        self._ensure()
        with self._connection() as connection, _immediate(connection):
            yield connection

    def write(self, statement: str, values: Mapping[str, object]) -> None:
        """Carry out one statement durably; the first one makes the vault."""
        with self.transaction() as connection:
            connection.execute(statement, values)

    def amend(self, statement: str, values: Mapping[str, object]) -> None:
        """Carry out one statement durably; while there is no vault, there is nothing to amend."""
        if self.exists():
            self.write(statement, values)

    def exists(self) -> bool:
        """Tell whether anything was ever written."""
        return self._find() is not None

    def cipher(self) -> Cipher:
        """Return the cipher with the vault's own key, proved to be the right one.

        Raises:
            VaultFailed: The key is missing, unreadable or another vault's.
        """
        with self._opening:
            identity = self._ensure()
            if self._cipher is None:
                self._cipher = self._proved_cipher(identity)
            return self._cipher

    def unseal(self, sealed: bytes, place: Place, what: str) -> Secret:
        """Return a value as it was sealed.

        Args:
            sealed: What the row holds.
            place: Where the row is.
            what: The value in words, for the sentence that says it was changed.

        Raises:
            VaultFailed: The bytes are not those that were sealed for this place.
        """
        value = self.cipher().unseal(sealed, place)
        if value is None:
            raise VaultFailed(
                f"vault {self.path}: the {what} is damaged, or was changed by another program",
                hint="bring the vault back from a backup, or obtain the value anew: "
                "`provision authorize` for tokens, `provision apply` for client secrets",
            )
        return value

    def _find(self) -> _Identity | None:
        with self._opening:
            if self._identity is None and self._is_there():
                self._identity = self._inspect()
            return self._identity

    def _ensure(self) -> _Identity:
        with self._opening:
            found = self._find()
            if found is None:
                found = self._identity = self._create()
            return found

    def _is_there(self) -> bool:
        found = require_private(self.path)
        # Empty is what a process that ended while it made the vault leaves.
        if found is None or found.st_size == 0:
            return False
        require_private(self.path.parent)
        return True

    def _inspect(self) -> _Identity | None:
        """Return what the vault says it is; None when nothing was committed yet."""
        with self._connection() as connection:
            version = schema.schema_version(connection)
            if version is None:
                raise not_a_vault(self.path)
            if version == 0:
                return None
            known = len(self._migrations)
            if version > known:
                raise VaultFailed(
                    f"vault {self.path}: was written by a newer provision (schema {version}, this "
                    f"one knows {known})",
                    hint="update provision, or set PROVISION_VAULT to another file",
                )
            if version < known:
                with _immediate(connection):
                    schema.migrate(connection, self._migrations)
            return self._read_meta(connection)

    def _read_meta(self, connection: sqlite3.Connection) -> _Identity:
        meta = dict(connection.execute("SELECT name, value FROM meta").fetchall())
        for kind in KEY_KINDS:
            if meta.get("key_kind") == kind and "vault_id" in meta:
                return _Identity(kind, str(meta["vault_id"]))
        raise not_a_vault(self.path)

    def _create(self) -> _Identity:
        make_private_directory(self.path.parent)
        with translated(self.path):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        require_private(self.path)
        # Whoever comes second waits here until the first has committed.
        with self._connection() as connection, _immediate(connection):
            if schema.schema_version(connection) != 0:
                return self._read_meta(connection)
            vault_id = os.urandom(16).hex()
            kind, key = self._keys.make(vault_id, self.path)
            cipher = Cipher(key)
            schema.migrate(connection, self._migrations)
            check = cipher.seal(Secret(_CHECK), _CHECK_PLACE)
            connection.executemany(
                "INSERT INTO meta (name, value) VALUES (?, ?)",
                [("vault_id", vault_id), ("key_kind", kind), ("key_check", check)],
            )
        self._cipher = cipher
        return _Identity(kind, vault_id)

    def _proved_cipher(self, identity: _Identity) -> Cipher:
        kind = identity.key_kind
        cipher = Cipher(self._keys.fetch(kind, identity.vault_id, self.path))
        found = self.rows("SELECT value FROM meta WHERE name = 'key_check'", {})
        if not found or cipher.unseal(found[0]["value"], _CHECK_PLACE) is None:
            raise VaultFailed(
                f"vault {self.path}: the key from {self._keys.origin(kind)} does not open it",
                hint="give the key that the vault was made with, or set PROVISION_VAULT to another "
                "file",
            )
        return cipher

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in autocommit mode; never makes the file."""
        with translated(self.path):
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=self._busy_timeout,
                isolation_level=None,
            )
            with closing(connection):
                connection.row_factory = sqlite3.Row
                # https://www.sqlite.org/pragma.html#pragma_synchronous: with a rollback journal
                # only EXTRA keeps the last transaction through a power cut.
                connection.execute("PRAGMA synchronous = EXTRA")
                connection.execute("PRAGMA secure_delete = ON")
                yield connection


@contextmanager
def _immediate(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:  # Ctrl-C included: half a change must not stay.
        connection.rollback()
        raise
