"""The vault's tables, and the steps that bring an older vault up to date."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from provision.errors import VaultFailed

APPLICATION_ID: Final = 0x70727673
"""Marks a SQLite file as a vault (https://www.sqlite.org/pragma.html#pragma_application_id)."""

_FIRST: Final = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    """CREATE TABLE client_secret (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        key_id TEXT NOT NULL, display_name TEXT NOT NULL, end_at TEXT NOT NULL,
        secret BLOB NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, key_id))""",
    """CREATE TABLE intent (
        intent_id TEXT PRIMARY KEY,
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, unique_name TEXT NOT NULL,
        operation TEXT NOT NULL, display_name TEXT NOT NULL, key_ids_present TEXT NOT NULL,
        begun_at TEXT NOT NULL)""",
    """CREATE TABLE remembered_ids (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, unique_name TEXT NOT NULL,
        client_id TEXT NOT NULL, application_object_id TEXT NOT NULL,
        service_principal_object_id TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, unique_name))""",
    """CREATE TABLE mailbox (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, unique_name TEXT NOT NULL, sign_in_as TEXT NOT NULL,
        authority TEXT NOT NULL, protocols TEXT NOT NULL, permissions TEXT NOT NULL,
        object_id TEXT NOT NULL, account_tenant_id TEXT NOT NULL, signed_in_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address))""",
    """CREATE TABLE refresh_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, generation INTEGER NOT NULL, token BLOB NOT NULL,
        issued_at TEXT NOT NULL, last_used_at TEXT, suspect_reason TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, address, generation))""",
    """CREATE TABLE access_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, resource TEXT NOT NULL, scopes TEXT NOT NULL,
        token BLOB NOT NULL, expires_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, resource, scopes))""",
    """CREATE TABLE pending_sign_in (
        state_digest TEXT PRIMARY KEY,
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, payload BLOB NOT NULL, created_at TEXT NOT NULL)""",
    """CREATE TABLE handoff (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, holder TEXT NOT NULL, generation INTEGER NOT NULL,
        handed_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, holder))""",
)

_SECOND: Final = (
    """CREATE TABLE granted_scopes (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, resource TEXT NOT NULL, scopes TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, resource))""",
)

_THIRD: Final = (
    "ALTER TABLE client_secret ADD COLUMN start_at TEXT",
    "ALTER TABLE remembered_ids ADD COLUMN written TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE remembered_ids ADD COLUMN written_at TEXT",
)

_FOURTH: Final = (
    """CREATE TABLE holder (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, name TEXT NOT NULL, keeps_successors INTEGER NOT NULL,
        generation INTEGER, issued_at TEXT, token_handed_at TEXT,
        key_id TEXT, key_end_at TEXT, key_handed_at TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, address, name))""",
    # A hand-off refreshes first: where the generation is gone, it was issued when it was handed.
    """INSERT INTO holder (cloud, tenant_id, client_id, address, name, keeps_successors,
        generation, issued_at, token_handed_at)
        SELECT given.cloud, given.tenant_id, given.client_id, given.address, given.holder, 0,
        given.generation, coalesce(token.issued_at, given.handed_at), given.handed_at
        FROM handoff AS given LEFT JOIN refresh_token AS token
        ON token.cloud = given.cloud AND token.tenant_id = given.tenant_id
        AND token.client_id = given.client_id AND token.address = given.address
        AND token.generation = given.generation""",
    "DROP TABLE handoff",
)

Migrations = Sequence[Sequence[str]]

MIGRATIONS: Final[Migrations] = (_FIRST, _SECOND, _THIRD, _FOURTH)
"""Statements that lead from version n to n + 1, from an empty file on; published ones never change.

Plain SQL of SQLite 3.24, which is what the oldest supported systems ship.
"""


def schema_version(connection: sqlite3.Connection) -> int | None:
    """Return the version of a vault, 0 of an empty file, None of somebody else's database."""
    marks = (_number(connection, "application_id"), _number(connection, "user_version"))
    if marks[0] == APPLICATION_ID:
        return marks[1]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return 0 if marks == (0, 0) and tables == 0 else None


def migrate(connection: sqlite3.Connection, migrations: Migrations = MIGRATIONS) -> None:
    """Bring a vault or an empty file up to date, inside the caller's transaction."""
    for statements in migrations[_number(connection, "user_version") :]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(migrations)}")


def written(at: datetime) -> str:
    """Return an instant as the tables hold it: UTC, of one width, so that text order is time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def instant(text: str) -> datetime:
    """Return the instant that `written` wrote.

    Raises:
        VaultFailed: Somebody else wrote it.
    """
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise VaultFailed(
            f"the vault: {text!r} stands where an instant belongs; another program changed it",
            hint="bring the vault back from a backup, or set PROVISION_VAULT to another file",
        ) from error


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
