"""SqliteUpkeep: what is done to a whole vault file, by one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provision.clock import Clock
from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.contents import Contents, read_contents
from provision.vault.identity import read_identity
from provision.vault.key import KeyKeeper, KeyKind
from provision.vault.key_rotation import KeyRotation
from provision.vault.locks import file_lock
from provision.vault.private_files import make_private_directory
from provision.vault.sqlite_file import BUSY_TIMEOUT, Store
from provision.vault.taking_in import TakingIn
from provision.vault.upkeep import Rotated, TakenIn, TakenOut

_PATIENCE = 10.0
"""Seconds to wait for another rotation, which takes a moment."""


class SqliteUpkeep:
    """The upkeep of one vault file."""

    def __init__(
        self, path: Path, keys: KeyKeeper, clock: Clock, *, busy_timeout: float = BUSY_TIMEOUT
    ) -> None:
        self._path = path
        self._keys = keys
        self._clock = clock
        self._store = Store(path, keys, busy_timeout=busy_timeout)

    def rotate_key(self, kind: KeyKind | None, given: Secret | None) -> Rotated:
        """Seal every secret under a new key; the vault opens with the old or the new one."""
        self._require_vault()
        with self._alone():
            return KeyRotation(self._store, self._keys).rotate(kind, given)

    def take_out(self) -> TakenOut:
        """Return everything that can be moved, secrets included; changes nothing."""
        self._require_vault()
        with self._store.sealing() as (connection, cipher):
            vault_id = read_identity(connection, self._path).vault_id
            contents, left = read_contents(connection, cipher, vault_id)
        return TakenOut(str(self._path), contents, left)

    def take_in(self, contents: Contents) -> TakenIn:
        """Merge the contents of another vault, all or nothing; harmless when repeated."""
        with self._store.sealing() as (connection, cipher):
            taking = TakingIn(connection, cipher)
            taking.take(contents)
        return TakenIn(str(self._path), tuple(taking.moved))

    def _require_vault(self) -> None:
        if not self._store.exists():
            raise VaultFailed(
                f"vault {self._path}: does not exist yet",
                hint="correct PROVISION_VAULT; `provision apply` and `authorize` make a vault",
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        make_private_directory(self._path.parent)
        locks = self._path.parent / "locks"
        with file_lock(locks, ("vault key",), _PATIENCE, self._clock) as is_held:
            if not is_held:
                raise VaultFailed(
                    f"vault {self._path}: another provision is changing its key",
                    hint="wait until it has ended, then run the command again",
                )
            yield
