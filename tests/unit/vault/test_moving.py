"""A vault moves into another: all of it, nothing newer replaced, and as often as one likes."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from provision.secret import Secret
from provision.vault.contents import Contents, as_text, from_text
from provision.vault.ledger import GivenSecret, GivenToken, Holder, HolderKey
from provision.vault.moving import MOVES
from provision.vault.schema import migrate
from provision.vault.sqlite_upkeep import SqliteUpkeep
from provision.vault.sqlite_vault import SqliteVault
from tests.unit.vault.full_vault import OTHER, fill, tables_of
from tests.unit.vault.samples import (
    CLIENT,
    MAIL,
    MAILBOX,
    OTHER_KEY,
    REGISTRATION,
    SCOPES,
    START,
    access,
    held,
    minutes,
    signed_in,
    sqlite_upkeep,
    sqlite_vault,
)
from tests.unit.vault.test_sealed_columns import flip

HOLDER = HolderKey(CLIENT, MAILBOX.address, "dotenv mail.env")


class Machine:
    """One vault and its upkeep, under a key of its own."""

    def __init__(self, root: Path, key: Secret) -> None:
        self.root = root
        self.vault: SqliteVault = sqlite_vault(root, given=key)
        self.upkeep: SqliteUpkeep = sqlite_upkeep(root, given=key)

    def give(self, other: "Machine") -> dict[str, str]:
        """Move everything to another machine, as text; return what became of it."""
        contents = from_text(as_text(self.upkeep.take_out().contents), "vault.export")
        return {each.what: each.fate for each in other.upkeep.take_in(contents).moved}

    def newest(self) -> tuple[int, str]:
        found = self.vault.refresh_token(MAILBOX)
        assert found is not None
        return found.generation, found.token.reveal()


@pytest.fixture
def old(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "old", OTHER_KEY)


@pytest.fixture
def new(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "new", Secret("bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4="))


def sign_in_at(machine: Machine, token: str, at: float) -> None:
    signed = replace(signed_in(), signed_in_at=START + minutes(at))
    machine.vault.keep_sign_in(signed, Secret(token))


def test_it_is_decided_of_every_table_what_becomes_of_it() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        assert {name for (name,) in connection.execute(query)} == MOVES.keys()


def test_what_stays_behind_says_why() -> None:
    assert [move for move in MOVES.values() if move.rule == "stays" and not move.why] == []


def test_an_empty_vault_gets_every_row_of_every_table_that_moves(
    old: Machine, new: Machine
) -> None:
    fill(old.vault)
    old.give(new)
    moving = {table for table, move in MOVES.items() if move.rule != "stays"}
    there, here = (tables_of(machine.vault.path) for machine in (old, new))
    assert {table: here[table] for table in moving} == {table: there[table] for table in moving}
    assert new.vault.secret(CLIENT, "key-1") == old.vault.secret(CLIENT, "key-1")
    assert new.vault.refresh_token(MAILBOX) == old.vault.refresh_token(MAILBOX)
    assert new.vault.refresh_token(MAILBOX, 1) == old.vault.refresh_token(MAILBOX, 1)
    assert new.vault.holders(CLIENT) == old.vault.holders(CLIENT)
    assert new.vault.find_sign_ins() == old.vault.find_sign_ins()
    assert new.vault.granted_scopes(CLIENT) == old.vault.granted_scopes(CLIENT)
    assert new.vault.remembered_ids(REGISTRATION) == old.vault.remembered_ids(REGISTRATION)
    assert new.vault.take_pending(MAILBOX, "state-1", START) == old.vault.take_pending(
        MAILBOX, "state-1", START
    )


def test_a_mint_under_way_is_left_to_who_began_it(old: Machine, new: Machine) -> None:
    fill(old.vault)
    taken = old.upkeep.take_out()
    (left,) = taken.left
    assert left.what == "mint of client secret 'aem-forms' for application aem-forms-mail"
    assert "provision apply" in left.why
    old.give(new)
    assert new.vault.unfinished_intents(REGISTRATION) == ()


def test_a_cached_access_token_stays(old: Machine, new: Machine) -> None:
    fill(old.vault)
    old.give(new)
    assert new.vault.access_token(MAILBOX, MAIL, SCOPES, START) is None


def test_a_second_time_changes_nothing(old: Machine, new: Machine) -> None:
    fill(old.vault)
    old.give(new)
    before = new.upkeep.take_out().contents
    assert old.give(new) == {}
    assert new.upkeep.take_out().contents == before


def test_an_older_export_replaces_nothing_newer(old: Machine, new: Machine) -> None:
    sign_in_at(old, "refresh-1", 0)
    old.give(new)
    new.vault.keep_refresh_token(MAILBOX, Secret("refresh-2"), START + minutes(9))
    assert old.give(new) == {}
    assert new.newest() == (2, "refresh-2")


def test_a_token_that_was_issued_later_becomes_the_next_generation(
    old: Machine, new: Machine
) -> None:
    sign_in_at(new, "refresh-new", 0)
    sign_in_at(old, "refresh-old", 5)
    assert old.give(new) == {"mailbox forms@contoso.example": "taken"}
    assert new.newest() == (2, "refresh-old")
    before = new.vault.refresh_token(MAILBOX, 1)
    assert before is not None
    assert before.token == Secret("refresh-new")


def test_a_higher_number_alone_does_not_make_a_token_newer(old: Machine, new: Machine) -> None:
    sign_in_at(old, "refresh-1", 0)
    for number in range(2, 9):
        old.vault.keep_refresh_token(MAILBOX, Secret(f"refresh-{number}"), START + minutes(number))
    sign_in_at(new, "refresh-new", 60)
    assert old.give(new) == {"mailbox forms@contoso.example": "kept"}
    assert new.newest() == (1, "refresh-new")


def test_what_is_cached_goes_with_the_token_it_came_from(old: Machine, new: Machine) -> None:
    sign_in_at(new, "refresh-new", 0)
    new.vault.keep_access_token(MAILBOX, access())
    sign_in_at(old, "refresh-old", 5)
    old.give(new)
    assert new.vault.access_token(MAILBOX, MAIL, SCOPES, START) is None


def test_a_mailbox_of_another_account_is_kept_as_it_is(old: Machine, new: Machine) -> None:
    sign_in_at(new, "refresh-new", 0)
    stranger = replace(signed_in(), object_id="oid-2", signed_in_at=START + minutes(9))
    old.vault.keep_sign_in(stranger, Secret("refresh-stranger"))
    assert old.give(new) == {"mailbox forms@contoso.example": "kept"}
    assert new.newest() == (1, "refresh-new")
    assert new.vault.find_sign_ins() == (signed_in(),)


def test_an_import_mends_what_was_damaged_here(old: Machine, new: Machine) -> None:
    fill(old.vault)
    old.give(new)
    flip(new.vault.path, "refresh_token", -1)
    flip(new.vault.path, "client_secret", -1)
    assert old.give(new) == {
        "mailbox forms@contoso.example": "taken",
        "client secret key-1 of application client-1": "taken",
    }
    assert new.newest()[1] == "refresh-1-successor"
    assert new.vault.secret(CLIENT) == old.vault.secret(CLIENT)


def test_what_is_damaged_is_left_out_and_named(old: Machine, new: Machine) -> None:
    fill(old.vault)
    flip(old.vault.path, "refresh_token", -1)
    left = {each.what: each.is_loss for each in old.upkeep.take_out().left}
    assert left["refresh token of mailbox forms@contoso.example (generation 2)"]
    old.give(new)
    assert new.newest() == (1, "refresh-1")
    assert new.vault.refresh_token(OTHER) is not None


@pytest.mark.parametrize(
    ("here", "there", "newest"),
    [
        ([("a", 1), ("b", 3)], [("c", 2)], "b"),
        ([("a", 1)], [("b", 2), ("c", 3)], "c"),
        ([("a", None)], [("b", None)], "a"),
        ([("a", None)], [("b", 1)], "b"),
        ([("a", 5)], [("b", None)], "a"),
        ([], [("b", 2), ("a", 1)], "a"),
    ],
)
def test_the_newest_client_secret_is_the_one_minted_last(
    old: Machine, new: Machine, here: list[tuple[str, int | None]],
    there: list[tuple[str, int | None]], newest: str,
) -> None:  # fmt: skip
    for machine, secrets in ((new, here), (old, there)):
        for name, at in secrets:
            start_at = None if at is None else START + minutes(at)
            machine.vault.keep_secret(CLIENT, replace(held(name, name), start_at=start_at))
    new.vault.keep_secret(replace(CLIENT, client_id="other"), held())
    old.give(new)
    found = new.vault.secret(CLIENT)
    assert found is not None
    assert found.key_id == newest
    assert new.vault.held_key_ids(CLIENT) == {name for name, _ in here + there}


def test_who_was_given_what_is_merged_by_when_it_was_given(old: Machine, new: Machine) -> None:
    def record(machine: Machine, token_at: float, secret_at: float, key_id: str) -> None:
        token = GivenToken(1, START, START + minutes(token_at))
        secret = GivenSecret(key_id, None, START + minutes(secret_at))
        machine.vault.record_handoff(Holder(HOLDER, False, token, secret))

    record(new, 1, 9, "key-new")
    record(old, 5, 2, "key-old")
    old.give(new)
    (holder,) = new.vault.holders(CLIENT)
    assert holder.token == GivenToken(1, START, START + minutes(5))
    assert holder.secret == GivenSecret("key-new", None, START + minutes(9))


def test_generations_that_holders_have_are_counted_as_the_vault_counts(
    old: Machine, new: Machine
) -> None:
    sign_in_at(old, "refresh-1", 0)
    old.vault.keep_refresh_token(MAILBOX, Secret("refresh-2"), START + minutes(2))
    old.vault.keep_refresh_token(MAILBOX, Secret("refresh-3"), START + minutes(3))
    old.vault.record_handoff(
        Holder(HOLDER, keeps_successors=False, token=GivenToken(2, START, START))
    )
    sign_in_at(new, "refresh-new", 1)
    old.give(new)
    (holder,) = new.vault.holders(CLIENT)
    assert new.newest() == (2, "refresh-3")
    assert holder.token is not None
    assert holder.token.generation == 1


def test_an_import_that_is_interrupted_leaves_the_vault_as_it_was(
    old: Machine, new: Machine
) -> None:
    fill(old.vault)
    sign_in_at(new, "refresh-new", 0)
    contents = old.upkeep.take_out().contents
    before = new.upkeep.take_out().contents
    broken = {**contents.tables, "diary": ({"page": "1"},)}
    with pytest.raises(KeyError, match="diary"):
        new.upkeep.take_in(Contents("v", contents.schema, broken))
    assert new.upkeep.take_out().contents == before
