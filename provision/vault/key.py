"""Where a vault's key comes from: given, in the operating system's keyring, or in a file."""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, assert_never

from provision.errors import UsageError, VaultFailed
from provision.secret import Secret
from provision.vault.os_keyring import Keyring, system_keyring
from provision.vault.private_files import require_private, sync_directory

KeyKind = Literal["environment", "keyring", "file"]
KEY_KINDS: Final[tuple[KeyKind, ...]] = ("environment", "keyring", "file")
KEY_BYTES: Final = 32
_LOST = "bring it back from a backup, or move the vault away: `provision apply` makes a new one"


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

    def _fetch_given(self, vault: Path) -> Secret:
        if self.given is None:
            raise VaultFailed(
                f"vault {vault}: was made with PROVISION_VAULT_KEY, which is not set",
                hint="set PROVISION_VAULT_KEY to the key that it was made with",
            )
        return require_key(self.given, "PROVISION_VAULT_KEY")

    def _fetch_from_keyring(self, slot: KeySlot, vault: Path) -> Secret:
        keyring = self.keyring()
        if keyring is None:
            raise VaultFailed(
                f"vault {vault}: its key is in the operating system's keyring, and there is none "
                "in this session",
                hint="log in where the keyring is unlocked; for a pipeline, set PROVISION_VAULT to "
                "another file and PROVISION_VAULT_KEY to a key of its own",
            )
        found = keyring.read(slot.entry)
        if found is None:
            raise VaultFailed(
                f"vault {vault}: its key is no longer in the operating system's keyring",
                hint=_LOST,
            )
        return _require_stored_key(found, self.origin(slot))

    def _fetch_from_file(self, slot: KeySlot, vault: Path) -> Secret:
        path = self.file(slot)
        found = _read(path)
        if found is None:
            raise VaultFailed(f"vault {vault}: its key file {path} is missing", hint=_LOST)
        return found

    def _make_file(self, vault: Path, key: Secret) -> Secret:
        self.require_apart(vault)
        found = _read(self.key_file)
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


def new_key() -> Secret:
    """Return a key that nobody has."""
    return Secret(b64encode(os.urandom(KEY_BYTES)).decode())


def fingerprint(key: Secret) -> str:
    """Return what a key is known by; it says nothing about the key."""
    return sha256(b"provision vault key " + b64decode(key.reveal())).hexdigest()[:16]


def require_key(given: Secret, origin: str) -> Secret:
    """Return the key that was given.

    Raises:
        UsageError: It is not the base64 of 32 bytes.
    """
    if not _is_key(given):
        raise UsageError(
            f"{origin}: is not the base64 of {KEY_BYTES} bytes",
            hint=f"make a key with `openssl rand -base64 {KEY_BYTES}`",
        )
    return given


def _require_stored_key(found: Secret, origin: str) -> Secret:
    if not _is_key(found):
        raise VaultFailed(f"{origin}: what is there is not the key of a vault", hint=_LOST)
    return found


def _is_key(candidate: Secret) -> bool:
    try:
        return len(b64decode(candidate.reveal(), validate=True)) == KEY_BYTES
    except ValueError:
        return False


def _keeps(keyring: Keyring, vault_id: str, key: Secret) -> bool:
    try:
        keyring.write(vault_id, key)
        return keyring.read(vault_id) == key
    except VaultFailed:
        # A new vault may choose: its key goes into a file, and the vault remembers that.
        return False


def _read(path: Path) -> Secret | None:
    if require_private(path) is None:
        return None
    try:
        found = Secret(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise VaultFailed(f"key file {path}: cannot be read", hint=_LOST) from error
    return _require_stored_key(found, f"key file {path}")


def write_key_file(path: Path, key: Secret) -> None:
    """Write a file that appears complete or not at all, and never replaces another.

    Raises:
        VaultFailed: The operating system refused.
    """
    try:
        _write_new(path, key)
    except OSError as error:
        raise VaultFailed(
            f"key file {path}: cannot be created ({error.strerror})",
            hint="make its directory writable, or set PROVISION_VAULT_KEY",
        ) from error


def _write_new(path: Path, key: Secret) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.reveal() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    sync_directory(path.parent)
