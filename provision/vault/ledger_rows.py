"""The ledger in the vault file; its owner can read all of it without the vault's key."""

import sqlite3
from datetime import datetime

from provision.vault.entries import ClientKey, RegistrationKey
from provision.vault.ledger import (
    GivenSecret,
    GivenToken,
    Holder,
    HolderKey,
    Ledger,
    MailboxEntry,
    RegistrationEntry,
    SecretEntry,
    TokenEntry,
)
from provision.vault.schema import instant, written
from provision.vault.sign_ins import signed_in_of
from provision.vault.sqlite_file import Store


class LedgerRows:
    """The part of a vault that knows who has what."""

    _store: Store

    def record_handoff(self, holder: Holder) -> None:
        """Record what a holder was given; what it was not given this time stays recorded."""
        token, secret = holder.token, holder.secret
        self._store.write(
            "INSERT INTO holder (cloud, tenant_id, client_id, address, name, keeps_successors,"
            " generation, issued_at, token_handed_at, key_id, key_end_at, key_handed_at)"
            " VALUES (:cloud, :tenant_id, :client_id, :address, :name, :keeps_successors,"
            " :generation, :issued_at, :token_handed_at, :key_id, :key_end_at, :key_handed_at)"
            " ON CONFLICT (cloud, tenant_id, client_id, address, name) DO UPDATE SET"
            " keeps_successors = :keeps_successors,"
            " generation = coalesce(:generation, generation),"
            " issued_at = coalesce(:issued_at, issued_at),"
            " token_handed_at = coalesce(:token_handed_at, token_handed_at),"
            " key_end_at = CASE WHEN :key_id IS NULL THEN key_end_at ELSE :key_end_at END,"
            " key_handed_at = coalesce(:key_handed_at, key_handed_at),"
            " key_id = coalesce(:key_id, key_id)",
            {
                **_holder_columns(holder.key),
                "keeps_successors": holder.keeps_successors,
                "generation": token and token.generation,
                "issued_at": token and written(token.issued_at),
                "token_handed_at": token and written(token.handed_at),
                "key_id": None if secret is None else secret.key_id,
                "key_end_at": secret and secret.end_at and written(secret.end_at),
                "key_handed_at": secret and written(secret.handed_at),
            },
        )

    def holders(self, client: ClientKey) -> tuple[Holder, ...]:
        """Return everybody who was given values of an application or its mailboxes."""
        rows = self._store.rows(
            "SELECT * FROM holder WHERE cloud = :cloud AND tenant_id = :tenant_id"
            " AND client_id = :client_id ORDER BY address, name",
            {"cloud": client.cloud, "tenant_id": client.tenant_id, "client_id": client.client_id},
        )
        return tuple(_holder(row) for row in rows)

    def forget_holder(self, key: HolderKey) -> None:
        """Forget that a holder was given anything; one that is not known is no error."""
        self._store.amend(
            "DELETE FROM holder WHERE cloud = :cloud AND tenant_id = :tenant_id"
            " AND client_id = :client_id AND address = :address AND name = :name",
            _holder_columns(key),
        )

    def ledger(self) -> Ledger:
        """Return everything that is held and was given away, without a secret."""
        return Ledger(self._registrations(), self._mailboxes(), self._secrets(), self._holders())

    def _registrations(self) -> tuple[RegistrationEntry, ...]:
        rows = self._store.rows(
            "SELECT cloud, tenant_id, unique_name, client_id FROM remembered_ids"
            " ORDER BY cloud, tenant_id, unique_name",
            {},
        )
        return tuple(
            RegistrationEntry(
                RegistrationKey(row["cloud"], row["tenant_id"], row["unique_name"]),
                row["client_id"],
            )
            for row in rows
        )

    def _mailboxes(self) -> tuple[MailboxEntry, ...]:
        rows = self._store.rows(
            "SELECT mailbox.*, generation, issued_at, last_used_at, suspect_reason"
            " FROM mailbox LEFT JOIN refresh_token AS token"
            " ON token.cloud = mailbox.cloud AND token.tenant_id = mailbox.tenant_id"
            " AND token.client_id = mailbox.client_id AND token.address = mailbox.address"
            " AND token.generation = (SELECT max(generation) FROM refresh_token AS newest"
            " WHERE newest.cloud = mailbox.cloud AND newest.tenant_id = mailbox.tenant_id"
            " AND newest.client_id = mailbox.client_id AND newest.address = mailbox.address)"
            " ORDER BY mailbox.address, mailbox.cloud, mailbox.tenant_id, mailbox.client_id",
            {},
        )
        return tuple(MailboxEntry(signed_in_of(row), _token(row)) for row in rows)

    def _secrets(self) -> tuple[SecretEntry, ...]:
        rows = self._store.rows(
            "SELECT cloud, tenant_id, client_id, key_id, display_name, start_at, end_at"
            " FROM client_secret ORDER BY rowid",
            {},
        )
        return tuple(
            SecretEntry(
                _client(row),
                row["key_id"],
                row["display_name"],
                _instant_if_any(row["start_at"]),
                instant(row["end_at"]),
            )
            for row in rows
        )

    def _holders(self) -> tuple[Holder, ...]:
        rows = self._store.rows(
            "SELECT * FROM holder ORDER BY address, name, cloud, tenant_id, client_id", {}
        )
        return tuple(_holder(row) for row in rows)


def _holder_columns(key: HolderKey) -> dict[str, object]:
    client = key.client
    return {
        "cloud": client.cloud,
        "tenant_id": client.tenant_id,
        "client_id": client.client_id,
        "address": key.address,
        "name": key.name,
    }


def _holder(row: sqlite3.Row) -> Holder:
    token = secret = None
    if row["generation"] is not None:
        issued_at, handed_at = instant(row["issued_at"]), instant(row["token_handed_at"])
        token = GivenToken(row["generation"], issued_at, handed_at)
    if row["key_id"] is not None:
        end_at = _instant_if_any(row["key_end_at"])
        secret = GivenSecret(row["key_id"], end_at, instant(row["key_handed_at"]))
    key = HolderKey(_client(row), row["address"], row["name"])
    return Holder(key, bool(row["keeps_successors"]), token, secret)


def _token(row: sqlite3.Row) -> TokenEntry | None:
    if row["generation"] is None:
        return None
    return TokenEntry(
        generation=row["generation"],
        issued_at=instant(row["issued_at"]),
        last_used_at=_instant_if_any(row["last_used_at"]),
        suspect_reason=row["suspect_reason"],
    )


def _client(row: sqlite3.Row) -> ClientKey:
    return ClientKey(row["cloud"], row["tenant_id"], row["client_id"])


def _instant_if_any(text: str | None) -> datetime | None:
    return None if text is None else instant(text)
