"""Upkeep, the port: what is done to a whole vault, once in a while and by a person."""

from dataclasses import dataclass
from typing import Protocol

from provision.secret import Secret
from provision.vault.contents import Contents
from provision.vault.key import KeyKind
from provision.vault.moving import Moved


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


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What a vault gave to be moved."""

    vault: str
    """Where the vault is."""
    contents: Contents
    left: tuple[Moved, ...]
    """What stays in it, and what could not be read."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a vault took."""

    vault: str
    """Where the vault is."""
    moved: tuple[Moved, ...]
    """What was taken, kept and left; not what was here already, as it was."""


class Upkeep(Protocol):
    """A vault that can be rekeyed and moved.

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

    def take_out(self) -> TakenOut:
        """Return everything that can be moved, secrets included; changes nothing."""
        ...

    def take_in(self, contents: Contents) -> TakenIn:
        """Merge the contents of another vault, all or nothing; harmless when repeated.

        Of two refresh tokens of a mailbox the one that was issued last is the newest afterwards.
        """
        ...
