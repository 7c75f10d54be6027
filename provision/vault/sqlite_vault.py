"""SqliteVault: the vault in one encrypted file, for many processes and threads at once."""

from contextlib import AbstractContextManager
from pathlib import Path

from provision.clock import Clock
from provision.vault.client_secrets import ClientSecretRows
from provision.vault.forgetting import ForgettingRows
from provision.vault.key import KeyKeeper, KeyKind
from provision.vault.ledger_rows import LedgerRows
from provision.vault.pending_mints import IntentRows
from provision.vault.pending_sign_ins import PendingRows
from provision.vault.port import LOCK_TIMEOUT
from provision.vault.private_files import make_private_directory
from provision.vault.sign_ins import SignInRows
from provision.vault.sqlite_file import BUSY_TIMEOUT, Store
from provision.vault.tokens import TokenRows


class SqliteVault(
    ClientSecretRows,
    IntentRows,
    SignInRows,
    TokenRows,
    PendingRows,
    LedgerRows,
    ForgettingRows,
):
    """A vault whose secrets are sealed with AES-GCM; the rest of it can be read by its owner.

    Nothing is opened, asked or made before the first method is called.
    """

    holds_secrets = True

    def __init__(
        self, path: Path, keys: KeyKeeper, clock: Clock, *, busy_timeout: float = BUSY_TIMEOUT
    ) -> None:
        self.path = path
        self._clock = clock
        self._store = Store(path, keys, busy_timeout=busy_timeout)

    @property
    def key_kind(self) -> KeyKind | None:
        """Return which kind of key made the vault; None while there is no vault."""
        return self._store.identity().slot.kind if self._store.exists() else None

    def prepare(self) -> None:
        """Prove that a secret could be kept here, before there is one."""
        with self._store.sealing():
            pass  # a read-only or locked file has refused by here

    def lock(self, *name: str, timeout: float = LOCK_TIMEOUT) -> AbstractContextManager[bool]:
        """Hold the lock of that name for the `with` block; yield whether it is held."""
        # Loads a library that a cached token should not pay for.
        from provision.vault.locks import file_lock  # noqa: PLC0415  (see above)

        make_private_directory(self.path.parent)
        return file_lock(self.path.parent / "locks", name, timeout, self._clock)
