"""Write down what a sink was given, so that somebody can say when its copies die."""

from datetime import datetime

from provision.handoff.port import Handover, Sink
from provision.stages.services import Services
from provision.stages.vault_keys import client_key
from provision.vault.port import GivenSecret, GivenToken, Holder, HolderKey


def record_holder(sink: Sink, given: Handover, services: Services) -> None:
    """Record what a sink has kept; one that keeps no secret has no copy.

    Raises:
        VaultFailed: It cannot be written down.
    """
    if not sink.holds_secrets:
        return
    registration, now = given.registration, services.clock.now()
    client = client_key(services, registration.tenant_id, registration.client_id)
    address = "" if given.mailbox is None else given.mailbox.address
    holder = Holder(
        HolderKey(client, address, sink.holder),
        # A place that values are written to; whoever reads them there writes nothing back.
        keeps_successors=False,
        token=_token(given, now),
        secret=_secret(given, now),
    )
    if holder.token or holder.secret:
        services.vault.record_handoff(holder)


def _token(given: Handover, now: datetime) -> GivenToken | None:
    if given.generation is None or given.refresh_token_issued_at is None:
        return None
    return GivenToken(given.generation, given.refresh_token_issued_at, now)


def _secret(given: Handover, now: datetime) -> GivenSecret | None:
    secret = given.client_secret
    return None if secret is None else GivenSecret(secret.key_id, secret.end_at, now)
