"""Forget a holder whose copies are gone: nobody has to renew them any more."""

from provision.errors import UsageError
from provision.manifest.model import Manifest
from provision.stages.services import Services
from provision.stages.status import known_registration, read_ledger


def forget_holder(manifest: Manifest, name: str, services: Services) -> int:
    """Forget every copy of a manifest's application that a holder of that name was given.

    Returns:
        How many there were.

    Raises:
        UsageError: There is none of that name, or the vault is switched off.
    """
    known = known_registration(manifest, services.cloud.name, read_ledger(services.vault))
    holders = () if known is None else services.vault.holders(known.client)
    found = [holder.key for holder in holders if holder.key.name == name]
    if not found:
        names = ", ".join(sorted({holder.key.name for holder in holders}))
        raise UsageError(
            f"holder {name!r}: nothing was handed to one of that name",
            hint=f"something was handed to {names}" if names else "see: provision status",
        )
    for key in found:
        services.vault.forget_holder(key)
    return len(found)
