"""NoVault: nothing outlives the process; within it, one command finds what it kept."""

import os
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from provision.clock import Clock
from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.entries import (
    AccessToken,
    ClientKey,
    ExpiredSignIn,
    GrantedScopes,
    HeldSecret,
    Intent,
    MailboxKey,
    PendingSignIn,
    RefreshToken,
    RegistrationKey,
    RememberedIds,
    SignedInMailbox,
)
from provision.vault.ledger import Holder, HolderKey
from provision.vault.ledger_in_memory import LedgerInMemory
from provision.vault.port import LOCK_TIMEOUT, SIGN_IN_LIFETIME
from provision.vault.private_files import make_private_directory


class NoVault(LedgerInMemory):
    """What `PROVISION_VAULT=none` gives: sinks must hold the secrets.

    Access tokens are not cached: they would be used once, by the process that has them anyway.
    """

    holds_secrets = False

    def __init__(self, clock: Clock, locks: Path) -> None:
        self._clock = clock
        self._locks = locks
        self._guard = Lock()
        self._secrets: dict[tuple[ClientKey, str], HeldSecret] = {}
        self._intents: dict[str, tuple[RegistrationKey, Intent]] = {}
        self._ids: dict[RegistrationKey, RememberedIds] = {}
        self._sign_ins: dict[MailboxKey, SignedInMailbox] = {}
        self._tokens: dict[MailboxKey, tuple[RefreshToken, ...]] = {}
        self._pending: dict[str, PendingSignIn] = {}
        self._holders: dict[HolderKey, Holder] = {}
        self._granted: dict[tuple[MailboxKey, str], GrantedScopes] = {}

    def prepare(self) -> None:
        """Prove nothing: what must be kept needs a sink."""

    def lock(self, *name: str, timeout: float = LOCK_TIMEOUT) -> AbstractContextManager[bool]:
        """Hold the lock of that name, for processes too; where no file can be made, go ahead."""
        from provision.vault.locks import file_lock  # noqa: PLC0415  (loads a library; seldom used)

        try:
            make_private_directory(self._locks)
        except VaultFailed:
            # A home that cannot be written has no second process that would use it.
            return nullcontext(enter_result=True)
        return file_lock(self._locks, name, timeout, self._clock)

    def keep_secret(self, key: ClientKey, held: HeldSecret) -> None:
        """Remember a client secret until the process ends."""
        self._secrets[key, held.key_id] = held

    def secret(self, key: ClientKey, key_id: str | None = None) -> HeldSecret | None:
        """Return the client secret with that key id, or else the newest that has not expired."""
        if key_id is not None:
            return self._secrets.get((key, key_id))
        now = self._clock.now()
        of_client = [held for (owner, _), held in self._secrets.items() if owner == key]
        return next((held for held in reversed(of_client) if held.end_at > now), None)

    def held_key_ids(self, key: ClientKey) -> frozenset[str]:
        """Return the key ids that this process remembers."""
        return frozenset(key_id for owner, key_id in self._secrets if owner == key)

    def forget_secret(self, key: ClientKey, key_id: str) -> None:
        """Forget a client secret; one that is not remembered is no error."""
        self._secrets.pop((key, key_id), None)

    def forget_application(self, key: ClientKey, registration: RegistrationKey) -> None:
        """Remove all that belongs to an application which is no more."""

        def is_its_own(mailbox: MailboxKey) -> bool:
            return mailbox.client == key

        with self._guard:
            self._secrets = {k: v for k, v in self._secrets.items() if k[0] != key}
            self._intents = {k: v for k, v in self._intents.items() if v[0] != registration}
            self._ids.pop(registration, None)
            self._sign_ins = {k: v for k, v in self._sign_ins.items() if not is_its_own(k)}
            self._tokens = {k: v for k, v in self._tokens.items() if not is_its_own(k)}
            self._pending = {k: v for k, v in self._pending.items() if not is_its_own(v.mailbox)}
            self._holders = {k: v for k, v in self._holders.items() if k.client != key}
            self._granted = {k: v for k, v in self._granted.items() if not is_its_own(k[0])}

    def begin_intent(
        self,
        key: RegistrationKey,
        operation: str,
        display_name: str,
        key_ids_present: Collection[str],
    ) -> Intent:
        """Remember a mint until the process ends: nobody will resume it."""
        intent = Intent(
            os.urandom(16).hex(),
            operation,
            frozenset(key_ids_present),
            self._clock.now(),
            display_name,
        )
        self._intents[intent.intent_id] = (key, intent)
        return intent

    def unfinished_intents(self, key: RegistrationKey) -> tuple[Intent, ...]:
        """Return this process's mints that were not finished, oldest first."""
        return tuple(intent for owner, intent in self._intents.values() if owner == key)

    def finish_intent(self, intent_id: str) -> None:
        """Close an intent; harmless when repeated."""
        self._intents.pop(intent_id, None)

    def remember_ids(self, key: RegistrationKey, ids: RememberedIds) -> None:
        """Remember ids until the process ends: the closing look saves a round trip."""
        self._ids[key] = ids

    def remembered_ids(self, key: RegistrationKey) -> RememberedIds | None:
        """Return the ids that this process remembers."""
        return self._ids.get(key)

    def keep_sign_in(self, mailbox: SignedInMailbox, token: Secret) -> int:
        """Remember who signed in and the first refresh token."""
        self._sign_ins[mailbox.key] = mailbox
        return self.keep_refresh_token(mailbox.key, token, mailbox.signed_in_at)

    def sign_in(self, key: MailboxKey) -> SignedInMailbox | None:
        """Return who signed in for a mailbox in this process."""
        return self._sign_ins.get(key)

    def find_sign_ins(
        self,
        *,
        address: str | None = None,
        client_id: str | None = None,
        tenant_id: str | None = None,
        cloud: str | None = None,
    ) -> tuple[SignedInMailbox, ...]:
        """Return the mailboxes signed in by this process that match all that is given."""
        wanted = (cloud, tenant_id, client_id, address and address.lower())
        found = [
            mailbox
            for key, mailbox in self._sign_ins.items()
            if all(
                want in (None, has)
                for want, has in zip(
                    wanted, (key.cloud, key.tenant_id, key.client_id, key.address), strict=True
                )
            )
        ]
        return tuple(sorted(found, key=_in_order_of_address))

    def keep_refresh_token(self, key: MailboxKey, token: Secret, at: datetime) -> int:
        """Remember what the endpoint gave as the newest generation."""
        with self._guard:
            kept = self._tokens.get(key, ())
            if kept and kept[0].token == token:
                newest = replace(kept[0], last_used_at=at, suspect_reason=None)
                self._tokens[key] = (newest, *kept[1:])
                return newest.generation
            newest = RefreshToken(kept[0].generation + 1 if kept else 1, token, at, None, None)
            self._tokens[key] = (newest, *kept[:1])
            return newest.generation

    def refresh_token(self, key: MailboxKey, generation: int | None = None) -> RefreshToken | None:
        """Return one generation of a mailbox's refresh token; the newest unless one is named."""
        kept = self._tokens.get(key, ())
        return next((t for t in kept if generation in (None, t.generation)), None)

    def mark_used(self, key: MailboxKey, generation: int, at: datetime) -> None:
        """Record that a refresh with this generation succeeded; it is no longer suspect."""
        with self._guard:
            self._tokens[key] = tuple(
                replace(t, last_used_at=at, suspect_reason=None)
                if t.generation == generation
                else t
                for t in self._tokens.get(key, ())
            )

    def mark_suspect(self, key: MailboxKey, generation: int, reason: str) -> None:
        """Record that the endpoint refused this generation, and why; nothing is deleted."""
        with self._guard:
            self._tokens[key] = tuple(
                replace(t, suspect_reason=reason) if t.generation == generation else t
                for t in self._tokens.get(key, ())
            )

    def keep_access_token(self, key: MailboxKey, token: AccessToken) -> None:
        """Keep nothing."""

    def access_token(
        self, key: MailboxKey, resource: str, scopes: Collection[str], now: datetime
    ) -> None:
        """Return nothing: access tokens are not kept."""

    def keep_pending(self, pending: PendingSignIn) -> None:
        """Remember a sign-in until the process ends."""
        self._pending[pending.state] = pending

    def latest_pending(
        self, key: MailboxKey, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return a mailbox's latest sign-in and leave it where it is."""
        waiting = [p for p in self._pending.values() if p.mailbox == key]
        latest = max(waiting, key=lambda p: p.created_at, default=None)
        if latest is not None and now - latest.created_at >= SIGN_IN_LIFETIME:
            return ExpiredSignIn(latest.mailbox, latest.created_at, latest.is_sent)
        return latest

    def take_pending(
        self, key: MailboxKey, state: str, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return and forget a mailbox's sign-in with this state; None when none waits."""
        pending = self._pending.get(state)
        if pending is None or pending.mailbox != key:
            return None
        del self._pending[state]
        if now - pending.created_at >= SIGN_IN_LIFETIME:
            return ExpiredSignIn(pending.mailbox, pending.created_at, pending.is_sent)
        return pending

    def take_latest_pending(
        self, key: MailboxKey, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return and forget a mailbox's latest sign-in, for an answer that carries no state."""
        waiting = [p for p in self._pending.values() if p.mailbox == key]
        latest = max(waiting, key=lambda p: p.created_at, default=None)
        return None if latest is None else self.take_pending(key, latest.state, now)

    def record_granted_scopes(self, granted: GrantedScopes) -> None:
        """Remember what a token could do, until the process ends."""
        self._granted[granted.key, granted.resource] = granted

    def granted_scopes(self, key: ClientKey) -> tuple[GrantedScopes, ...]:
        """Return what tokens of this process could do."""
        found = [g for g in self._granted.values() if g.key.client == key]
        return tuple(sorted(found, key=lambda g: (g.key.address, g.resource)))


def _in_order_of_address(mailbox: SignedInMailbox) -> tuple[str, str, str, str]:
    key = mailbox.key
    return key.address, key.cloud, key.tenant_id, key.client_id
