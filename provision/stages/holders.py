"""Write down what a sink was given, so that somebody can say when its copies die."""

from datetime import datetime

from provision.handoff.port import GivesCopies, Handover, RenewedCopy, Sink
from provision.stages.services import Services
from provision.stages.vault_keys import client_key
from provision.vault.port import GivenSecret, GivenToken, Holder, HolderKey


def record_holder(sink: Sink, given: Handover, services: Services) -> None:
    """Record what a sink has kept, or passes on; one that keeps no secret has no copy.

    Raises:
        VaultFailed: It cannot be written down.
    """
    registration, now = given.registration, services.clock.now()
    client = client_key(services, registration.tenant_id, registration.client_id)
    address = "" if given.mailbox is None else given.mailbox.address
    for name in _names(sink):
        holder = Holder(
            HolderKey(client, address, name),
            # Of most places nobody knows who reads them; they write nothing back.
            keeps_successors=isinstance(sink, RenewedCopy) and sink.keeps_successors,
            token=_token(given, now),
            secret=_secret(given, now),
        )
        if holder.token or holder.secret:
            services.vault.record_handoff(holder)


def _names(sink: Sink) -> tuple[str, ...]:
    if isinstance(sink, GivesCopies):
        return sink.copies if sink.gives_secrets else ()
    return (sink.holder,) if sink.holds_secrets else ()


def _token(given: Handover, now: datetime) -> GivenToken | None:
    if given.generation is None or given.refresh_token_issued_at is None:
        return None
    return GivenToken(given.generation, given.refresh_token_issued_at, now)


def _secret(given: Handover, now: datetime) -> GivenSecret | None:
    secret = given.client_secret
    return None if secret is None else GivenSecret(secret.key_id, secret.end_at, now)
