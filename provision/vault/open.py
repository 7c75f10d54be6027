"""Which vault a setting means; opening one neither reads nor makes a file."""

from collections.abc import Callable
from pathlib import Path

from provision.clock import Clock
from provision.secret import Secret
from provision.vault.key import KeyKeeper, require_key
from provision.vault.os_keyring import Keyring, system_keyring
from provision.vault.port import Vault


def open_vault(
    setting: str | None,
    data_home: Path,
    config_home: Path,
    key: Secret | None,
    clock: Clock,
    *,
    keyring: Callable[[], Keyring | None] = system_keyring,
) -> Vault:
    """Return the vault that PROVISION_VAULT names.

    Args:
        setting: The value of PROVISION_VAULT: a path, `none`, or None for the default.
        data_home: `$XDG_DATA_HOME` or what stands for it; the default vault lies below.
        config_home: `$XDG_CONFIG_HOME` or what stands for it; the key file lies below.
        key: The value of PROVISION_VAULT_KEY.
        clock: Tells what has expired.
        keyring: Finds the operating system's keyring when it is needed.

    Raises:
        UsageError: The key is not the base64 of 32 bytes.
    """
    ours = data_home / "provision"
    if setting == "none":
        from provision.vault.none import NoVault  # noqa: PLC0415  (one or the other is loaded)

        return NoVault(clock, ours / "locks")
    from provision.vault.sqlite_vault import SqliteVault  # noqa: PLC0415  (see above)

    given = None if key is None else require_key(key, "PROVISION_VAULT_KEY")
    path = Path(setting).expanduser().absolute() if setting else ours / "vault.db"
    keys = KeyKeeper(given, config_home / "provision" / "vault.key", keyring)
    return SqliteVault(path, keys, clock)
