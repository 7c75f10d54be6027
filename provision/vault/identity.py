"""What a vault says about itself in the clear, in its table `meta`."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provision.secret import Secret
from provision.vault.cipher import Cipher, Place
from provision.vault.key import KEY_KINDS, KeySlot
from provision.vault.key_text import fingerprint
from provision.vault.refusals import not_a_vault

_CHECK_PLACE: Final = Place("meta", ("key_check",))
_CHECK: Final = "the key of this vault"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which vault this is, and which key opens it at this moment."""

    vault_id: str
    slot: KeySlot
    """Where the key is."""
    fingerprint: str
    """Of the key; empty in a vault that was made before there were fingerprints."""
    mark: bytes
    """A text that is sealed anew whenever the key changes; only the right key opens it."""

    def is_opened_by(self, cipher: Cipher) -> bool:
        """Tell whether a cipher has the vault's key."""
        return cipher.unseal(self.mark, _CHECK_PLACE) == Secret(_CHECK)


def read_identity(connection: sqlite3.Connection, path: Path) -> Identity:
    """Return what a vault says it is.

    Raises:
        VaultFailed: It says nothing that a vault would say.
    """
    meta = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    mark = meta.get("key_check")
    for kind in KEY_KINDS:
        if meta.get("key_kind") == kind and "vault_id" in meta:
            vault_id = str(meta["vault_id"])
            return Identity(
                vault_id=vault_id,
                slot=KeySlot(kind, vault_id, str(meta.get("key_name", ""))),
                fingerprint=str(meta.get("key_fingerprint", "")),
                mark=mark if isinstance(mark, bytes) else b"",
            )
    raise not_a_vault(path)


def write_identity(connection: sqlite3.Connection, slot: KeySlot, key: Secret) -> Identity:
    """Record which key opens the vault from now on, inside the caller's transaction."""
    mark = Cipher(key).seal(Secret(_CHECK), _CHECK_PLACE)
    made = Identity(slot.vault_id, slot, fingerprint(key), mark)
    connection.executemany(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
        [
            ("vault_id", slot.vault_id),
            ("key_kind", slot.kind),
            ("key_name", slot.name),
            ("key_fingerprint", made.fingerprint),
            ("key_check", mark),
        ],
    )
    return made
