"""A status of one host, and holders written into its ledger."""

from datetime import timedelta

from provision.stages.standing import Status
from provision.stages.status import status_of_manifest
from provision.vault.ledger import (
    GivenSecret,
    GivenToken,
    Holder,
    HolderKey,
)
from provision.vault.port import ClientKey
from tests.unit.stages.world import FORMS, MANIFEST, NOW, World, manifest

DAY = timedelta(days=1)


def status(world: World, text: str = MANIFEST, after: timedelta = timedelta(0)) -> Status:
    """Return the status of a manifest so long after everything was made."""
    ledger = world.vault.ledger()
    return status_of_manifest(manifest(text), "global", world.targets, ledger, NOW + after)


def to_do(found: Status) -> list[tuple[str, str, str]]:
    return [(due.kind, due.state, due.then) for due in found.to_do]


def client(world: World) -> ClientKey:
    (registration,) = world.vault.ledger().registrations
    return registration.client


def give(world: World, name: str, generation: int = 1, key_id: str = "", **kept: bool) -> Holder:
    """Write down that somebody was given copies."""
    secret = GivenSecret(key_id, None, NOW) if key_id else None
    key = HolderKey(client(world), FORMS.address, name)
    given = Holder(key, kept.get("keeps", False), GivenToken(generation, NOW, NOW), secret)
    world.vault.record_handoff(given)
    return given
