"""Sign-ins that wait for their answer, in the vault file: sealed, short-lived, taken once."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

from provision.secret import Secret
from provision.vault.entries import ExpiredSignIn, MailboxKey, PendingSignIn
from provision.vault.port import SIGN_IN_LIFETIME
from provision.vault.schema import instant, written
from provision.vault.sealed_columns import PENDING_SIGN_IN
from provision.vault.sqlite_file import Store
from provision.vault.tokens import mailbox_columns

_OF_MAILBOX: Final = (
    "SELECT * FROM pending_sign_in WHERE cloud = :cloud AND tenant_id = :tenant_id"
    " AND client_id = :client_id AND address = :address"
)
_LATEST: Final = f"{_OF_MAILBOX} ORDER BY created_at DESC, rowid DESC LIMIT 1"


class PendingRows:
    """The part of a vault that keeps what the answer to a sign-in is checked against."""

    _store: Store

    def keep_pending(self, pending: PendingSignIn) -> None:
        """Keep what the answer to a sign-in will be checked against."""
        columns = {**mailbox_columns(pending.mailbox), "state_digest": _digest(pending.state)}
        with self._store.sealing() as (connection, cipher):
            connection.execute(
                "DELETE FROM pending_sign_in WHERE created_at <= :long_ago",
                {"long_ago": written(pending.created_at - SIGN_IN_LIFETIME)},
            )
            connection.execute(
                "INSERT OR REPLACE INTO pending_sign_in (state_digest, cloud, tenant_id,"
                " client_id, address, payload, created_at) VALUES (:state_digest, :cloud,"
                " :tenant_id, :client_id, :address, :payload, :created_at)",
                {
                    **columns,
                    "payload": cipher.seal(_packed(pending), PENDING_SIGN_IN.place(columns)),
                    "created_at": written(pending.created_at),
                },
            )

    def latest_pending(
        self, key: MailboxKey, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return a mailbox's latest sign-in and leave it where it is."""
        found = self._store.sealed_rows(PENDING_SIGN_IN, _LATEST, mailbox_columns(key))
        if not found:
            return None
        _, packed = found[0]
        return _judged(_unpacked(key, packed), now)

    def take_pending(
        self, key: MailboxKey, state: str, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return and remove a mailbox's sign-in with this state; None when none waits."""
        return self._take(
            f"{_OF_MAILBOX} AND state_digest = :state_digest",
            {**mailbox_columns(key), "state_digest": _digest(state)},
            now,
        )

    def take_latest_pending(
        self, key: MailboxKey, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return and remove a mailbox's latest sign-in, for an answer that carries no state."""
        return self._take(_LATEST, mailbox_columns(key), now)

    def _take(
        self, query: str, values: Mapping[str, object], now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        if not self._store.exists():
            return None
        with self._store.sealing() as (connection, cipher):
            row = connection.execute(query, values).fetchone()
            if row is None:
                return None
            connection.execute(
                "DELETE FROM pending_sign_in"
                " WHERE state_digest = :state_digest OR created_at <= :long_ago",
                {
                    "state_digest": row["state_digest"],
                    "long_ago": written(now - SIGN_IN_LIFETIME),
                },
            )
        # Outside: one that was changed is refused, and does not come again.
        packed = self._store.unsealed(cipher, PENDING_SIGN_IN, row)
        key = MailboxKey(row["cloud"], row["tenant_id"], row["client_id"], row["address"])
        return _judged(_unpacked(key, packed), now)


def _judged(pending: PendingSignIn, now: datetime) -> PendingSignIn | ExpiredSignIn:
    if now - pending.created_at >= SIGN_IN_LIFETIME:
        return ExpiredSignIn(pending.mailbox, pending.created_at, pending.is_sent)
    return pending


def _packed(pending: PendingSignIn) -> Secret:
    return Secret(
        json.dumps(
            {
                "state": pending.state,
                "nonce": pending.nonce.reveal(),
                "code_verifier": pending.code_verifier.reveal(),
                "redirect_uri": pending.redirect_uri,
                "authority": pending.authority,
                "scopes": pending.scopes,
                "created_at": written(pending.created_at),
                "is_sent": pending.is_sent,
            }
        )
    )


def _unpacked(key: MailboxKey, packed: Secret) -> PendingSignIn:
    members = json.loads(packed.reveal())
    return PendingSignIn(
        mailbox=key,
        state=members["state"],
        nonce=Secret(members["nonce"]),
        code_verifier=Secret(members["code_verifier"]),
        redirect_uri=members["redirect_uri"],
        authority=members["authority"],
        scopes=tuple(members["scopes"]),
        created_at=instant(members["created_at"]),
        # An older version of the program sent none.
        is_sent=bool(members.get("is_sent")),
    )


def _digest(state: str) -> str:
    """Return what a state is looked up by: the state itself stays sealed."""
    return sha256(state.encode()).hexdigest()
