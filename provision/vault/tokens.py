"""Refresh tokens by generation, and cached access tokens, in the vault file."""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from provision.secret import Secret
from provision.vault.cipher import Cipher, Place
from provision.vault.entries import (
    AccessToken,
    ClientKey,
    GrantedScopes,
    MailboxKey,
    RefreshToken,
)
from provision.vault.port import ACCESS_TOKEN_MARGIN
from provision.vault.schema import instant, written
from provision.vault.sealed_columns import ACCESS_TOKEN, REFRESH_TOKEN
from provision.vault.sqlite_file import Store


class TokenRows:
    """The part of a vault that keeps tokens."""

    _store: Store

    def keep_refresh_token(self, key: MailboxKey, token: Secret, at: datetime) -> int:
        """Keep what the endpoint gave as the newest generation, and return that generation."""
        with self._store.sealing() as (connection, cipher):
            return add_generation(connection, cipher, key, token, at)

    def refresh_token(self, key: MailboxKey, generation: int | None = None) -> RefreshToken | None:
        """Return one generation of a mailbox's refresh token; the newest unless one is named."""
        found = self._store.sealed_rows(
            REFRESH_TOKEN,
            "SELECT * FROM refresh_token"
            " WHERE cloud = :cloud AND tenant_id = :tenant_id AND client_id = :client_id"
            " AND address = :address AND (:generation IS NULL OR generation = :generation)"
            " ORDER BY generation DESC LIMIT 1",
            {**mailbox_columns(key), "generation": generation},
        )
        if not found:
            return None
        row, token = found[0]
        used = row["last_used_at"]
        return RefreshToken(
            generation=row["generation"],
            token=token,
            issued_at=instant(row["issued_at"]),
            last_used_at=None if used is None else instant(used),
            suspect_reason=row["suspect_reason"],
        )

    def mark_used(self, key: MailboxKey, generation: int, at: datetime) -> None:
        """Record that a refresh with this generation succeeded; it is no longer suspect."""
        self._store.amend(
            "UPDATE refresh_token SET last_used_at = :at, suspect_reason = NULL"
            " WHERE cloud = :cloud AND tenant_id = :tenant_id AND client_id = :client_id"
            " AND address = :address AND generation = :generation",
            {**mailbox_columns(key), "generation": generation, "at": written(at)},
        )

    def mark_suspect(self, key: MailboxKey, generation: int, reason: str) -> None:
        """Record that the endpoint refused this generation, and why; nothing is deleted."""
        self._store.amend(
            "UPDATE refresh_token SET suspect_reason = :reason"
            " WHERE cloud = :cloud AND tenant_id = :tenant_id AND client_id = :client_id"
            " AND address = :address AND generation = :generation",
            {**mailbox_columns(key), "generation": generation, "reason": reason},
        )

    def keep_access_token(self, key: MailboxKey, token: AccessToken) -> None:
        """Cache an access token in place of an older one for the same resource and scopes."""
        columns = {
            **mailbox_columns(key),
            "resource": token.resource,
            "scopes": _joined(token.scopes),
        }
        with self._store.sealing() as (connection, cipher):
            connection.execute(
                "INSERT OR REPLACE INTO access_token"
                " (cloud, tenant_id, client_id, address, resource, scopes, token, expires_at)"
                " VALUES (:cloud, :tenant_id, :client_id, :address, :resource, :scopes, :token,"
                " :expires_at)",
                {
                    **columns,
                    "token": cipher.seal(token.token, ACCESS_TOKEN.place(columns)),
                    "expires_at": written(token.expires_at),
                },
            )

    def record_granted_scopes(self, granted: GrantedScopes) -> None:
        """Record what a token could do, in place of the one before it for the same resource."""
        self._store.write(
            "INSERT OR REPLACE INTO granted_scopes"
            " (cloud, tenant_id, client_id, address, resource, scopes, at)"
            " VALUES (:cloud, :tenant_id, :client_id, :address, :resource, :scopes, :at)",
            {
                **mailbox_columns(granted.key),
                "resource": granted.resource,
                "scopes": _joined(granted.scopes),
                "at": written(granted.at),
            },
        )

    def granted_scopes(self, key: ClientKey) -> tuple[GrantedScopes, ...]:
        """Return what the last tokens of an application's mailboxes could do; needs no key."""
        rows = self._store.rows(
            "SELECT address, resource, scopes, at FROM granted_scopes WHERE cloud = :cloud"
            " AND tenant_id = :tenant_id AND client_id = :client_id ORDER BY address, resource",
            {"cloud": key.cloud, "tenant_id": key.tenant_id, "client_id": key.client_id},
        )
        return tuple(
            GrantedScopes(
                MailboxKey(key.cloud, key.tenant_id, key.client_id, row["address"]),
                row["resource"],
                frozenset(row["scopes"].split()),
                instant(row["at"]),
            )
            for row in rows
        )

    def access_token(
        self, key: MailboxKey, resource: str, scopes: Collection[str], now: datetime
    ) -> AccessToken | None:
        """Return a cached access token with more life than `ACCESS_TOKEN_MARGIN`."""
        found = self._store.sealed_rows(
            ACCESS_TOKEN,
            "SELECT * FROM access_token WHERE cloud = :cloud"
            " AND tenant_id = :tenant_id AND client_id = :client_id AND address = :address"
            " AND resource = :resource AND scopes = :scopes AND expires_at > :soonest",
            {
                **mailbox_columns(key),
                "resource": resource,
                "scopes": _joined(scopes),
                "soonest": written(now + ACCESS_TOKEN_MARGIN),
            },
        )
        if not found:
            return None
        row, token = found[0]
        return AccessToken(token, instant(row["expires_at"]), frozenset(scopes), resource)


