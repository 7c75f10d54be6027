"""All that a vault holds as plain values: read out of its tables, or out of an export's text."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault import schema
from provision.vault.cipher import Cipher
from provision.vault.moving import MOVES, Cell, Moved, Row, Tables
from provision.vault.sealed_columns import SEALED


@dataclass(frozen=True, slots=True)
class Contents:
    """What one vault gives to another."""

    vault_id: str
    """Of the vault it came from."""
    schema: int
    """Which version of the tables the rows are of."""
    tables: Tables

    def count(self) -> int:
        """Return how many rows there are."""
        return sum(map(len, self.tables.values()))


def read_contents(
    connection: sqlite3.Connection, cipher: Cipher, vault_id: str
) -> tuple[Contents, tuple[Moved, ...]]:
    """Return what a vault holds, and what of it stays behind or could not be read."""
    tables: dict[str, tuple[Row, ...]] = {}
    left: list[Moved] = []
    for table in tables_of(connection):
        move = MOVES[table]
        rows = list(rows_of(connection, table))
        if move.rule == "stays":
            left += [Moved("left", move.words.format_map(row), move.why) for row in rows
                     if move.words]  # fmt: skip
            continue
        opened = [unsealed_row(cipher, table, row) for row in rows]
        left += [
            Moved("left", SEALED[table].name(row), "it is damaged", is_loss=True)
            for row, found in zip(rows, opened, strict=True)
            if found is None
        ]
        tables[table] = tuple(row for row in opened if row is not None)
    return Contents(vault_id, len(schema.MIGRATIONS), tables), tuple(left)


def unsealed_row(cipher: Cipher, table: str, row: dict[str, object]) -> Row | None:
    """Return a row with its secret; None when the secret is damaged."""
    sealed = SEALED.get(table)
    cells = {column: _cell(value) for column, value in row.items()
             if sealed is None or column != sealed.column}  # fmt: skip
    if sealed is None:
        return cells
    value = row[sealed.column]
    secret = cipher.unseal(value if isinstance(value, bytes) else b"", sealed.place(row))
    return None if secret is None else {**cells, sealed.column: secret}


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """Return the name of every table."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid"
    return [name for (name,) in connection.execute(query).fetchall()]


def rows_of(connection: sqlite3.Connection, table: str) -> Iterator[dict[str, object]]:
    """Yield the rows of a table in the order in which they were kept."""
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY rowid")  # noqa: S608  (a name of our own)
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield dict(zip(names, tuple(row), strict=True))


def as_text(contents: Contents) -> Secret:
    """Return contents as the text that an export seals."""
    return Secret(
        json.dumps(
            {
                "vault": contents.vault_id,
                "schema": contents.schema,
                "tables": {
                    name: [dict(row) for row in rows] for name, rows in contents.tables.items()
                },
            },
            default=_revealed,
        )
    )


def from_text(text: Secret, source: str) -> Contents:
    """Return the contents of an export, brought up to date.

    Args:
        text: What `as_text` gave, perhaps of an older provision.
        source: The file, for a sentence.

    Raises:
        VaultFailed: A newer provision wrote it, or it is no vault's contents.
    """
    try:
        members = json.loads(text.reveal())
        version, vault_id = int(members["schema"]), str(members["vault"])
        known = len(schema.MIGRATIONS)
        if version > known:
            raise VaultFailed(
                f"export {source}: was written by a newer provision (schema {version}, this one "
                f"knows {known})",
                hint="update provision, then import it again",
            )
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
            schema.migrate(memory, schema.MIGRATIONS[:version])
            _load(memory, members["tables"])
            schema.migrate(memory)
            tables = {name: tuple(_plain_rows(memory, name)) for name in tables_of(memory)}
    except (AttributeError, KeyError, TypeError, ValueError, sqlite3.Error) as error:
        raise VaultFailed(
            f"export {source}: opens, but does not hold what a vault holds",
            hint="export it anew with `provision vault export`",
        ) from error
    return Contents(vault_id, known, {name: rows for name, rows in tables.items() if rows})


def _load(memory: sqlite3.Connection, tables: dict[str, list[dict[str, Cell]]]) -> None:
    known = {name for name in tables_of(memory) if name != "meta"}
    for name, rows in tables.items():
        if name not in known:
            raise KeyError(name)
        columns = {row[1] for row in memory.execute(f"PRAGMA table_info({name})").fetchall()}
        for row in rows:
            # What becomes part of a statement has to be a name of our own.
            names = sorted(columns & row.keys())
            if len(names) != len(row):
                raise KeyError(name)
            marks = ", ".join(f":{column}" for column in names)
            memory.execute(f"INSERT INTO {name} ({', '.join(names)}) VALUES ({marks})", row)  # noqa: S608  (see above)


def _plain_rows(memory: sqlite3.Connection, table: str) -> Iterator[Row]:
    sealed = SEALED.get(table)
    for row in rows_of(memory, table):
        cells = {column: _cell(value) for column, value in row.items()}
        if sealed is not None:
            cells[sealed.column] = Secret(str(row[sealed.column]))
        if table != "meta":
            yield cells


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(type(value).__name__)


def _revealed(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(type(value).__name__)
