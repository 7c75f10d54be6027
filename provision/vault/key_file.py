"""A file that holds one key, for its owner alone."""

import os
from contextlib import suppress
from pathlib import Path

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.key_text import LOST, require_stored_key
from provision.vault.private_files import require_private, sync_directory


def read_key_file(path: Path) -> Secret | None:
    """Return the key in a file; None when there is no file.

    Raises:
        VaultFailed: It cannot be read, lets others in, or holds no key.
    """
    if require_private(path) is None:
        return None
    try:
        found = Secret(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise VaultFailed(f"key file {path}: cannot be read", hint=LOST) from error
    return require_stored_key(found, f"key file {path}")


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


def remove_key_file(path: Path) -> bool:
    """Remove a key file; tell whether it is gone for good."""
    try:
        path.unlink(missing_ok=True)
        sync_directory(path.parent)
    except OSError:
        return False
    return True
