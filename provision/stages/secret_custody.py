"""Who holds a minted client secret: the vault first, then every sink; nobody means revoke."""

from collections.abc import Sequence
from dataclasses import dataclass

from provision.errors import ProvisionError, SinkFailed, UsageError
from provision.handoff.port import Handover, Sink
from provision.oauth.scopes import authority_url
from provision.stages.holders import record_holder
from provision.stages.services import Services
from provision.stages.vault_keys import client_key, mailbox_key
from provision.tenant.application import MintedPassword
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import ClientSecret, Registration
from provision.vault.port import ClientKey, HeldSecret


@dataclass(frozen=True, slots=True)
class Target:
    """One sink of the manifest and the mailbox whose values it gets."""

    sink: Sink
    mailbox: Mailbox | None
    """None when the manifest names no mailbox."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a secret went."""

    holders: tuple[str, ...]
    failures: tuple[ProvisionError, ...]


def prepare(targets: Sequence[Target], services: Services, *, wants_secret: bool = True) -> None:
    """Prove that a secret could be kept, before there is one.

    Args:
        targets: Each proves that it can be written.
        services: Of which the vault keeps secrets, or is switched off.
        wants_secret: Whether there is going to be one.

    Raises:
        SinkFailed: A sink cannot be written.
        UsageError: The vault is switched off and no sink would hold the secret.
    """
    for target in targets:
        target.sink.prepare()
    if not wants_secret:
        return
    if services.vault.holds_secrets or any(t.sink.holds_secrets for t in targets):
        return
    raise UsageError(
        "PROVISION_VAULT is 'none' and no hand-off in the manifest holds secrets: a client secret "
        "would be lost the moment it is made",
        hint="unset PROVISION_VAULT, or add `handoff: [{to: dotenv, path: mail.env}]`",
    )


def keep(
    registration: Registration,
    minted: MintedPassword,
    targets: Sequence[Target],
    services: Services,
) -> Kept:
    """Give the secret to the vault, then to each sink that holds secrets.

    Never raises for them. A vault that fails is followed by no sink: the secret is to be revoked.
    """
    holders: list[str] = []
    failures: list[ProvisionError] = []
    key = _client(registration, services)
    password = minted.password
    held = HeldSecret(
        key_id=password.key_id,
        display_name=password.display_name or "",
        end_at=password.end_at,
        secret=minted.secret,
        start_at=password.start_at,
    )
    try:
        services.vault.keep_secret(key, held)
    except ProvisionError as error:
        return Kept((), (error,))
    if services.vault.holds_secrets:
        holders.append("the vault")
    secret = ClientSecret(password.key_id, minted.secret, password.end_at)
    for target in targets:
        if target.sink.holds_secrets:
            _keep_in(target, registration, secret, services, holders, failures)
    return Kept(tuple(holders), tuple(failures))


def _keep_in(
    target: Target,
    registration: Registration,
    secret: ClientSecret | None,
    services: Services,
    holders: list[str],
    failures: list[ProvisionError],
) -> None:
    values = handover(target, registration, secret, services)
    try:
        target.sink.keep(values)
    except ProvisionError as error:
        failures.append(error)
        return
    holders.append(target.sink.holder)
    try:
        record_holder(target.sink, values, services)
    except ProvisionError as error:
        failures.append(error)


def bring_up_to_date(
    registration: Registration, targets: Sequence[Target], services: Services
) -> Kept:
    """Write the vault's secret to every sink that holds another one, or none."""
    key_id = registration.secret_key_id
    if key_id is None:
        return Kept((), ())
    stale = [t for t in targets if t.sink.holds_secrets and not _is_up_to_date(t.sink, key_id)]
    # Asked for last: to open the vault's secret takes its key, and mostly nobody needs it.
    held = stale and services.vault.secret(_client(registration, services), key_id)
    if not held:
        return Kept((), ())
    holders: list[str] = []
    failures: list[ProvisionError] = []
    for target in stale:
        secret = ClientSecret(held.key_id, held.secret, held.end_at)
        _keep_in(target, registration, secret, services, holders, failures)
    return Kept(tuple(holders), tuple(failures))


def sinks_without(registration: Registration, targets: Sequence[Target]) -> list[ProvisionError]:
    """Read every sink back; return an error for each that does not hold the serving secret."""
    key_id = registration.secret_key_id or ""
    return [
        SinkFailed(
            f"{target.sink.holder}: it does not hold client secret {key_id}",
            hint="mend what keeps it from being written, then repeat the command",
        )
        for target in targets
        if target.sink.holds_secrets and not _is_up_to_date(target.sink, key_id)
    ]


def _is_up_to_date(sink: Sink, key_id: str) -> bool:
    try:
        return sink.held_key_id() == key_id
    except ProvisionError:
        # Writing to it will say what is wrong.
        return False


def handover(
    target: Target,
    registration: Registration,
    secret: ClientSecret | None,
    services: Services,
) -> Handover:
    """Return everything that is known for one target, the newest refresh token included."""
    mailbox = target.mailbox
    kind = "tenant" if mailbox is None else mailbox.authority
    token = None
    if mailbox is not None:
        key = mailbox_key(registration, mailbox.address)
        token = services.vault.refresh_token(key)
    return Handover(
        cloud=services.cloud,
        registration=registration,
        client_secret=secret,
        mailbox=mailbox,
        authority=authority_url(services.cloud, kind, registration.tenant_id),
        refresh_token=token.token if token else None,
        refresh_token_issued_at=token.issued_at if token else None,
        generation=token.generation if token else None,
    )


def _client(registration: Registration, services: Services) -> ClientKey:
    return client_key(services, registration.tenant_id, registration.client_id)
