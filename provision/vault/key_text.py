"""A vault's key as text: the base64 of 32 bytes."""

import os
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final

from provision.errors import UsageError, VaultFailed
from provision.secret import Secret

KEY_BYTES: Final = 32
LOST: Final = (
    "bring it back from a backup, or move the vault away: `provision apply` makes a new one"
)
"""What to do about a key that is gone."""


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


def require_stored_key(found: Secret, origin: str) -> Secret:
    """Return the key that was found.

    Raises:
        VaultFailed: It is not the base64 of 32 bytes.
    """
    if not _is_key(found):
        raise VaultFailed(f"{origin}: what is there is not the key of a vault", hint=LOST)
    return found


def _is_key(candidate: Secret) -> bool:
    try:
        return len(b64decode(candidate.reveal(), validate=True)) == KEY_BYTES
    except ValueError:
        return False
