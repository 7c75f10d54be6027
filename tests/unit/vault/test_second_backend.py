"""A second backend is one file: it passes the contract that the vault in a file passes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from provision.vault.port import Vault
from tests.unit.vault.keeping_contract import KeepingContract
from tests.unit.vault.samples import clock
from tests.unit.vault.second_backend import Shelf, ShelfVault


@pytest.fixture
def open_vault(tmp_path: Path) -> Callable[[], Vault]:
    shelf = Shelf()
    return lambda: ShelfVault(shelf, clock(), tmp_path / "locks")


class TestShelfVault(KeepingContract):
    """The contract, for a vault on a shelf."""