def add_generation(
    connection: sqlite3.Connection, cipher: Cipher, key: MailboxKey, token: Secret, at: datetime
) -> int:
    """Keep a refresh token as the newest generation, inside the caller's transaction.

    A newest generation that cannot be read any more is no obstacle: the new token is kept.
    """
    columns = {**mailbox_columns(key), "at": written(at)}
    newest = connection.execute(
        "SELECT generation, token FROM refresh_token WHERE cloud = :cloud"
        " AND tenant_id = :tenant_id AND client_id = :client_id AND address = :address"
        " ORDER BY generation DESC LIMIT 1",
        columns,
    ).fetchone()
    latest = newest["generation"] if newest else 0
    if newest and cipher.unseal(newest["token"], _place(key, latest)) == token:
        connection.execute(
            "UPDATE refresh_token SET last_used_at = :at, suspect_reason = NULL"
            " WHERE cloud = :cloud AND tenant_id = :tenant_id AND client_id = :client_id"
            " AND address = :address AND generation = :generation",
            {**columns, "generation": latest},
        )
        return int(latest)
    generation = int(latest) + 1
    sealed = cipher.seal(token, _place(key, generation))
    connection.execute(
        "INSERT INTO refresh_token"
        " (cloud, tenant_id, client_id, address, generation, token, issued_at)"
        " VALUES (:cloud, :tenant_id, :client_id, :address, :generation, :token, :at)",
        {**columns, "generation": generation, "token": sealed},
    )
    connection.execute(
        "DELETE FROM refresh_token WHERE cloud = :cloud AND tenant_id = :tenant_id"
        " AND client_id = :client_id AND address = :address AND generation < :generation - 1",
        {**columns, "generation": generation},
    )
    return generation


def mailbox_columns(key: MailboxKey) -> dict[str, object]:
    """Return the columns that name a mailbox in every table that has them."""
    return {
        "cloud": key.cloud,
        "tenant_id": key.tenant_id,
        "client_id": key.client_id,
        "address": key.address,
    }


def _joined(scopes: Collection[str]) -> str:
    return " ".join(sorted(set(scopes)))


def _place(key: MailboxKey, generation: int) -> Place:
    return REFRESH_TOKEN.place({**mailbox_columns(key), "generation": generation})
