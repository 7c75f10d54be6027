"""Mints under way, and ids that save a round trip, in the vault file."""

import os
from collections.abc import Collection

from provision.clock import Clock
from provision.vault.entries import Intent, RegistrationKey, RememberedIds
from provision.vault.schema import instant, written
from provision.vault.sqlite_file import Store


class IntentRows:
    """The part of a vault that knows registrations; nothing in it is secret."""

    _store: Store
    _clock: Clock

    def begin_intent(
        self,
        key: RegistrationKey,
        operation: str,
        display_name: str,
        key_ids_present: Collection[str],
    ) -> Intent:
        """Record that a client secret is about to be minted; proves that it could be kept."""
        # A missing key must show before there is a secret, not after.
        self._store.prove_key()
        intent = Intent(
            intent_id=os.urandom(16).hex(),
            operation=operation,
            key_ids_present=frozenset(key_ids_present),
            begun_at=self._clock.now(),
            display_name=display_name,
        )
        self._store.write(
            "INSERT INTO intent (intent_id, cloud, tenant_id, unique_name, operation,"
            " display_name, key_ids_present, begun_at) VALUES (:intent_id, :cloud, :tenant_id,"
            " :unique_name, :operation, :display_name, :key_ids_present, :begun_at)",
            {
                **_columns(key),
                "intent_id": intent.intent_id,
                "operation": operation,
                "display_name": display_name,
                "key_ids_present": " ".join(sorted(key_ids_present)),
                "begun_at": written(intent.begun_at),
            },
        )
        return intent

    def unfinished_intents(self, key: RegistrationKey) -> tuple[Intent, ...]:
        """Return the mints that were begun and not finished, oldest first."""
        rows = self._store.rows(
            "SELECT intent_id, operation, display_name, key_ids_present, begun_at FROM intent"
            " WHERE cloud = :cloud AND tenant_id = :tenant_id AND unique_name = :unique_name"
            " ORDER BY begun_at, rowid",
            _columns(key),
        )
        return tuple(
            Intent(
                intent_id=row["intent_id"],
                operation=row["operation"],
                key_ids_present=frozenset(row["key_ids_present"].split()),
                begun_at=instant(row["begun_at"]),
                display_name=row["display_name"],
            )
            for row in rows
        )

    def finish_intent(self, intent_id: str) -> None:
        """Close an intent; harmless when repeated."""
        self._store.amend(
            "DELETE FROM intent WHERE intent_id = :intent_id", {"intent_id": intent_id}
        )

    def remember_ids(self, key: RegistrationKey, ids: RememberedIds) -> None:
        """Remember ids in place of those remembered before."""
        self._store.write(
            "INSERT OR REPLACE INTO remembered_ids (cloud, tenant_id, unique_name, client_id,"
            " application_object_id, service_principal_object_id, written, written_at)"
            " VALUES (:cloud, :tenant_id, :unique_name, :client_id, :application_object_id,"
            " :service_principal_object_id, :written, :written_at)",
            {
                **_columns(key),
                "client_id": ids.client_id,
                "application_object_id": ids.application_object_id,
                "service_principal_object_id": ids.service_principal_object_id,
                "written": " ".join(sorted(ids.written)),
                "written_at": ids.written_at and written(ids.written_at),
            },
        )

    def remembered_ids(self, key: RegistrationKey) -> RememberedIds | None:
        """Return the ids of an earlier run."""
        rows = self._store.rows(
            "SELECT client_id, application_object_id, service_principal_object_id, written,"
            " written_at FROM remembered_ids WHERE cloud = :cloud AND tenant_id = :tenant_id"
            " AND unique_name = :unique_name",
            _columns(key),
        )
        if not rows:
            return None
        row = rows[0]
        at = row["written_at"]
        return RememberedIds(
            client_id=row["client_id"],
            application_object_id=row["application_object_id"],
            service_principal_object_id=row["service_principal_object_id"],
            written=frozenset(row["written"].split()),
            written_at=instant(at) if at else None,
        )


def _columns(key: RegistrationKey) -> dict[str, object]:
    return {"cloud": key.cloud, "tenant_id": key.tenant_id, "unique_name": key.unique_name}
