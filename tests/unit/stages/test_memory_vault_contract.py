"""The vault in memory keeps the contract of the port, or the tests beside it prove nothing."""

from pathlib import Path

import pytest

from provision.vault.port import Vault
from tests.fakes.vault import MemoryVault
from tests.unit.vault.contract import VaultContract
from tests.unit.vault.samples import MAIL, MAILBOX, SCOPES, START, access, clock, minutes, signed_in


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return MemoryVault(clock(), tmp_path / "locks")


class TestMemoryVault(VaultContract):
    pass


def test_caches_an_access_token_until_ten_minutes_before_its_end(vault: Vault) -> None:
    vault.keep_access_token(MAILBOX, access(life=60))

    assert vault.access_token(MAILBOX, MAIL, SCOPES, START + minutes(49)) == access(life=60)
    assert vault.access_token(MAILBOX, MAIL, SCOPES, START + minutes(50)) is None


def test_a_new_sign_in_empties_the_cache(vault: Vault) -> None:
    vault.keep_access_token(MAILBOX, access())

    vault.keep_sign_in(signed_in(), access().token)

    assert vault.access_token(MAILBOX, MAIL, SCOPES, START) is None
