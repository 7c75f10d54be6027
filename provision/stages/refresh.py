"""Renew a mailbox's tokens without ever losing one; the stage behind `refresh` and `token`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from shlex import quote

from provision.errors import ConsentMissing, SignInRequired
from provision.oauth.scopes import missing_scopes
from provision.oauth.token_endpoint import TokenSet
from provision.stages.client_secrets import Redemption, redeem
from provision.stages.progress import Waiting
from provision.stages.services import Services
from provision.stages.token_purpose import Wanted, mail_wanted
from provision.tenant.mailbox import Mailbox
from provision.vault.port import (
    AccessToken,
    GrantedScopes,
    MailboxKey,
    RefreshToken,
    SignedInMailbox,
)


@dataclass(frozen=True, slots=True)
class Renewed:
    """How a refresh ended."""

    access_token: AccessToken
    generation: int
    was_done_by_another: bool
    """Another process refreshed while this one waited for its turn."""

    @property
    def in_words(self) -> str:
        """What came of it, for a person."""
        word = "renewed by another process" if self.was_done_by_another else "renewed"
        return f"{word}, generation {self.generation}"


def access_token(signed_in: SignedInMailbox, wanted: Wanted, services: Services) -> AccessToken:
    """Return an access token with at least ten minutes left, refreshing only when there is none.

    Raises:
        SignInRequired: The owner has to sign in (again).
        ClientRefused, ConsentMissing, TemporaryError: As the token endpoint said.
    """
    cached = _cached(signed_in.key, wanted, services)
    if cached is not None:
        return cached
    with _turn(signed_in.key, services):
        cached = _cached(signed_in.key, wanted, services)
        if cached is not None:
            return cached
        held = _held_token(signed_in.key, services)
        return _refresh(signed_in, held, wanted, services).access_token


def renew(signed_in: SignedInMailbox, services: Services) -> Renewed:
    """Refresh now, whatever the cache says; who waited for another's refresh shares its result.

    Raises:
        SignInRequired: The owner has to sign in (again).
        ClientRefused, ConsentMissing, TemporaryError: As the token endpoint said.
    """
    wanted = mail_wanted(signed_in, services.cloud)
    before = _held_token(signed_in.key, services)
    with _turn(signed_in.key, services):
        held = _held_token(signed_in.key, services)
        if _was_refreshed(before, held):
            cached = _cached(signed_in.key, wanted, services)
            if cached is not None:
                return Renewed(cached, held.generation, was_done_by_another=True)
        return _refresh(signed_in, held, wanted, services)


def signed_in_mailbox(mailbox: Mailbox, key: MailboxKey, services: Services) -> SignedInMailbox:
    """Return who signed in for a mailbox.

    Raises:
        SignInRequired: Nobody did.
    """
    found = services.vault.sign_in(key)
    if found is None:
        raise SignInRequired(
            f"mailbox {mailbox.address}: {mailbox.sign_in_as} has not signed in yet",
            hint=f"provision authorize --mailbox {quote(mailbox.address)}",
        )
    return found


@contextmanager
def _turn(key: MailboxKey, services: Services) -> Iterator[None]:
    """Wait for this mailbox's turn; after the timeout go ahead, since nothing is revoked."""
    name = ("refresh", key.cloud, key.tenant_id, key.client_id, key.address)
    with services.vault.lock(*name) as is_held:
        if not is_held:
            reason = f"mailbox {key.address}: another refresh takes too long; going ahead"
            services.report(Waiting(reason, 0.0))
        yield


def _cached(key: MailboxKey, wanted: Wanted, services: Services) -> AccessToken | None:
    now = services.clock.now()
    return services.vault.access_token(key, wanted.resource, wanted.scopes, now)


def _held_token(key: MailboxKey, services: Services) -> RefreshToken:
    token = services.vault.refresh_token(key)
    if token is None:
        raise SignInRequired(
            f"mailbox {key.address}: no refresh token is held here",
            hint=f"provision authorize --mailbox {quote(key.address)}",
        )
    return token


def _was_refreshed(before: RefreshToken, after: RefreshToken) -> bool:
    """Tell whether somebody used the token meanwhile; not every refresh brings a new one."""
    return (after.generation, after.last_used_at) != (before.generation, before.last_used_at)


def _refresh(
    signed_in: SignedInMailbox, held: RefreshToken, wanted: Wanted, services: Services
) -> Renewed:
    key = signed_in.key
    redemption = Redemption(signed_in, held.token, wanted.scopes)
    with services.shield():
        try:
            tokens = redeem(redemption, services)
        except SignInRequired as error:
            # Only this speaks of the token: a wrong client secret or a missing consent does not.
            services.vault.mark_suspect(key, held.generation, error.message)
            raise
        generation, renewed, now = held.generation, tokens.refresh_token, services.clock.now()
        if renewed is None or renewed == held.token:
            services.vault.mark_used(key, generation, now)
        else:
            # Durable before the access token is used: whoever crashes from here on loses nothing.
            generation = services.vault.keep_refresh_token(key, renewed, now)
        token = keep_access_token(key, wanted, tokens, services)
    return Renewed(token, generation, was_done_by_another=False)


def keep_access_token(
    key: MailboxKey, wanted: Wanted, tokens: TokenSet, services: Services
) -> AccessToken:
    """Cache a fresh access token and return it.

    Raises:
        ConsentMissing: The token lacks a scope that was asked for.
    """
    # RFC 6749 section 5.1: no scope in the answer means those that were asked for.
    granted = frozenset(tokens.scopes or wanted.scopes)
    now = services.clock.now()
    services.vault.record_granted_scopes(GrantedScopes(key, wanted.resource, granted, now))
    lacking = missing_scopes(wanted.scopes, granted)
    if lacking:
        raise ConsentMissing(
            f"mailbox {key.address}: Entra gave a token without {' '.join(lacking)}",
            hint="provision apply grants what the manifest declares; then provision authorize",
        )
    token = AccessToken(
        token=tokens.access_token,
        expires_at=now + timedelta(seconds=tokens.expires_in),
        scopes=frozenset(wanted.scopes),
        resource=wanted.resource,
    )
    services.vault.keep_access_token(key, token)
    return token
