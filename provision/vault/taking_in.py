"""The contents of another vault, merged into this one within the caller's transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping

from provision.secret import Secret
from provision.vault.cipher import Cipher
from provision.vault.contents import Contents, rows_of, unsealed_row
from provision.vault.mailbox_merge import (
    Known,
    MailboxId,
    MergedMailbox,
    as_known,
    merge_mailbox,
)
from provision.vault.moving import MOVES, Moved, Row
from provision.vault.row_merge import insertion_order, merge_row
from provision.vault.sealed_columns import SEALED

_MAILBOX = ("cloud", "tenant_id", "client_id", "address")
_CLIENT = ("cloud", "tenant_id", "client_id")


class TakingIn:
    """Merges table by table; what it found goes into `moved`."""

    def __init__(self, connection: sqlite3.Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher
        self.moved: list[Moved] = []

    def take(self, contents: Contents) -> None:
        """Take what is new, and keep what is newer here."""
        merged = self._take_mailboxes(contents)
        self._take_client_secrets(contents.tables.get("client_secret", ()))
        for table, rows in contents.tables.items():
            if MOVES[table].rule == "stays":
                self.moved += [
                    Moved("left", MOVES[table].words.format_map(row), MOVES[table].why)
                    for row in rows
                ]
            elif MOVES[table].rule not in ("mailbox", "secret"):
                self._take_rows(table, _renumbered(rows, merged))

    def _take_mailboxes(self, contents: Contents) -> dict[MailboxId, MergedMailbox]:
        ours, theirs = (
            _known(
                {table: self._ours(table) for table in ("mailbox", "refresh_token")}
                if tables is None
                else tables
            )
            for tables in (None, contents.tables)
        )
        merged = {}
        for key, known in theirs.items():
            merged[key] = merge_mailbox(str(key[-1]), ours.get(key, Known()), known)
            self._write_mailbox(key, merged[key])
        return merged

    def _write_mailbox(self, key: MailboxId, merged: MergedMailbox) -> None:
        self.moved += merged.moved
        if merged.signed_in is not None:
            self._put("mailbox", merged.signed_in)
        for row in merged.tokens:
            self._put("refresh_token", row)
        if merged.tokens:
            named = dict(zip(_MAILBOX, key, strict=True))
            # What is cached belongs to the token that it came with.
            self._delete("access_token", named)
            self._connection.execute(
                "DELETE FROM refresh_token WHERE cloud = :cloud AND tenant_id = :tenant_id"
                " AND client_id = :client_id AND address = :address AND generation < :oldest",
                {**named, "oldest": int(str(merged.tokens[-1]["generation"])) - 1},
            )

    def _take_client_secrets(self, rows: Iterable[Row]) -> None:
        of_client = defaultdict(list)
        for row in rows:
            of_client[_key(row, _CLIENT)].append(row)
        ours = self._ours("client_secret")
        for client, theirs in of_client.items():
            held = [row for row in ours if _key(row, _CLIENT) == client]
            readable = {row["key_id"] for row in held if "secret" in row}
            # A secret never changes: under the same key id, the one here is as good.
            new = [row for row in theirs if row["key_id"] not in readable]
            kept = [row for row in held if row["key_id"] not in {r["key_id"] for r in new}]
            for row in new:
                self._put("client_secret", row)
                self.moved.append(Moved("taken", SEALED["client_secret"].name(row)))
            if new:
                self._reorder(insertion_order(kept, new))

    def _reorder(self, rows: Iterable[Row]) -> None:
        """Let the order of keeping be that of the rows: the newest is the last."""
        for row in rows:
            self._connection.execute(
                "UPDATE client_secret SET rowid = (SELECT max(rowid) + 1 FROM client_secret)"
                " WHERE cloud = :cloud AND tenant_id = :tenant_id AND client_id = :client_id"
                " AND key_id = :key_id",
                {column: row[column] for column in (*_CLIENT, "key_id")},
            )

    def _take_rows(self, table: str, rows: Iterable[Row]) -> None:
        names = self._primary_key(table)
        ours = {_key(row, names): row for row in self._ours(table)}
        for row in rows:
            wanted, told = merge_row(MOVES[table], ours.get(_key(row, names)), row)
            if wanted is not None:
                self._put(table, wanted)
            if told is not None:
                self.moved.append(told)

    def _ours(self, table: str) -> list[Row]:
        """Return our rows with their secrets; a damaged one lacks its secret."""
        found: list[Row] = []
        for row in rows_of(self._connection, table):
            opened = unsealed_row(self._cipher, table, row)
            if opened is None:
                column = SEALED[table].column
                opened = unsealed_row(
                    self._cipher, "", {k: v for k, v in row.items() if k != column}
                )
            found.append(opened or {})
        return found

    def _put(self, table: str, row: Row) -> None:
        sealed = SEALED.get(table)
        cells: dict[str, object] = dict(row)
        if sealed is not None:
            secret = row[sealed.column]
            if not isinstance(secret, Secret):
                raise TypeError(table)
            cells[sealed.column] = self._cipher.seal(secret, sealed.place(row))
        names = ", ".join(cells)
        marks = ", ".join(f":{name}" for name in cells)
        self._connection.execute(
            f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  (names of our own)
            cells,
        )

    def _delete(self, table: str, named: Mapping[str, object]) -> None:
        where = " AND ".join(f"{name} = :{name}" for name in named)
        self._connection.execute(f"DELETE FROM {table} WHERE {where}", named)  # noqa: S608  (as above)

    def _primary_key(self, table: str) -> tuple[str, ...]:
        found = self._connection.execute(
            "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,)
        )
        return tuple(name for (name,) in found.fetchall())


def _known(tables: Mapping[str, Iterable[Row]]) -> dict[MailboxId, Known]:
    signed_in = {_key(row, _MAILBOX): row for row in tables.get("mailbox", ())}
    tokens = defaultdict(list)
    for row in tables.get("refresh_token", ()):
        tokens[_key(row, _MAILBOX)].append(row)
    return {
        key: as_known(signed_in.get(key), tokens.get(key, ()))
        for key in dict.fromkeys((*signed_in, *tokens))
    }


def _renumbered(rows: Iterable[Row], merged: Mapping[MailboxId, MergedMailbox]) -> Iterable[Row]:
    """Return rows whose generations are those of this vault."""
    for row in rows:
        mailbox = merged.get(_key(row, _MAILBOX)) if "address" in row else None
        if mailbox is None or row.get("generation") is None:
            yield row
        else:
            yield {**row, "generation": mailbox.number(int(str(row["generation"])))}


def _key(row: Row, columns: tuple[str, ...]) -> MailboxId:
    return tuple(row[column] for column in columns)
