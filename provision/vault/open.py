"""Which vault a setting means; opening one neither reads nor makes a file.

The only place that knows every backend: a second one is a case here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from provision.clock import Clock
from provision.errors import UsageError
from provision.secret import Secret
from provision.vault.key import KeyKeeper
from provision.vault.key_text import require_key
from provision.vault.os_keyring import Keyring, system_keyring
from provision.vault.port import Vault
from provision.vault.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class VaultSettings:
    """What the environment says about the vault."""

    setting: str | None
    """The value of PROVISION_VAULT: a path, `none`, or None for the default."""
    data_home: Path
    """`$XDG_DATA_HOME` or what stands for it; the default vault lies below."""
    config_home: Path
    """`$XDG_CONFIG_HOME` or what stands for it; the key file lies below."""
    key: Secret | None
    """The value of PROVISION_VAULT_KEY."""

    @property
    def path(self) -> Path:
        """Return where the vault file lies."""
        if self.setting:
            return Path(self.setting).expanduser().absolute()
        return self.data_home / "provision" / "vault.db"


def open_vault(
    settings: VaultSettings,
    clock: Clock,
    *,
    keyring: Callable[[], Keyring | None] = system_keyring,
) -> Vault:
    """Return the vault that PROVISION_VAULT names.

    Args:
        settings: Where it is, and where its key may be.
        clock: Tells what has expired.
        keyring: Finds the operating system's keyring when it is needed.

    Raises:
        UsageError: The key is not the base64 of 32 bytes.
    """
    if settings.setting == "none":
        from provision.vault.none import NoVault  # noqa: PLC0415  (one or the other is loaded)

        return NoVault(clock, settings.data_home / "provision" / "locks")
    from provision.vault.sqlite_vault import SqliteVault  # noqa: PLC0415  (see above)

    return SqliteVault(settings.path, _keeper(settings, keyring), clock)


def open_upkeep(
    settings: VaultSettings,
    clock: Clock,
    *,
    keyring: Callable[[], Keyring | None] = system_keyring,
) -> Upkeep:
    """Return what rekeys and moves the vault that PROVISION_VAULT names.

    Raises:
        UsageError: The vault is switched off, or the key is not the base64 of 32 bytes.
    """
    if settings.setting == "none":
        raise UsageError(
            "PROVISION_VAULT: is `none`, so there is no vault to rekey or to move",
            hint="unset PROVISION_VAULT, or set it to the vault's file",
        )
    from provision.vault.sqlite_upkeep import SqliteUpkeep  # noqa: PLC0415  (as above)

    return SqliteUpkeep(settings.path, _keeper(settings, keyring), clock)


def _keeper(settings: VaultSettings, keyring: Callable[[], Keyring | None]) -> KeyKeeper:
    given = None if settings.key is None else require_key(settings.key, "PROVISION_VAULT_KEY")
    return KeyKeeper(given, settings.config_home / "provision" / "vault.key", keyring)
