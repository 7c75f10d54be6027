"""Another key for a vault: everything sealed anew in one transaction, with no moment unopenable.

A key lies outside the vault, so two places change. The vault announces the new key, the key is put
beside the old one, one transaction seals everything anew and records which key it is, and only
then the old one goes. Whatever ends the process in between, the vault names the key that opens it,
and the next rotation removes what the last one left.
"""

import json
import sqlite3
from collections.abc import Iterator
from typing import Final

from provision.errors import UsageError
from provision.secret import Secret
from provision.vault.cipher import Cipher
from provision.vault.identity import Identity, write_identity
from provision.vault.key import KEY_KINDS, KeyKeeper, KeyKind, KeySlot
from provision.vault.key_text import fingerprint, new_key, require_key
from provision.vault.sealed_columns import SEALED, SealedColumn
from provision.vault.sqlite_file import Store
from provision.vault.upkeep import Rotated

_NEW_KEY: Final = "PROVISION_VAULT_NEW_KEY"
_ANNOUNCED: Final = "announced_key"
_REPLACED: Final = "replaced_key"
"""Names in `meta` of keys that may lie outside without being the vault's."""


class KeyRotation:
    """Changes the key of one vault; the caller sees to it that nobody else does so meanwhile."""

    def __init__(self, store: Store, keys: KeyKeeper) -> None:
        self._store = store
        self._keys = keys

    def rotate(self, kind: KeyKind | None, given: Secret | None) -> Rotated:
        """Seal every secret under a new key of that kind."""
        identity = self._store.identity()
        wanted = kind or identity.slot.kind
        key = _key_of(wanted, given)
        is_kind_kept = wanted == identity.slot.kind == "environment"
        if is_kind_kept and identity.is_opened_by(Cipher(key)):
            self._sweep(identity)
            return self._rotated(identity, was_done_before=True)
        self._store.prove_key()
        self._sweep(identity)
        name = "" if wanted == "environment" else fingerprint(key)
        slot = KeySlot(wanted, identity.vault_id, name)
        self._announce(slot)
        self._keys.place(slot, self._store.path, key)
        values, unreadable = self._switch(identity.slot, slot, key)
        left = self._keys.remove(identity.slot)
        if not left:
            self._forget(_REPLACED)
        return self._rotated(
            self._store.identity(), values=values, unreadable=unreadable, old_key_in=left
        )

    def _announce(self, slot: KeySlot) -> None:
        if slot.kind != "environment":
            with self._store.transaction() as connection:
                _record(connection, _ANNOUNCED, slot)

    def _switch(self, old: KeySlot, new: KeySlot, key: Secret) -> tuple[int, tuple[str, ...]]:
        """Seal everything anew; return how many values were, and which could not be read."""
        fresh = Cipher(key)
        values, unreadable = 0, []
        with self._store.sealing() as (connection, cipher):
            for sealed in sealed_columns(connection):
                for row in _rows(connection, sealed):
                    value = cipher.unseal(_bytes(row[sealed.column]), sealed.place(row))
                    if value is None:
                        unreadable.append(sealed.name(row))
                        continue
                    values += 1
                    connection.execute(
                        f"UPDATE {sealed.table} SET {sealed.column} = ? WHERE rowid = ?",  # noqa: S608  (names of our own)
                        (fresh.seal(value, sealed.place(row)), row["row_number"]),
                    )
            write_identity(connection, new, key)
            _record(connection, _REPLACED, old)
            connection.execute("DELETE FROM meta WHERE name = ?", (_ANNOUNCED,))
        return values, tuple(unreadable)

    def _sweep(self, identity: Identity) -> None:
        """Remove the keys that a rotation left which was ended before it could."""
        query = "SELECT value FROM meta WHERE name IN (:announced, :replaced)"
        names = {"announced": _ANNOUNCED, "replaced": _REPLACED}
        for row in self._store.rows(query, names):
            slot = _slot(row["value"], identity.vault_id)
            if slot is not None and slot != identity.slot:
                self._keys.remove(slot)
        self._forget(_ANNOUNCED)
        self._forget(_REPLACED)

    def _forget(self, name: str) -> None:
        self._store.write("DELETE FROM meta WHERE name = :name", {"name": name})

    def _rotated(
        self,
        identity: Identity,
        *,
        values: int = 0,
        unreadable: tuple[str, ...] = (),
        old_key_in: str = "",
        was_done_before: bool = False,
    ) -> Rotated:
        return Rotated(
            vault=str(self._store.path),
            kind=identity.slot.kind,
            origin=self._keys.origin(identity.slot),
            fingerprint=identity.fingerprint,
            values=values,
            unreadable=unreadable,
            old_key_in=old_key_in,
            was_done_before=was_done_before,
        )


def sealed_columns(connection: sqlite3.Connection) -> Iterator[SealedColumn]:
    """Yield the sealed columns of every table that the file has."""
    tables = connection.execute(
        "SELECT DISTINCT tables.name FROM sqlite_master AS tables,"
        " pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND tables.name != 'meta' AND columns.type = 'BLOB'"
    ).fetchall()
    # A table that nobody listed must end the rotation: its secrets would be lost.
    yield from (SEALED[table] for (table,) in tables)


def _rows(connection: sqlite3.Connection, sealed: SealedColumn) -> list[dict[str, object]]:
    query = f"SELECT rowid AS row_number, * FROM {sealed.table}"  # noqa: S608  (a name of our own)
    return [dict(row) for row in connection.execute(query).fetchall()]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _key_of(kind: KeyKind, given: Secret | None) -> Secret:
    if kind != "environment":
        if given is None:
            return new_key()
        raise UsageError(
            f"{_NEW_KEY}: is set, and the vault's new key would be of kind {kind}",
            hint=f"add `--to environment`, or unset {_NEW_KEY}",
        )
    if given is None:
        raise UsageError(
            f"{_NEW_KEY}: is not set, and the vault's new key has to come from there",
            hint=f"make a key with `openssl rand -base64 32` and set {_NEW_KEY} to it, or choose "
            "another kind with `--to`",
        )
    return require_key(given, _NEW_KEY)


def _record(connection: sqlite3.Connection, name: str, slot: KeySlot) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
        (name, json.dumps([slot.kind, slot.name])),
    )


def _slot(recorded: object, vault_id: str) -> KeySlot | None:
    try:
        found, name = json.loads(str(recorded))
    except ValueError:
        return None
    return next((KeySlot(kind, vault_id, str(name)) for kind in KEY_KINDS if kind == found), None)
