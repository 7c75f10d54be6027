"""The vault that an environment names, and what is done to all of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from provision.clock import Clock
from provision.stages.settings import secret_setting
from provision.vault.open import VaultSettings, open_upkeep, open_vault

if TYPE_CHECKING:
    from provision.vault.port import Vault
    from provision.vault.upkeep import Upkeep


def open_vault_of(environ: Mapping[str, str], clock: Clock) -> "Vault":
    """Return the vault that PROVISION_VAULT names, or the default one."""
    return open_vault(_settings(environ), clock)


def upkeep_of(environ: Mapping[str, str], clock: Clock) -> "Upkeep":
    """Return the upkeep of that vault.

    Raises:
        UsageError: The vault is switched off.
    """
    return open_upkeep(_settings(environ), clock)


def _settings(environ: Mapping[str, str]) -> VaultSettings:
    return VaultSettings(
        environ.get("PROVISION_VAULT"),
        Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"),
        Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"),
        secret_setting(environ, "PROVISION_VAULT_KEY"),
    )
