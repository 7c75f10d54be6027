"""Which client secret a token is asked for with, and how long a refusal may mean that it is new."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from provision.errors import ClientRefused, UsageError
from provision.oauth.scopes import authority_url
from provision.oauth.token_endpoint import Client, TokenSet
from provision.secret import Secret
from provision.stages.progress import Waiting
from provision.stages.services import Services
from provision.vault.port import ClientKey, HeldSecret, SignedInMailbox

_REPLICATION: Final = 180.0
_PERSONAL_REPLICATION: Final = 600.0
"""Seconds from its making until every server knows a secret; personal accounts' side is slower."""
_WRONG_SECRET: Final = "AADSTS7000215"  # noqa: S105  (a code, no secret)
_NEW: Final = frozenset({_WRONG_SECRET, "AADSTS700016"})
"""What a server says that has not heard of a new secret or a new application."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """A refresh token that is to be traded for tokens."""

    signed_in: SignedInMailbox
    token: Secret
    scopes: tuple[str, ...]


def client_secret(key: ClientKey, services: Services) -> Secret:
    """Return the client secret: the one that the caller brought, or else the vault's.

    Raises:
        UsageError: Nobody here holds one.
    """
    if services.supplied_secret is not None:
        return services.supplied_secret
    return held_secret(key, services).secret


def held_secret(key: ClientKey, services: Services) -> HeldSecret:
    """Return the newest client secret that the vault holds.

    Raises:
        UsageError: It holds none.
    """
    held = services.vault.secret(key)
    if held is None:
        raise UsageError(
            f"application {key.client_id}: its client secret is not held here",
            hint="run this where `provision apply` ran, or set PROVISION_CLIENT_SECRET",
        )
    return held


def redeem(wanted: Redemption, services: Services) -> TokenSet:
    """Trade a refresh token for tokens, with whichever client secret the endpoint takes.

    The newest is tried first. Where a server does not know it yet, the one before it serves, as
    long as a rotation keeps both: nobody waits. Where none is taken, the newest is tried until it
    is old enough to be known everywhere.

    Raises:
        UsageError: Nobody here holds a client secret.
        ClientRefused: The endpoint takes no secret that is held.
        ProvisionError: What the endpoint said.
    """
    key = wanted.signed_in.key.client
    if services.supplied_secret is not None:
        # Somebody typed it: it is more likely wrong than new.
        return _ask(wanted, services.supplied_secret, 0.0, services)
    newest = held_secret(key, services)
    try:
        return _ask(wanted, newest.secret, 0.0, services)
    except ClientRefused as error:
        refused = error
    if _code(refused) == _WRONG_SECRET:
        for older in _older(key, newest, services):
            reason = f"client secret {newest.key_id} is not known everywhere: using {older.key_id}"
            services.report(Waiting(reason, 0.0))
            try:
                return _ask(wanted, older.secret, 0.0, services)
            except ClientRefused as error:
                if _code(error) != _WRONG_SECRET:
                    raise
    patience = _patience(newest, wanted.signed_in, services)
    if patience <= 0.0 or _code(refused) not in _NEW:
        raise refused
    return _ask(wanted, newest.secret, patience, services)


def _ask(wanted: Redemption, secret: Secret, patience: float, services: Services) -> TokenSet:
    key = wanted.signed_in.key
    authority = authority_url(services.cloud, wanted.signed_in.authority, key.tenant_id)
    return services.endpoint.refresh(
        Client(key.client_id, secret, authority),
        wanted.token,
        wanted.scopes,
        patience=patience,
        waiting=lambda reason, seconds: services.report(Waiting(reason, seconds)),
    )


def _code(error: ClientRefused) -> str | None:
    return dict(error.evidence).get("code")


def _older(key: ClientKey, newest: HeldSecret, services: Services) -> Iterator[HeldSecret]:
    """Yield the other secrets that have not expired, the one with the longest life first."""
    vault, now = services.vault, services.clock.now()
    others = vault.held_key_ids(key) - {newest.key_id}
    found = [held for key_id in others if (held := vault.secret(key, key_id)) is not None]
    alive = [held for held in found if held.end_at > now]
    yield from sorted(alive, key=lambda held: (held.end_at, held.key_id), reverse=True)


def _patience(held: HeldSecret, signed_in: SignedInMailbox, services: Services) -> float:
    """Return the seconds that are left until every server must know a secret."""
    if held.start_at is None:
        return 0.0
    is_personal = signed_in.authority == "consumers"
    age = (services.clock.now() - held.start_at).total_seconds()
    # Graph's clock may be ahead of ours.
    return (_PERSONAL_REPLICATION if is_personal else _REPLICATION) - max(age, 0.0)
