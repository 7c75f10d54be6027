"""Give the newest values to whoever reads them, and write down who has which generation."""

from collections.abc import Sequence
from dataclasses import dataclass

from provision.errors import ProvisionError
from provision.stages.client_secrets import held_secret
from provision.stages.holders import record_holder
from provision.stages.progress import Failed, Finished, Started
from provision.stages.refresh import renew, signed_in_mailbox
from provision.stages.secret_custody import Target, handover
from provision.stages.services import Services
from provision.stages.vault_keys import client_key, mailbox_key
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import ClientSecret, Registration


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One target and how it went."""

    holder: str
    mailbox: str | None
    generation: int | None
    failure: ProvisionError | None


def hand_off(
    registration: Registration, targets: Sequence[Target], services: Services
) -> tuple[HandedOver, ...]:
    """Refresh each mailbox once, then write every target; one failure does not stop the rest.

    Raises:
        SinkFailed: A target cannot be written; nothing was refreshed.
        SignInRequired, ClientRefused, TemporaryError: A mailbox cannot be refreshed.
        UsageError: There is a client secret, and nobody here holds it.
    """
    for target in targets:
        target.sink.prepare()
    for mailbox in dict.fromkeys(t.mailbox for t in targets):
        if mailbox is not None:
            _refresh(mailbox, registration, services)
    secret = _secret(registration, services)
    return tuple(_hand(target, registration, secret, services) for target in targets)


def _refresh(mailbox: Mailbox, registration: Registration, services: Services) -> None:
    key = mailbox_key(registration, mailbox.address)
    renew(signed_in_mailbox(mailbox, key, services), services)


def _hand(
    target: Target, registration: Registration, secret: ClientSecret | None, services: Services
) -> HandedOver:
    values = handover(target, registration, secret, services)
    address = None if target.mailbox is None else target.mailbox.address
    services.report(Started("handoff", f"writing {target.sink.holder}"))
    try:
        target.sink.keep(values)
    except ProvisionError as error:
        services.report(Failed("handoff", error.message))
        return HandedOver(target.sink.holder, address, None, error)
    record_holder(target.sink, values, services)
    generation = "" if values.generation is None else f", generation {values.generation}"
    services.report(Finished("handoff", f"{target.sink.holder}{generation}"))
    return HandedOver(target.sink.holder, address, values.generation, None)


def _secret(registration: Registration, services: Services) -> ClientSecret | None:
    key_id, supplied = registration.secret_key_id, services.supplied_secret
    key = client_key(services, registration.tenant_id, registration.client_id)
    held = None if key_id is None else services.vault.secret(key, key_id)
    if supplied is not None:
        # Of which key it is, nobody says; it is not the one whose value we know to be another.
        is_other = held is not None and held.secret != supplied
        return ClientSecret("" if is_other else key_id or "", supplied)
    if key_id is None:
        return None
    found = held or held_secret(key, services)
    return ClientSecret(found.key_id, found.secret, found.end_at)
