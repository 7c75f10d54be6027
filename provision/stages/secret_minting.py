"""Mint a client secret so that it is either held by somebody or does not live."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from provision.errors import OutcomeUnknown, ProvisionError
from provision.plan.custody import Custody
from provision.plan.password import is_lost
from provision.stages.secret_custody import Kept
from provision.stages.services import Services
from provision.stages.vault_keys import client_key
from provision.tenant.application import MintedPassword, Password
from provision.tenant.port import Snapshot
from provision.vault.port import RegistrationKey

_INTENT_LIFE = timedelta(days=1)
"""How long a lost secret may take to show up on a replica."""


@dataclass(frozen=True, slots=True)
class Mint:
    """One client secret to be made: what to write down first, and the three calls."""

    key: RegistrationKey
    display_name: str
    key_ids_present: frozenset[str]
    """The application's key ids before."""
    create: Callable[[], MintedPassword]
    """One `Tenant` call."""
    keep: Callable[[MintedPassword], Kept]
    """Gives the secret to whoever holds it."""
    revoke: Callable[[str], None]
    """One `Tenant` call, by key id; then the vault forgets it."""


@dataclass(frozen=True, slots=True)
class OwnMint:
    """A client secret that this run made."""

    password: Password
    key_ids_present: frozenset[str]
    """The application's key ids before."""
    answered_at: datetime
    """When it was certainly there."""

    def is_younger_than(self, rival: Password) -> bool:
        """Tell whether this one gives way at once; on the other host the answer is no."""
        return _age(rival) < _age(self.password)


def carry_out_mint(mint: Mint, services: Services) -> tuple[Password, Kept]:
    """Record the intent, mint, keep; revoke when nobody could keep it.

    Returns:
        What was minted, and where it went.

    Raises:
        OutcomeUnknown: The request was sent and its answer lost; the intent stays open, so that
            the next look recognises the secret that nobody holds.
        VaultFailed, SinkFailed: Nobody could keep the secret; it was revoked.
    """
    with services.shield():
        intent = services.vault.begin_intent(
            mint.key, "mint", mint.display_name, mint.key_ids_present
        )
        try:
            minted = mint.create()
        except OutcomeUnknown:
            raise
        except ProvisionError:
            services.vault.finish_intent(intent.intent_id)
            raise
        try:
            kept = mint.keep(minted)
        except BaseException:
            # Ctrl-C included: nobody holds this secret, so it must not live.
            mint.revoke(minted.password.key_id)
            raise
        if not kept.holders:
            mint.revoke(minted.password.key_id)
        services.vault.finish_intent(intent.intent_id)
    if not kept.holders:
        raise kept.failures[0]
    return minted.password, kept


def rival(ours: OwnMint, satisfying: Collection[Password], custody: Custody) -> Password | None:
    """Return the first secret that another host minted for the same plan.

    Both hosts look after they have minted, and by the same order exactly one of them gives way.
    Only where the other one began and ended while our request was on its way, it could not see
    ours, although ours says that it is older: such a one is returned, too.

    Args:
        ours: What was minted here.
        satisfying: Every live secret of the wanted name.
        custody: What is held here, and which secrets were lost here.
    """
    known = ours.key_ids_present | custody.held_key_ids | {ours.password.key_id}
    rivals = [p for p in satisfying if p.key_id not in known and not is_lost(p, custody)]
    return min((p for p in rivals if p.start_at <= ours.answered_at), key=_age, default=None)


def _age(password: Password) -> tuple[datetime, str]:
    return password.start_at, password.key_id


def settle_intents(key: RegistrationKey, snapshot: Snapshot, services: Services) -> None:
    """Close intents whose lost secret is gone, or was never made."""
    unfinished = services.vault.unfinished_intents(key)
    if not unfinished or snapshot.application is None:
        return
    client = client_key(services, key.tenant_id, snapshot.application.client_id)
    held = services.vault.held_key_ids(client)
    stray = {p.key_id for p in snapshot.application.passwords} - held
    for intent in unfinished:
        is_old = services.clock.now() - intent.begun_at > _INTENT_LIFE
        if is_old or stray <= intent.key_ids_present:
            services.vault.finish_intent(intent.intent_id)
