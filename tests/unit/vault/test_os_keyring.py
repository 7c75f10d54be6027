"""Only a keyring that really keeps secrets is used, and its failures are put into words."""

from types import ModuleType

import pytest
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.os_keyring import Backend, OsKeyring, is_trustworthy, system_keyring


class MemoryBackend:
    """A backend that keeps what it is given."""

    def __init__(self, priority: float = 5.0) -> None:
        self.priority = priority
        self._kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._kept[service, username]


class PlaintextBackend(MemoryBackend):
    """A backend whose name gives it away."""


class LockedBackend(MemoryBackend):
    """A backend that somebody declined to unlock."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked


class BrokenBackend(MemoryBackend):
    """A backend that cannot work here."""

    @property
    def priority(self) -> float:
        raise RuntimeError

    @priority.setter
    def priority(self, value: float) -> None:
        del value


def _as_backend(module: ModuleType) -> Backend:
    """Return the backend of one of the keyring library's own modules."""
    backend: Backend = module.Keyring()
    return backend


def test_gives_back_the_key_of_a_vault() -> None:
    keyring = OsKeyring(MemoryBackend())
    keyring.write("vault-1", Secret("key"))
    assert keyring.read("vault-1") == Secret("key")


def test_has_no_key_of_another_vault() -> None:
    keyring = OsKeyring(MemoryBackend())
    keyring.write("vault-1", Secret("key"))
    assert keyring.read("vault-2") is None


def test_puts_a_locked_keyring_into_words() -> None:
    with pytest.raises(VaultFailed, match="keyring refused") as e:
        OsKeyring(LockedBackend()).read("vault-1")
    assert "unlock" in e.value.hint


def test_trusts_a_backend_that_keeps_secrets() -> None:
    assert is_trustworthy(MemoryBackend())


@pytest.mark.parametrize(
    "backend",
    [_as_backend(fail), _as_backend(null), PlaintextBackend(), BrokenBackend(), MemoryBackend(0.5)],
)
def test_trusts_no_backend_that_does_not(backend: Backend) -> None:
    assert not is_trustworthy(backend)


def test_finds_none_where_the_library_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", _as_backend(fail))
    assert system_keyring() is None


def test_finds_none_where_the_library_is_misconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Backend")
    assert system_keyring() is None


def test_uses_the_first_backend_of_a_chain_that_is_worth_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Chain:
        backends = (PlaintextBackend(), MemoryBackend())

    monkeypatch.setattr("keyring.core._keyring_backend", Chain())
    found = system_keyring()
    assert found is not None
    found.write("vault-1", Secret("key"))
    assert Chain.backends[1].get_password("provision vault", "vault-1") == "key"
