"""A vault of every version opens, is brought up to date once, and keeps every value."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.key import KeyKeeper
from provision.vault.key_text import fingerprint
from provision.vault.ledger import GivenToken
from provision.vault.port import GrantedScopes
from provision.vault.schema import MIGRATIONS, migrate
from provision.vault.sqlite_file import Store
from tests.unit.vault.older_vaults import VERSIONS, lay_down, shape_of
from tests.unit.vault.samples import (
    CLIENT,
    IDS,
    MAIL,
    MAILBOX,
    OTHER_KEY,
    REGISTRATION,
    SCOPES,
    START,
    VAULT_KEY,
    access,
    held,
    minutes,
    pending,
    signed_in,
    sqlite_upkeep,
    sqlite_vault,
)

every_version = pytest.mark.parametrize("version", VERSIONS)


def test_there_is_a_vault_of_every_version() -> None:
    assert list(range(1, len(MIGRATIONS) + 1)) == VERSIONS


@every_version
def test_published_steps_have_not_changed(version: int, tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        migrate(connection, MIGRATIONS[:version])
    assert shape_of(made) == shape_of(lay_down(version, tmp_path))


@every_version
def test_every_secret_is_still_there(version: int, tmp_path: Path) -> None:
    lay_down(version, tmp_path)
    vault = sqlite_vault(tmp_path)
    start_at = START if version >= 3 else None
    assert vault.secret(CLIENT) == replace(held(), start_at=start_at)
    tokens = [vault.refresh_token(MAILBOX, generation) for generation in (1, 2)]
    assert [t and (t.token, t.issued_at) for t in tokens] == [
        (Secret("refresh-1"), START),
        (Secret("refresh-2"), START + minutes(5)),
    ]
    assert vault.access_token(MAILBOX, MAIL, SCOPES, START) == access()
    assert vault.take_pending(MAILBOX, "state-1", START) == pending()


@every_version
def test_everything_else_is_still_there(version: int, tmp_path: Path) -> None:
    lay_down(version, tmp_path)
    vault = sqlite_vault(tmp_path)
    ids = replace(IDS, written=frozenset({"AddPassword"}), written_at=START)
    granted = GrantedScopes(MAILBOX, MAIL, SCOPES, START)
    (intent,) = vault.unfinished_intents(REGISTRATION)
    (holder,) = vault.holders(CLIENT)
    assert vault.find_sign_ins() == (signed_in(),)
    assert vault.remembered_ids(REGISTRATION) == (ids if version >= 3 else IDS)
    assert vault.granted_scopes(CLIENT) == ((granted,) if version >= 2 else ())
    assert (intent.key_ids_present, intent.begun_at) == (frozenset({"key-0"}), START)
    assert (holder.key.name, holder.token) == ("dotenv mail.env", GivenToken(1, START, START))
    assert (holder.secret is not None) == (version >= 4)


@every_version
def test_it_is_brought_up_to_date_by_the_first_look(version: int, tmp_path: Path) -> None:
    path = lay_down(version, tmp_path)
    sqlite_vault(tmp_path).ledger()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        query = "SELECT sql FROM sqlite_master WHERE type = 'table'"
        wanted = {" ".join(sql.split()) for (sql,) in connection.execute(query)}
    assert shape_of(path) == (len(MIGRATIONS), wanted)


@every_version
def test_it_takes_another_key_and_moves(version: int, tmp_path: Path) -> None:
    lay_down(version, tmp_path)
    done = sqlite_upkeep(tmp_path).rotate_key(None, OTHER_KEY)
    assert (done.values, done.fingerprint) == (5, fingerprint(OTHER_KEY))
    contents = sqlite_upkeep(tmp_path, given=OTHER_KEY).take_out().contents
    sqlite_upkeep(tmp_path / "new").take_in(contents)
    found = sqlite_vault(tmp_path / "new").refresh_token(MAILBOX)
    assert found is not None
    assert found.token == Secret("refresh-2")


@every_version
def test_a_step_that_fails_leaves_the_vault_as_it_was(version: int, tmp_path: Path) -> None:
    path = lay_down(version, tmp_path)
    before = path.read_bytes()
    steps = (*MIGRATIONS, ("DELETE FROM mailbox", "CREATE TABLE mailbox (again)"))
    broken = Store(path, _keys(tmp_path), migrations=steps)
    with pytest.raises(VaultFailed, match="SQLite says"):
        broken.exists()
    assert path.read_bytes() == before
    assert sqlite_vault(tmp_path).secret(CLIENT, "key-1") is not None


def test_a_newer_vault_is_refused_and_not_touched_by_whatever_is_asked(tmp_path: Path) -> None:
    path = lay_down(VERSIONS[-1], tmp_path)
    newer = len(MIGRATIONS) + 1
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE mailbox ADD COLUMN mood TEXT")
        connection.execute(f"PRAGMA user_version = {newer}")
        connection.commit()
    before = path.read_bytes()
    vault, upkeep = sqlite_vault(tmp_path), sqlite_upkeep(tmp_path)
    for ask in (
        vault.prepare,
        vault.ledger,
        lambda: vault.secret(CLIENT),
        lambda: vault.keep_secret(CLIENT, held()),
        lambda: upkeep.rotate_key(None, OTHER_KEY),
        upkeep.take_out,
    ):
        with pytest.raises(VaultFailed, match=rf"newer provision \(schema {newer}"):
            ask()
    assert path.read_bytes() == before


def test_a_wrong_key_of_an_older_vault_is_refused(tmp_path: Path) -> None:
    lay_down(1, tmp_path)
    with pytest.raises(VaultFailed, match="does not open it"):
        sqlite_vault(tmp_path, given=OTHER_KEY).secret(CLIENT)


def _keys(root: Path) -> KeyKeeper:
    return KeyKeeper(VAULT_KEY, root / "config" / "vault.key", lambda: None)
