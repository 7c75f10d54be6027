"""Client secrets in the vault file."""

from provision.clock import Clock
from provision.vault.entries import ClientKey, HeldSecret
from provision.vault.schema import instant, written
from provision.vault.sealed_columns import CLIENT_SECRET
from provision.vault.sqlite_file import Store


class ClientSecretRows:
    """The part of a vault that keeps client secrets."""

    _store: Store
    _clock: Clock

    def keep_secret(self, key: ClientKey, held: HeldSecret) -> None:
        """Keep a client secret; one with the same key id is replaced."""
        columns = {**_columns(key), "key_id": held.key_id}
        with self._store.sealing() as (connection, cipher):
            connection.execute(
                "INSERT INTO client_secret"
                " (cloud, tenant_id, client_id, key_id, display_name, end_at, secret, start_at)"
                " VALUES (:cloud, :tenant_id, :client_id, :key_id, :display_name, :end_at,"
                " :secret, :start_at)"
                " ON CONFLICT (cloud, tenant_id, client_id, key_id) DO UPDATE SET"
                " display_name = :display_name, end_at = :end_at, secret = :secret,"
                " start_at = :start_at",
                {
                    **columns,
                    "display_name": held.display_name,
                    "end_at": written(held.end_at),
                    "secret": cipher.seal(held.secret, CLIENT_SECRET.place(columns)),
                    "start_at": held.start_at and written(held.start_at),
                },
            )

    def secret(self, key: ClientKey, key_id: str | None = None) -> HeldSecret | None:
        """Return the client secret with that key id, or else the newest that has not expired."""
        found = self._store.sealed_rows(
            CLIENT_SECRET,
            "SELECT * FROM client_secret"
            " WHERE cloud = :cloud AND tenant_id = :tenant_id AND client_id = :client_id"
            " AND (key_id = :key_id OR (:key_id IS NULL AND end_at > :now))"
            " ORDER BY rowid DESC LIMIT 1",
            {**_columns(key), "key_id": key_id, "now": written(self._clock.now())},
        )
        if not found:
            return None
        row, secret = found[0]
        start_at = instant(row["start_at"]) if row["start_at"] else None
        end_at = instant(row["end_at"])
        return HeldSecret(row["key_id"], row["display_name"], end_at, secret, start_at)

    def held_key_ids(self, key: ClientKey) -> frozenset[str]:
        """Return the key ids of every client secret kept, expired ones included."""
        rows = self._store.rows(
            "SELECT key_id FROM client_secret"
            " WHERE cloud = :cloud AND tenant_id = :tenant_id AND client_id = :client_id",
            _columns(key),
        )
        return frozenset(row["key_id"] for row in rows)

    def forget_secret(self, key: ClientKey, key_id: str) -> None:
        """Remove a client secret; one that is not kept is no error."""
        self._store.amend(
            "DELETE FROM client_secret WHERE cloud = :cloud AND tenant_id = :tenant_id"
            " AND client_id = :client_id AND key_id = :key_id",
            {**_columns(key), "key_id": key_id},
        )


def _columns(key: ClientKey) -> dict[str, object]:
    return {"cloud": key.cloud, "tenant_id": key.tenant_id, "client_id": key.client_id}
