"""The key of one vault, in memory for as long as the vault has it."""

from collections.abc import Callable
from pathlib import Path
from threading import RLock

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.cipher import Cipher
from provision.vault.identity import Identity
from provision.vault.key import KeyKeeper
from provision.vault.key_text import fingerprint


class CurrentKey:
    """Fetches the key when it is first needed, and again when another process changed it."""

    def __init__(self, path: Path, keys: KeyKeeper) -> None:
        self._path = path
        self._keys = keys
        self._held: tuple[bytes, Cipher] | None = None
        self._fetching = RLock()

    def learn(self, identity: Identity, key: Secret) -> None:
        """Take a key that was made here, so that nobody is asked for it."""
        self._held = (identity.mark, Cipher(key))

    def known(self, identity: Identity) -> Cipher | None:
        """Return the cipher of an identity if it is in memory; asks nobody."""
        held = self._held
        return held[1] if held is not None and held[0] == identity.mark else None

    def cipher(self, identity: Identity, look_again: Callable[[], Identity]) -> Cipher | None:
        """Return the cipher of an identity; None when the vault has another key by now.

        Args:
            identity: As it was read beside the values that are to be opened.
            look_again: Reads it anew.

        Raises:
            VaultFailed: The key is missing, unreadable or another vault's.
        """
        with self._fetching:
            found = self.known(identity)
            if found is None:
                try:
                    found = self._fetched(identity)
                except VaultFailed:
                    if look_again().mark == identity.mark:
                        raise
                    return None
                self._held = (identity.mark, found)
            return found

    def _fetched(self, identity: Identity) -> Cipher:
        key = self._keys.fetch(identity.slot, self._path)
        cipher = Cipher(key)
        origin = self._keys.origin(identity.slot)
        offered = fingerprint(key)
        if identity.fingerprint and identity.fingerprint != offered:
            raise VaultFailed(
                f"vault {self._path}: the key from {origin} does not open it (its fingerprint is "
                f"{offered}, the vault's key has {identity.fingerprint})",
                hint="give the key that the vault has now, or set PROVISION_VAULT to another file",
            )
        if identity.is_opened_by(cipher):
            return cipher
        if identity.fingerprint:
            raise VaultFailed(
                f"vault {self._path}: the check of its key is damaged, or was changed by another "
                f"program: the key from {origin} is the right one",
                hint="bring the vault back from a backup",
            )
        raise VaultFailed(
            f"vault {self._path}: the key from {origin} does not open it",
            hint="give the key that the vault was made with, or set PROVISION_VAULT to another "
            "file",
        )
