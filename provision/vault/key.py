"""Where a vault's key comes from: given, in the operating system's keyring, or in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, assert_never

from provision.errors import UsageError, VaultFailed
from provision.secret import Secret
from provision.vault.key_file import read_key_file, remove_key_file, write_key_file
from provision.vault.key_text import LOST, new_key, require_key, require_stored_key
from provision.vault.os_keyring import Keyring, system_keyring

KeyKind = Literal["environment", "keyring", "file"]
KEY_KINDS: Final[tuple[KeyKind, ...]] = ("environment", "keyring", "file")


@dataclass(frozen=True, slots=True)
class KeySlot:
    """A place that holds one key."""

    kind: KeyKind
    vault_id: str
    name: str = ""
    """The key's fingerprint where it replaced another; empty for the first key of a vault, which
    stands in the keyring under the vault's id, or in the file that new vaults share.
    """

    @property
    def entry(self) -> str:
        """Return what the keyring knows the key by."""
        return f"{self.vault_id} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class KeyKeeper:
    """Makes the key of a new vault, and fetches the key of an old one from where it was made."""

    given: Secret | None
    """The value of PROVISION_VAULT_KEY."""
    key_file: Path
    keyring: Callable[[], Keyring | None] = system_keyring
    """Called only when a keyring may be needed, since finding one is slow."""

    def make(self, vault_id: str, vault: Path) -> tuple[KeyKind, Secret]:
        """Return a key for a new vault, and of which kind it is; the first kind that works wins."""
        if self.given is not None:
            return "environment", require_key(self.given, "PROVISION_VAULT_KEY")
        key = new_key()
        keyring = self.keyring()
        if keyring is not None and _keeps(keyring, vault_id, key):
            return "keyring", key
        return "file", self._make_file(vault, key)

    def fetch(self, slot: KeySlot, vault: Path) -> Secret:
        """Return the key of an old vault, asking nobody but the slot that has it.

        Raises:
            VaultFailed: It is not there any more, or not a key.
        """
        match slot.kind:
            case "environment":
                return self._fetch_given(vault)
            case "keyring":
                return self._fetch_from_keyring(slot, vault)
            case "file":
                return self._fetch_from_file(slot, vault)
            case _:
                assert_never(slot.kind)

    def origin(self, slot: KeySlot) -> str:
        """Return where a key comes from, for a sentence."""
        match slot.kind:
            case "environment":
                return "PROVISION_VAULT_KEY"
            case "keyring":
                return "the operating system's keyring"
            case "file":
                return str(self.file(slot))
            case _:
                assert_never(slot.kind)

    def file(self, slot: KeySlot) -> Path:
        """Return the file of a key."""
        return self.key_file.with_name(f"vault-{slot.name}.key") if slot.name else self.key_file

    def place(self, slot: KeySlot, vault: Path, key: Secret) -> None:
        """Put a key that is about to replace another into a slot of its own, and read it back.

        Raises:
            VaultFailed: It is not kept there.
            UsageError: It would lie beside the vault.
        """
        match slot.kind:
            case "environment":
                return  # whoever gave it keeps it
            case "keyring":
                keyring = self.keyring()
                if keyring is None:
                    raise VaultFailed(
                        f"vault {vault}: its new key would go into the operating system's keyring, "
                        "and there is none in this session",
                        hint="log in where the keyring is unlocked, or `provision vault rotate-key "
                        "--to file`; the vault has the key that it had",
                    )
                keyring.write(slot.entry, key)
                found = keyring.read(slot.entry)
            case "file":
                self.require_apart(vault)
                write_key_file(self.file(slot), key)
                found = read_key_file(self.file(slot))
            case _:
                assert_never(slot.kind)
        if found != key:
            raise VaultFailed(
                f"vault {vault}: {self.origin(slot)} did not keep the new key as it was given",
                hint="choose another kind of key with `provision vault rotate-key --to`; the vault "
                "has the key that it had",
            )

    def remove(self, slot: KeySlot) -> str:
        """Remove a key that nothing needs any more; return where it still is, empty when gone."""
        match slot.kind:
            case "environment":
                return self.origin(slot)
            case "keyring":
                keyring = self.keyring()
                is_gone = keyring is not None and _is_removed(keyring, slot.entry)
                return "" if is_gone else f"{self.origin(slot)} ({slot.entry})"
            case "file":
                # New vaults share the file without a name: another one may need it.
                is_gone = bool(slot.name) and remove_key_file(self.file(slot))
                return "" if is_gone else self.origin(slot)
            case _:
                assert_never(slot.kind)

    def _fetch_given(self, vault: Path) -> Secret:
        if self.given is None:
            raise VaultFailed(
                f"vault {vault}: was made with PROVISION_VAULT_KEY, which is not set",
                hint="set PROVISION_VAULT_KEY to the key that it was made with",
            )
        return require_key(self.given, "PROVISION_VAULT_KEY")

    def _fetch_from_keyring(self, slot: KeySlot, vault: Path) -> Secret:
        found = self._keyring_of_session(vault).read(slot.entry)
        if found is None:
            raise VaultFailed(
                f"vault {vault}: its key is no longer in the operating system's keyring",
                hint=LOST,
            )
        return require_stored_key(found, self.origin(slot))

    def _keyring_of_session(self, vault: Path) -> Keyring:
        keyring = self.keyring()
        if keyring is None:
            raise VaultFailed(
                f"vault {vault}: its key is in the operating system's keyring, and there is none "
                "in this session",
                hint="log in where the keyring is unlocked; for a pipeline, set PROVISION_VAULT to "
                "another file and PROVISION_VAULT_KEY to a key of its own",
            )
        return keyring

    def _fetch_from_file(self, slot: KeySlot, vault: Path) -> Secret:
        path = self.file(slot)
        found = read_key_file(path)
        if found is None:
            raise VaultFailed(f"vault {vault}: its key file {path} is missing", hint=LOST)
        return found

    def _make_file(self, vault: Path, key: Secret) -> Secret:
        self.require_apart(vault)
        found = read_key_file(self.key_file)
        if found is not None:
            return found
        write_key_file(self.key_file, key)
        # Read back, since a process that was a moment earlier may have written another.
        return self._fetch_from_file(KeySlot("file", ""), vault)

    def require_apart(self, vault: Path) -> None:
        """Prove that key files do not lie beside the vault that they open.

        Raises:
            UsageError: They would.
        """
        if self.key_file.resolve().is_relative_to(vault.parent.resolve()):
            raise UsageError(
                f"key file {self.key_file}: would lie beside the vault that it opens",
                hint="set PROVISION_VAULT_KEY, or PROVISION_VAULT to a file in another directory",
            )


def _keeps(keyring: Keyring, vault_id: str, key: Secret) -> bool:
    try:
        keyring.write(vault_id, key)
        return keyring.read(vault_id) == key
    except VaultFailed:
        # A new vault may choose: its key goes into a file, and the vault remembers that.
        return False


def _is_removed(keyring: Keyring, entry: str) -> bool:
    try:
        keyring.remove(entry)
    except VaultFailed:
        return False
    return True
