"""One SQLite file that is ours alone: made at the first write, checked, opened for each use."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault import schema
from provision.vault.cipher import Cipher
from provision.vault.current_key import CurrentKey
from provision.vault.identity import Identity, read_identity, write_identity
from provision.vault.key import KeyKeeper, KeySlot
from provision.vault.private_files import make_private_directory, require_private
from provision.vault.refusals import damaged, not_a_vault, translated
from provision.vault.sealed_columns import SealedColumn

BUSY_TIMEOUT: Final = 10.0
"""Seconds to wait for another process's transaction; ours last milliseconds."""
_LOOKS: Final = 5
"""How often a key may change between two looks of ours before it is called strange."""


class Store:
    """Transactions, queries and sealed values in one vault file.

    A connection lives for one query or one transaction, so that threads share nothing and a fork
    inherits nothing. Rollback journal rather than WAL: one file, and it works on network homes.

    Another process may change the vault's key at any moment. What is read is opened with the key
    that it was read beside, and what is written is sealed while nobody can change the key.
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
        self._key = CurrentKey(path, keys)
        self._busy_timeout = busy_timeout
        self._opening = RLock()
        self._is_usable = False
        """Whether the file was seen to be a vault of this version."""

    def rows(self, query: str, values: Mapping[str, object]) -> list[sqlite3.Row]:
        """Return what a query finds: nothing while there is no vault."""
        if not self.exists():
            return []
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    def sealed_rows(
        self, sealed: SealedColumn, query: str, values: Mapping[str, object]
    ) -> list[tuple[sqlite3.Row, Secret]]:
        """Return what a query finds in a table with secrets, each row with its secret.

        Raises:
            VaultFailed: The bytes are not those that were sealed for this place.
        """
        if not self.exists():
            return []
        for _ in range(_LOOKS):
            with self._connection() as connection, _transaction(connection, "DEFERRED"):
                found = connection.execute(query, values).fetchall()
                identity = read_identity(connection, self.path)
            if not found:
                return []
            cipher = self._key.cipher(identity, self.identity)
            if cipher is not None:
                return [(row, self.unsealed(cipher, sealed, row)) for row in found]
        raise self._restless()

    def unsealed(self, cipher: Cipher, sealed: SealedColumn, row: sqlite3.Row) -> Secret:
        """Return a value as it was sealed.

        Raises:
            VaultFailed: The bytes are not those that were sealed for this place.
        """
        members = dict(row)
        value = cipher.unseal(members[sealed.column], sealed.place(members))
        if value is None:
            raise damaged(self.path, sealed, members)
        return value

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose writes are on the disk when the block ends, or undone."""
        self._ensure()
        with self._connection() as connection, _transaction(connection, "IMMEDIATE"):
            yield connection

    @contextmanager
    def sealing(self) -> Iterator[tuple[sqlite3.Connection, Cipher]]:
        """Yield a transaction, and the cipher of the key that the vault has until it ends."""
        for _ in range(_LOOKS):
            with self.transaction() as connection:
                cipher = self._key.known(read_identity(connection, self.path))
                if cipher is not None:
                    yield connection, cipher
                    return
            # Fetched outside: a keyring may be slow, and others want to write.
            self.prove_key()
        raise self._restless()

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
        with self._opening:
            if not self._is_usable and self._is_there():
                self._is_usable = self._inspect()
            return self._is_usable

    def identity(self) -> Identity:
        """Return what the vault says it is at this moment; the first call makes it."""
        self._ensure()
        with self._connection() as connection:
            return read_identity(connection, self.path)

    def prove_key(self) -> Cipher:
        """Return the cipher of the vault's own key, proved to be the right one.

        Raises:
            VaultFailed: The key is missing, unreadable or another vault's.
        """
        for _ in range(_LOOKS):
            cipher = self._key.cipher(self.identity(), self.identity)
            if cipher is not None:
                return cipher
        raise self._restless()

    def _ensure(self) -> None:
        with self._opening:
            if not self.exists():
                self._create()
                self._is_usable = True

    def _is_there(self) -> bool:
        found = require_private(self.path)
        # Empty is what a process that ended while it made the vault leaves.
        if found is None or found.st_size == 0:
            return False
        require_private(self.path.parent)
        return True

    def _inspect(self) -> bool:
        """Bring the vault up to date; tell whether anything was ever committed to it."""
        with self._connection() as connection:
            version = schema.schema_version(connection)
            if version is None:
                raise not_a_vault(self.path)
            if version == 0:
                return False
            known = len(self._migrations)
            if version > known:
                raise VaultFailed(
                    f"vault {self.path}: was written by a newer provision (schema {version}, this "
                    f"one knows {known})",
                    hint="update provision, or set PROVISION_VAULT to another file",
                )
            if version < known:
                with _transaction(connection, "IMMEDIATE"):
                    schema.migrate(connection, self._migrations)
            read_identity(connection, self.path)
            return True

    def _create(self) -> None:
        make_private_directory(self.path.parent)
        with translated(self.path):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        require_private(self.path)
        # Whoever comes second waits here until the first has committed.
        with self._connection() as connection, _transaction(connection, "IMMEDIATE"):
            if schema.schema_version(connection) != 0:
                read_identity(connection, self.path)
                return
            vault_id = os.urandom(16).hex()
            kind, key = self._keys.make(vault_id, self.path)
            schema.migrate(connection, self._migrations)
            identity = write_identity(connection, KeySlot(kind, vault_id), key)
        self._key.learn(identity, key)

    def _restless(self) -> VaultFailed:
        return VaultFailed(
            f"vault {self.path}: its key is changed again and again by other processes",
            hint="wait until they have ended, then run the command again",
        )

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
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:  # Ctrl-C included: half a change must not stay.
        connection.rollback()
        raise
