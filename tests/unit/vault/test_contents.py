"""What an export holds is a vault's contents, of this provision or an older one, or is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.contents import as_text, from_text
from provision.vault.ledger import GivenToken
from provision.vault.schema import MIGRATIONS
from provision.vault.sealed_columns import SEALED
from provision.vault.sqlite_upkeep import SqliteUpkeep
from tests.unit.vault.full_vault import fill
from tests.unit.vault.samples import CLIENT, MAILBOX, START, sqlite_upkeep, sqlite_vault


@pytest.fixture
def full(tmp_path: Path) -> SqliteUpkeep:
    """The upkeep of a vault with a row in every table."""
    fill(sqlite_vault(tmp_path))
    return sqlite_upkeep(tmp_path)


def test_an_older_schema_is_brought_up_to_date_on_the_way(tmp_path: Path) -> None:
    handoff = {"cloud": "global", "tenant_id": "tenant-1", "client_id": "client-1",
               "address": MAILBOX.address, "holder": "aem", "generation": 1,
               "handed_at": "2031-03-04T05:06:07.000000+00:00"}  # fmt: skip
    text = json.dumps({"vault": "v", "schema": 3, "tables": {"handoff": [handoff]}})
    sqlite_upkeep(tmp_path).take_in(from_text(Secret(text), "vault.export"))
    (holder,) = sqlite_vault(tmp_path).holders(CLIENT)
    assert holder.token == GivenToken(1, START, START)


def test_an_export_of_a_newer_provision_is_refused() -> None:
    newer = len(MIGRATIONS) + 1
    text = Secret(json.dumps({"vault": "v", "schema": newer, "tables": {}}))
    with pytest.raises(VaultFailed, match=rf"newer provision \(schema {newer}"):
        from_text(text, "vault.export")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: m["tables"].update(meta=[{"name": "vault_id", "value": "x"}]),
        lambda m: m["tables"].update(diary=[]),
        lambda m: m["tables"]["mailbox"][0].update({"x) VALUES (1); --": 1}),
        lambda m: m["tables"]["mailbox"][0].pop("object_id"),
        lambda m: m["tables"].update(mailbox=[["a"]]),
        lambda m: m.pop("schema"),
    ],
    ids=["identity", "table", "statement", "column", "shape", "schema"],
)
def test_contents_that_are_no_vaults_are_refused(
    full: SqliteUpkeep, spoil: Callable[[dict[str, object]], object]
) -> None:
    members = json.loads(as_text(full.take_out().contents).reveal())
    spoil(members)
    with pytest.raises(VaultFailed, match="does not hold what a vault holds"):
        from_text(Secret(json.dumps(members)), "vault.export")


def test_secrets_are_masked_in_what_is_carried(full: SqliteUpkeep) -> None:
    contents = full.take_out().contents
    for table in SEALED.keys() & contents.tables.keys():
        assert all(isinstance(row[SEALED[table].column], Secret) for row in contents.tables[table])
    assert "refresh-1" not in repr(contents)
