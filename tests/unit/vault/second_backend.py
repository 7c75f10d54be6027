"""A second backend in one file: a vault over anything that maps keys to values, here a dict.

What a backend over a service would do with get, put, list and delete, this one does with a shelf
that outlives it. It passes the whole contract, and shares no code with the two of the product.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from provision.clock import Clock
from provision.secret import Secret
from provision.vault.ledger import MailboxEntry, RegistrationEntry, SecretEntry, TokenEntry
from provision.vault.locks import file_lock
from provision.vault.port import (
    ACCESS_TOKEN_MARGIN,
    LOCK_TIMEOUT,
    SIGN_IN_LIFETIME,
    AccessToken,
    ClientKey,
    ExpiredSignIn,
    GrantedScopes,
    HeldSecret,
    Holder,
    HolderKey,
    Intent,
    Ledger,
    MailboxKey,
    PendingSignIn,
    RefreshToken,
    RegistrationKey,
    RememberedIds,
    SignedInMailbox,
)

Value = TypeVar("Value")


@dataclass
class Shelf:
    """What stands for a service: keys, values, and a turn to take."""

    things: dict[tuple[object, ...], object] = field(default_factory=dict)
    turn: RLock = field(default_factory=RLock)


class ShelfVault:
    """A vault on a shelf."""

    holds_secrets = True

    def __init__(self, shelf: Shelf, clock: Clock, locks: Path) -> None:
        self._shelf = shelf
        self._things = shelf.things
        self._clock = clock
        self._locks = locks

    def _all(
        self, kind: type[Value], fits: Callable[..., bool]
    ) -> Iterator[tuple[tuple[Any, ...], Value]]:
        for key, value in list(self._things.items()):
            if isinstance(value, kind) and fits(*key):
                yield key, value

    def _get(self, kind: type[Value], *key: object) -> Value | None:
        found = self._things.get(key)
        return found if isinstance(found, kind) else None

    def _drop(self, fits: Callable[..., bool]) -> None:
        with self._shelf.turn:
            for key in [key for key in self._things if fits(*key)]:
                del self._things[key]

    def prepare(self) -> None:
        self._things[("proof",)] = "a shelf takes everything"

    def lock(self, *name: str, timeout: float = LOCK_TIMEOUT) -> AbstractContextManager[bool]:
        return file_lock(self._locks, name, timeout, self._clock)

    # Client secrets

    def keep_secret(self, key: ClientKey, held: HeldSecret) -> None:
        self._things["secret", key, held.key_id] = held

    def secret(self, key: ClientKey, key_id: str | None = None) -> HeldSecret | None:
        if key_id is not None:
            return self._get(HeldSecret, "secret", key, key_id)
        now = self._clock.now()
        found = [h for _, h in self._all(HeldSecret, lambda *k: k[:2] == ("secret", key))]
        return next((held for held in reversed(found) if held.end_at > now), None)

    def held_key_ids(self, key: ClientKey) -> frozenset[str]:
        found = self._all(HeldSecret, lambda *k: k[:2] == ("secret", key))
        return frozenset(held.key_id for _, held in found)

    def forget_secret(self, key: ClientKey, key_id: str) -> None:
        self._drop(lambda *k: k == ("secret", key, key_id))

    def forget_application(self, key: ClientKey, registration: RegistrationKey) -> None:
        def belongs(*parts: object) -> bool:
            owners = [getattr(part, "client", part) for part in parts]
            return key in owners or registration in owners

        self._drop(belongs)

    # Mints, and ids

    def begin_intent(
        self,
        key: RegistrationKey,
        operation: str,
        display_name: str,
        key_ids_present: Collection[str],
    ) -> Intent:
        with self._shelf.turn:
            name = f"intent-{len(self._things)}-{self._clock.now().isoformat()}"
            present = frozenset(key_ids_present)
            intent = Intent(name, operation, present, self._clock.now(), display_name)
            self._things["intent", name, key] = intent
        return intent

    def unfinished_intents(self, key: RegistrationKey) -> tuple[Intent, ...]:
        return tuple(i for _, i in self._all(Intent, lambda *k: k[2:] == (key,)))

    def finish_intent(self, intent_id: str) -> None:
        self._drop(lambda *k: k[:2] == ("intent", intent_id))

    def remember_ids(self, key: RegistrationKey, ids: RememberedIds) -> None:
        self._things["ids", key] = ids

    def remembered_ids(self, key: RegistrationKey) -> RememberedIds | None:
        return self._get(RememberedIds, "ids", key)

    # Mailboxes and their tokens

    def keep_sign_in(self, mailbox: SignedInMailbox, token: Secret) -> int:
        with self._shelf.turn:
            self._things["mailbox", mailbox.key] = mailbox
            self._drop(lambda *k: k[:2] == ("access", mailbox.key))
            return self.keep_refresh_token(mailbox.key, token, mailbox.signed_in_at)

    def sign_in(self, key: MailboxKey) -> SignedInMailbox | None:
        return self._get(SignedInMailbox, "mailbox", key)

    def find_sign_ins(
        self,
        *,
        address: str | None = None,
        client_id: str | None = None,
        tenant_id: str | None = None,
        cloud: str | None = None,
    ) -> tuple[SignedInMailbox, ...]:
        wanted = {
            "address": address and address.lower(),
            "client_id": client_id,
            "tenant_id": tenant_id,
            "cloud": cloud,
        }
        found = [
            mailbox
            for _, mailbox in self._all(SignedInMailbox, lambda *_: True)
            if all(v in (None, getattr(mailbox.key, name)) for name, v in wanted.items())
        ]
        return tuple(sorted(found, key=lambda m: (m.key.address, m.key.cloud, m.key.tenant_id)))

    def keep_refresh_token(self, key: MailboxKey, token: Secret, at: datetime) -> int:
        with self._shelf.turn:
            newest = self.refresh_token(key)
            if newest is not None and newest.token == token:
                self.mark_used(key, newest.generation, at)
                return newest.generation
            number = 1 if newest is None else newest.generation + 1
            self._things["token", key, number] = RefreshToken(number, token, at, None, None)
            self._drop(lambda *k: k == ("token", key, number - 2))
            return number

    def refresh_token(self, key: MailboxKey, generation: int | None = None) -> RefreshToken | None:
        found = [t for _, t in self._all(RefreshToken, lambda *k: k[:2] == ("token", key))]
        fitting = [token for token in found if generation in (None, token.generation)]
        return max(fitting, key=lambda token: token.generation, default=None)

    def mark_used(self, key: MailboxKey, generation: int, at: datetime) -> None:
        self._mark(key, generation, last_used_at=at, suspect_reason=None)

    def mark_suspect(self, key: MailboxKey, generation: int, reason: str) -> None:
        self._mark(key, generation, suspect_reason=reason)

    def _mark(self, key: MailboxKey, generation: int, **changes: object) -> None:
        with self._shelf.turn:
            token = self.refresh_token(key, generation)
            if token is not None:
                self._things["token", key, generation] = replace(token, **changes)  # type: ignore[arg-type]  # by name

    def keep_access_token(self, key: MailboxKey, token: AccessToken) -> None:
        self._things["access", key, token.resource, token.scopes] = token

    def access_token(
        self, key: MailboxKey, resource: str, scopes: Collection[str], now: datetime
    ) -> AccessToken | None:
        found = self._get(AccessToken, "access", key, resource, frozenset(scopes))
        return found if found and found.expires_at > now + ACCESS_TOKEN_MARGIN else None

    def record_granted_scopes(self, granted: GrantedScopes) -> None:
        self._things["granted", granted.key, granted.resource] = granted

    def granted_scopes(self, key: ClientKey) -> tuple[GrantedScopes, ...]:
        found = [g for _, g in self._all(GrantedScopes, lambda *_: True) if g.key.client == key]
        return tuple(sorted(found, key=lambda g: (g.key.address, g.resource)))

    # Sign-ins that wait

    def keep_pending(self, pending: PendingSignIn) -> None:
        self._things["pending", pending.state, pending.mailbox] = pending

    def latest_pending(
        self, key: MailboxKey, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        with self._shelf.turn:
            latest = self._latest(lambda pending: pending.mailbox == key)
        return None if latest is None else _judged(latest, now)

    def take_pending(
        self, key: MailboxKey, state: str, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        return self._take(lambda pending: (pending.mailbox, pending.state) == (key, state), now)

    def take_latest_pending(
        self, key: MailboxKey, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        return self._take(lambda pending: pending.mailbox == key, now)

    def _take(
        self, fits: Callable[[PendingSignIn], bool], now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        with self._shelf.turn:
            latest = self._latest(fits)
            if latest is None:
                return None
            del self._things["pending", latest.state, latest.mailbox]
        return _judged(latest, now)

    def _latest(self, fits: Callable[[PendingSignIn], bool]) -> PendingSignIn | None:
        waiting = [p for _, p in self._all(PendingSignIn, lambda *_: True) if fits(p)]
        return max(waiting, key=lambda pending: pending.created_at, default=None)

    # Who was given what

    def record_handoff(self, holder: Holder) -> None:
        with self._shelf.turn:
            known = self._get(Holder, "holder", holder.key)
            self._things["holder", holder.key] = known.updated(holder) if known else holder

    def holders(self, client: ClientKey) -> tuple[Holder, ...]:
        return tuple(h for h in self._holders() if h.key.client == client)

    def forget_holder(self, key: HolderKey) -> None:
        self._drop(lambda *k: k == ("holder", key))

    def ledger(self) -> Ledger:
        ids = [(key[1], ids) for key, ids in self._all(RememberedIds, lambda *_: True)]
        ids.sort(key=lambda pair: (pair[0].cloud, pair[0].tenant_id, pair[0].unique_name))
        secrets = self._all(HeldSecret, lambda *_: True)
        return Ledger(
            tuple(RegistrationEntry(key, found.client_id) for key, found in ids),
            tuple(MailboxEntry(m, self._entry(m.key)) for m in self.find_sign_ins()),
            tuple(
                SecretEntry(key[1], held.key_id, held.display_name, held.start_at, held.end_at)
                for key, held in secrets
            ),
            self._holders(),
        )

    def _holders(self) -> tuple[Holder, ...]:
        found = [holder for _, holder in self._all(Holder, lambda *_: True)]
        return tuple(sorted(found, key=lambda h: (h.key.address, h.key.name)))

    def _entry(self, key: MailboxKey) -> TokenEntry | None:
        token = self.refresh_token(key)
        if token is None:
            return None
        return TokenEntry(
            token.generation, token.issued_at, token.last_used_at, token.suspect_reason
        )


def _judged(pending: PendingSignIn, now: datetime) -> PendingSignIn | ExpiredSignIn:
    if now - pending.created_at >= SIGN_IN_LIFETIME:
        return ExpiredSignIn(pending.mailbox, pending.created_at, pending.is_sent)
    return pending
