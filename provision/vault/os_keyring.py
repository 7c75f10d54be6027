"""The operating system's keyring, when it has one that really keeps what it is given."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Final, Protocol

from provision.errors import VaultFailed
from provision.secret import Secret

_SERVICE: Final = "provision vault"
_RECOMMENDED: Final = 1.0
"""Backends below this priority keep nothing, keep it in the clear, or refuse everything.

Source: https://keyring.readthedocs.io/en/latest/#write-your-own-keyring-backend
"""
_LEAKS: Final = (
    ("jeepney", "DBusErrorResponse"),
    ("secretstorage.exceptions", "SecretStorageException"),
)
"""Errors of the Linux backend's own libraries that reach its callers as they are."""


class Keyring(Protocol):
    """Somewhere outside the vault that keeps keys, each as an entry."""

    def read(self, entry: str) -> Secret | None:
        """Return the key of that entry.

        Raises:
            VaultFailed: The keyring is locked or broken.
        """
        ...

    def write(self, entry: str, key: Secret) -> None:
        """Keep a key as that entry.

        Raises:
            VaultFailed: The keyring is locked or broken.
        """
        ...

    def remove(self, entry: str) -> None:
        """Remove that entry; one that is not there is no error.

        Raises:
            VaultFailed: The keyring is locked or broken.
        """
        ...


class Backend(Protocol):
    """What this module needs of a backend of the keyring library."""

    @property
    def priority(self) -> float:
        """How much the library recommends it; may raise where it cannot work."""
        ...

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove it."""
        ...


class OsKeyring:
    """A backend of the keyring library, its failures in our words."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def read(self, entry: str) -> Secret | None:
        """Return the key of that entry."""
        with _translated():
            found = self._backend.get_password(_SERVICE, entry)
        return None if found is None else Secret(found)

    def write(self, entry: str, key: Secret) -> None:
        """Keep a key as that entry."""
        with _translated():
            self._backend.set_password(_SERVICE, entry, key.reveal())

    def remove(self, entry: str) -> None:
        """Remove that entry; one that is not there is no error."""
        with _translated():
            if self._backend.get_password(_SERVICE, entry) is not None:
                self._backend.delete_password(_SERVICE, entry)


def system_keyring() -> Keyring | None:
    """Return this machine's keyring, None when it has none worth the name."""
    backend = trustworthy_backend()
    return None if backend is None else OsKeyring(backend)


def trustworthy_backend() -> Backend | None:
    """Return the keyring library's backend that keeps secrets, or None."""
    try:
        # A quarter of a second: only vaults whose key is there should pay it.
        from keyring import get_keyring  # noqa: PLC0415  (see above)

        backend = get_keyring()
    except (ImportError, AttributeError, OSError, RuntimeError, ValueError):
        # What PYTHON_KEYRING_BACKEND or a keyringrc.cfg with a wrong name ends in.
        return None
    chained: Iterable[Backend] = getattr(backend, "backends", [backend])
    return next((each for each in chained if is_trustworthy(each)), None)


def is_trustworthy(backend: Backend) -> bool:
    """Tell whether a backend keeps secrets, and keeps them secret."""
    try:
        priority = backend.priority
    except (ImportError, OSError, RuntimeError):
        return False
    return priority >= _RECOMMENDED and "plaintext" not in type(backend).__name__.lower()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except refusals() as error:
        raise VaultFailed(
            f"the operating system's keyring refused ({type(error).__name__})",
            hint="unlock the keyring and try again",
        ) from error


def refusals() -> tuple[type[Exception], ...]:
    """Return what backends raise: the library's own errors, and those of D-Bus that leak."""
    from keyring.errors import KeyringError  # noqa: PLC0415  (only when a keyring is used)

    found: list[type[Exception]] = [KeyringError, OSError, RuntimeError]
    for module, name in _LEAKS:
        with suppress(ImportError):
            found.append(getattr(import_module(module), name))
    return tuple(found)
