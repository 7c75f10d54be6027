"""A vault that is not ours, not private, not readable or too new is refused in one sentence."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from stat import S_IMODE

import pytest

from provision.errors import VaultFailed
from provision.vault.key import KeyKeeper
from provision.vault.port import GivenToken
from provision.vault.schema import MIGRATIONS, instant, migrate, schema_version
from provision.vault.sqlite_file import Store
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.samples import (
    CLIENT,
    IDS,
    MAILBOX,
    REGISTRATION,
    VAULT_KEY,
    held,
    sqlite_vault,
)


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    """A vault that exists, not opened yet by the object that the test gets."""
    sqlite_vault(tmp_path).keep_secret(CLIENT, held())
    return sqlite_vault(tmp_path, busy_timeout=0)


@pytest.fixture
def absent(tmp_path: Path) -> SqliteVault:
    (tmp_path / "data").mkdir(mode=0o700)
    return sqlite_vault(tmp_path)


@pytest.fixture
def memory() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def _execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(";".join(statements))


def _keys(vault: Path) -> KeyKeeper:
    return KeyKeeper(VAULT_KEY, vault.parent.parent / "config" / "vault.key", lambda: None)


def test_makes_directory_file_and_locks_private(vault: SqliteVault) -> None:
    with vault.lock("apply"):
        pass
    (lock,) = (vault.path.parent / "locks").iterdir()
    paths = (vault.path.parent, vault.path, lock.parent, lock)
    assert [S_IMODE(path.stat().st_mode) for path in paths] == [0o700, 0o600, 0o700, 0o600]


def test_names_lock_files_without_what_they_lock(vault: SqliteVault) -> None:
    with vault.lock("refresh", "tenant-1"):
        pass
    (lock,) = (vault.path.parent / "locks").iterdir()
    assert "tenant" not in lock.name


def test_leaves_one_file_behind(vault: SqliteVault) -> None:
    assert [each.name for each in vault.path.parent.iterdir()] == ["vault.db"]


def test_refuses_a_directory_that_lets_others_in(vault: SqliteVault) -> None:
    vault.path.parent.chmod(0o755)
    with pytest.raises(VaultFailed, match=r"lets others in \(mode 755, not 700\)") as e:
        vault.secret(CLIENT)
    assert f"chmod 700 {vault.path.parent}" in e.value.hint


def test_refuses_to_make_a_vault_where_others_can_look(absent: SqliteVault) -> None:
    absent.path.parent.chmod(0o777)
    with pytest.raises(VaultFailed, match="lets others in"):
        absent.keep_secret(CLIENT, held())
    assert not absent.path.exists()


def test_refuses_a_file_that_others_can_read(vault: SqliteVault) -> None:
    vault.path.chmod(0o644)
    with pytest.raises(VaultFailed, match=r"vault\.db: lets others in \(mode 644, not 600\)"):
        vault.secret(CLIENT)


def test_refuses_to_lock_where_others_can_look(vault: SqliteVault) -> None:
    vault.path.parent.chmod(0o755)
    with pytest.raises(VaultFailed, match="lets others in"):
        vault.lock("apply")


def test_refuses_a_file_that_is_no_database(absent: SqliteVault) -> None:
    absent.path.touch(mode=0o600)
    absent.path.write_text(
        "a shopping list, rather long, to be no valid header of any database\n" * 9
    )
    with pytest.raises(VaultFailed, match=r"vault\.db: is not a vault"):
        absent.secret(CLIENT)


def test_refuses_somebody_elses_database(absent: SqliteVault) -> None:
    absent.path.touch(mode=0o600)
    _execute(absent.path, "CREATE TABLE recipe (name TEXT)")
    with pytest.raises(VaultFailed, match="is not a vault"):
        absent.keep_secret(CLIENT, held())


def test_refuses_somebody_elses_numbered_database(absent: SqliteVault) -> None:
    absent.path.touch(mode=0o600)
    _execute(absent.path, "PRAGMA application_id = 7", "PRAGMA user_version = 1")
    with pytest.raises(VaultFailed, match="is not a vault"):
        absent.secret(CLIENT)


def test_refuses_a_kind_of_key_that_it_does_not_know(vault: SqliteVault) -> None:
    _execute(vault.path, "UPDATE meta SET value = 'tattoo' WHERE name = 'key_kind'")
    with pytest.raises(VaultFailed, match="is not a vault"):
        vault.secret(CLIENT)


def test_refuses_a_path_that_is_a_directory(absent: SqliteVault) -> None:
    absent.path.mkdir(mode=0o700)
    with pytest.raises(VaultFailed, match=r"vault\.db: cannot be opened"):
        absent.secret(CLIENT)


def test_refuses_a_path_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(VaultFailed, match="cannot be read"):
        sqlite_vault(tmp_path).secret(CLIENT)


def test_refuses_to_make_a_directory_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(VaultFailed, match="cannot be created"):
        sqlite_vault(tmp_path).lock("apply")


def test_refuses_a_lock_file_that_is_a_directory(vault: SqliteVault) -> None:
    with vault.lock("apply"):
        pass
    (lock,) = (vault.path.parent / "locks").iterdir()
    lock.unlink()
    lock.mkdir()
    with pytest.raises(VaultFailed, match="cannot be used"), vault.lock("apply"):
        pass


def test_refuses_a_name_that_cannot_be_created(absent: SqliteVault) -> None:
    absent.path.symlink_to(absent.path.parent / "gone" / "vault.db")
    with pytest.raises(VaultFailed, match=r"cannot be opened \(No such file"):
        absent.keep_secret(CLIENT, held())


def test_says_when_another_program_holds_the_file(vault: SqliteVault) -> None:
    with closing(sqlite3.connect(vault.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(VaultFailed, match="is locked by another program") as e:
            vault.secret(CLIENT)
    assert e.value.evidence == (("sqlite", "SQLITE_BUSY"),)


def test_says_when_a_table_is_missing(vault: SqliteVault) -> None:
    _execute(vault.path, "DROP TABLE client_secret")
    with pytest.raises(VaultFailed, match="SQLite says SQLITE_ERROR"):
        vault.secret(CLIENT)


def test_says_when_the_file_vanished_while_in_use(vault: SqliteVault) -> None:
    assert vault.secret(CLIENT) == held()
    vault.path.unlink()
    with pytest.raises(VaultFailed, match="cannot be opened"):
        vault.secret(CLIENT)


def test_refuses_a_vault_of_a_newer_provision(vault: SqliteVault) -> None:
    _execute(vault.path, "PRAGMA user_version = 99")
    with pytest.raises(VaultFailed, match=r"newer provision \(schema 99, this one knows 4\)"):
        vault.secret(CLIENT)


def test_leaves_a_vault_of_a_newer_provision_alone(vault: SqliteVault) -> None:
    _execute(vault.path, "PRAGMA user_version = 99")
    before = vault.path.read_bytes()
    with pytest.raises(VaultFailed, match="newer"):
        vault.remember_ids(REGISTRATION, IDS)
    assert vault.path.read_bytes() == before


def test_brings_an_older_vault_up_to_date(vault: SqliteVault) -> None:
    step = ("ALTER TABLE client_secret ADD COLUMN note TEXT DEFAULT 'none'",)
    newer = Store(vault.path, _keys(vault.path), migrations=(*MIGRATIONS, step))
    assert [row["note"] for row in newer.rows("SELECT note FROM client_secret", {})] == ["none"]


def test_keeps_the_holders_of_a_vault_from_before_the_ledger(absent: SqliteVault) -> None:
    older = Store(absent.path, _keys(absent.path), migrations=MIGRATIONS[:3])
    row = f"'{MAILBOX.cloud}', '{MAILBOX.tenant_id}', '{MAILBOX.client_id}', '{MAILBOX.address}'"
    issued, handed = "2031-01-01T00:00:00.000000+00:00", "2031-01-02T00:00:00.000000+00:00"
    older.write(f"INSERT INTO refresh_token VALUES ({row}, 2, x'00', '{issued}', NULL, NULL)", {})
    older.write(f"INSERT INTO handoff VALUES ({row}, 'aem', 2, '{handed}')", {})
    older.write(f"INSERT INTO handoff VALUES ({row}, 'mutt', 1, '{handed}')", {})
    assert [(h.key.name, h.token, h.secret) for h in absent.holders(CLIENT)] == [
        ("aem", GivenToken(2, instant(issued), instant(handed)), None),
        ("mutt", GivenToken(1, instant(handed), instant(handed)), None),
    ]


def test_moves_into_a_database_that_nobody_has_used(absent: SqliteVault) -> None:
    absent.path.touch(mode=0o600)
    _execute(absent.path, "VACUUM")
    assert absent.path.stat().st_size > 0
    assert absent.secret(CLIENT) is None
    absent.keep_secret(CLIENT, held())
    assert absent.secret(CLIENT) == held()


def test_gives_way_to_a_vault_that_was_made_a_moment_earlier(vault: SqliteVault) -> None:
    late = Store(vault.path, _keys(vault.path))
    late._create()  # noqa: SLF001  (the moment between looking and making cannot be hit otherwise)
    assert vault.secret(CLIENT) == held()


def test_takes_every_step_from_an_empty_file(memory: sqlite3.Connection) -> None:
    steps = (("CREATE TABLE a (x)",), ("ALTER TABLE a ADD COLUMN y",))
    migrate(memory, steps)
    memory.execute("INSERT INTO a (x, y) VALUES (1, 2)")
    assert schema_version(memory) == 2


def test_takes_no_step_twice(memory: sqlite3.Connection) -> None:
    migrate(memory)
    migrate(memory)
    assert schema_version(memory) == len(MIGRATIONS)
