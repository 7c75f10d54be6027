"""What a person does to the vault as a whole: give it another key."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from provision.clock import Clock
from provision.stages.settings import secret_setting
from provision.stages.vault_of_environment import upkeep_of

if TYPE_CHECKING:
    from provision.vault.key import KeyKind
    from provision.vault.upkeep import Rotated


class VaultWork:
    """The vault that an environment names, and what can be done to it."""

    def __init__(self, environ: Mapping[str, str], clock: Clock) -> None:
        self._environ = environ
        self._clock = clock

    def rotate_key(self, kind: "KeyKind | None") -> "Rotated":
        """Seal the vault's secrets under a new key; PROVISION_VAULT_NEW_KEY gives one.

        Raises:
            UsageError: That variable is set and not wanted, wanted and not set, or no key.
            VaultFailed: The old key does not open the vault, or the new one cannot be kept.
        """
        given = secret_setting(self._environ, "PROVISION_VAULT_NEW_KEY")
        return upkeep_of(self._environ, self._clock).rotate_key(kind, given)
