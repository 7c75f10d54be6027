"""Vault, the port: keep what was entrusted to us, durably before a `keep_*` returns."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final, Protocol

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
from provision.vault.ledger import GivenSecret, GivenToken, Holder, HolderKey, Ledger

__all__ = [
    "ACCESS_TOKEN_MARGIN",
    "LOCK_TIMEOUT",
    "SIGN_IN_LIFETIME",
    "AccessToken",
    "ClientKey",
    "ExpiredSignIn",
    "GivenSecret",
    "GivenToken",
    "GrantedScopes",
    "HeldSecret",
    "Holder",
    "HolderKey",
    "Intent",
    "Ledger",
    "MailboxKey",
    "PendingSignIn",
    "RefreshToken",
    "RegistrationKey",
    "RememberedIds",
    "SignedInMailbox",
    "Vault",
]

ACCESS_TOKEN_MARGIN: Final = timedelta(minutes=10)
"""A cached access token is not given out when it has no more life than this."""
SIGN_IN_LIFETIME: Final = timedelta(minutes=15)
"""How long a sign-in may wait for its answer."""
LOCK_TIMEOUT: Final = 30.0
"""Seconds to wait for somebody else's refresh before going ahead without the lock."""


class Vault(Protocol):
    """Everything that outlives a command.

    Every method may raise `VaultFailed`. Reading never creates a vault; the first write does.
    Several threads and processes may use one vault at once.
    """

    @property
    def holds_secrets(self) -> bool:
        """Whether what is kept here is still here when the process has ended."""
        ...

    def prepare(self) -> None:
        """Prove that a secret could be kept here, before there is one."""
        ...

    def lock(self, *name: str, timeout: float = LOCK_TIMEOUT) -> AbstractContextManager[bool]:
        """Hold the lock of that name for the `with` block.

        Args:
            name: Parts that together name what is protected, such as a purpose, tenant and client.
            timeout: Seconds to wait for whoever holds it.

        Returns:
            Yields whether the lock is held; False after the timeout, and the caller decides.
        """
        ...

    # Client secrets

    def keep_secret(self, key: ClientKey, held: HeldSecret) -> None:
        """Keep a client secret; one with the same key id is replaced."""
        ...

    def secret(self, key: ClientKey, key_id: str | None = None) -> HeldSecret | None:
        """Return the client secret with that key id, or else the newest that has not expired."""
        ...

    def held_key_ids(self, key: ClientKey) -> frozenset[str]:
        """Return the key ids of every client secret kept, expired ones included."""
        ...

    def forget_secret(self, key: ClientKey, key_id: str) -> None:
        """Remove a client secret; one that is not kept is no error."""
        ...

    def forget_application(self, key: ClientKey, registration: RegistrationKey) -> None:
        """Remove all that belongs to an application which is no more: secrets, tokens, sign-ins."""
        ...

    # Mints under way, and ids that save a round trip

    def begin_intent(
        self,
        key: RegistrationKey,
        operation: str,
        display_name: str,
        key_ids_present: Collection[str],
    ) -> Intent:
        """Record that a client secret is about to be minted; proves that it could be kept."""
        ...

    def unfinished_intents(self, key: RegistrationKey) -> tuple[Intent, ...]:
        """Return the mints that were begun and not finished, oldest first."""
        ...

    def finish_intent(self, intent_id: str) -> None:
        """Close an intent; harmless when repeated."""
        ...

    def remember_ids(self, key: RegistrationKey, ids: RememberedIds) -> None:
        """Remember ids in place of those remembered before."""
        ...

    def remembered_ids(self, key: RegistrationKey) -> RememberedIds | None:
        """Return the ids of an earlier run."""
        ...

    # Mailboxes and their refresh tokens

    def keep_sign_in(self, mailbox: SignedInMailbox, token: Secret) -> int:
        """Keep who signed in and the first refresh token; return the token's generation.

        A mailbox that signs in again continues its generations; its cached access tokens go.
        """
        ...

    def sign_in(self, key: MailboxKey) -> SignedInMailbox | None:
        """Return who signed in for a mailbox."""
        ...

    def find_sign_ins(
        self,
        *,
        address: str | None = None,
        client_id: str | None = None,
        tenant_id: str | None = None,
        cloud: str | None = None,
    ) -> tuple[SignedInMailbox, ...]:
        """Return the signed-in mailboxes that match all that is given, in order of address."""
        ...

    def keep_refresh_token(self, key: MailboxKey, token: Secret, at: datetime) -> int:
        """Keep what the endpoint gave as the newest generation, and return that generation.

        The generation before it is kept as well, older ones are removed. The token that is already
        the newest stays the same generation, marked as used.
        """
        ...

    def refresh_token(self, key: MailboxKey, generation: int | None = None) -> RefreshToken | None:
        """Return one generation of a mailbox's refresh token; the newest unless one is named."""
        ...

    def mark_used(self, key: MailboxKey, generation: int, at: datetime) -> None:
        """Record that a refresh with this generation succeeded; it is no longer suspect."""
        ...

    def mark_suspect(self, key: MailboxKey, generation: int, reason: str) -> None:
        """Record that the endpoint refused this generation, and why; nothing is deleted."""
        ...

    # Access tokens

    def keep_access_token(self, key: MailboxKey, token: AccessToken) -> None:
        """Cache an access token in place of an older one for the same resource and scopes."""
        ...

    def access_token(
        self, key: MailboxKey, resource: str, scopes: Collection[str], now: datetime
    ) -> AccessToken | None:
        """Return a cached access token with more life than `ACCESS_TOKEN_MARGIN`."""
        ...

    def record_granted_scopes(self, granted: GrantedScopes) -> None:
        """Record what a token could do, in place of the one before it for the same resource."""
        ...

    def granted_scopes(self, key: ClientKey) -> tuple[GrantedScopes, ...]:
        """Return what the last tokens of an application's mailboxes could do; needs no key."""
        ...

    # Sign-ins that wait for their answer

    def keep_pending(self, pending: PendingSignIn) -> None:
        """Keep what the answer to a sign-in will be checked against."""
        ...

    def latest_pending(
        self, key: MailboxKey, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return a mailbox's latest sign-in and leave it where it is."""
        ...

    def take_pending(
        self, key: MailboxKey, state: str, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return and remove a mailbox's sign-in with this state; None when none waits.

        One of another mailbox stays where it is.
        """
        ...

    def take_latest_pending(
        self, key: MailboxKey, now: datetime
    ) -> PendingSignIn | ExpiredSignIn | None:
        """Return and remove a mailbox's latest sign-in, for an answer that carries no state."""
        ...

    # Who was given what

    def record_handoff(self, holder: Holder) -> None:
        """Record what a holder was given; what it was not given this time stays recorded."""
        ...

    def holders(self, client: ClientKey) -> tuple[Holder, ...]:
        """Return everybody who was given values of an application or its mailboxes.

        In order of address and name; needs no key.
        """
        ...

    def forget_holder(self, key: HolderKey) -> None:
        """Forget that a holder was given anything; one that is not known is no error."""
        ...

    def ledger(self) -> Ledger:
        """Return everything that is held and was given away, without a secret; needs no key."""
        ...
