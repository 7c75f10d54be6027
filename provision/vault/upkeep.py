"""Upkeep, the port: what is done to a whole vault, once in a while and by a person."""

from dataclasses import dataclass
from typing import Protocol

from provision.secret import Secret
from provision.vault.key import KeyKind


@dataclass(frozen=True, slots=True)
class Rotated:
    """How the change of a vault's key ended."""

    vault: str
    """Where the vault is."""
    kind: KeyKind
    """Of the key that opens it now."""
    origin: str
    """Where that key is, in words."""
    fingerprint: str
    values: int
    """How many secrets were sealed anew."""
    unreadable: tuple[str, ...] = ()
    """Secrets that were damaged before, in words; they are as they were."""
    old_key_in: str = ""
    """Where the old key still is, in words; empty when it is gone."""
    was_done_before: bool = False
    """Whether an earlier run had changed the key to this one already."""


class Upkeep(Protocol):
    """A vault that can be rekeyed.

    Every method may raise `VaultFailed`, and is safe while other processes use the vault.
    """

    def rotate_key(self, kind: KeyKind | None, given: Secret | None) -> Rotated:
        """Seal every secret under a new key; the vault opens with the old or the new one, always.

        Args:
            kind: Of the new key; None for the kind that the vault has.
            given: The value of PROVISION_VAULT_NEW_KEY, which only a key of the environment needs.

        Raises:
            UsageError: A key was given and not wanted, wanted and not given, or is no key.
        """
        ...
