"""Compare the ledger with a manifest and the clock: no sign-in, no network; nothing is opened."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from provision.errors import UsageError
from provision.handoff.port import GivesCopies
from provision.manifest.fields import GUID
from provision.manifest.model import Manifest
from provision.stages.application_standing import Wanted, known_application, unknown_application
from provision.stages.held_mailbox import require_memory
from provision.stages.secret_custody import Target
from provision.stages.standing import Status
from provision.vault.ledger import RegistrationEntry
from provision.vault.port import ClientKey, Ledger, RegistrationKey, Vault

_Row = TypeVar("_Row")


def read_ledger(vault: Vault) -> Ledger:
    """Return everything that a vault holds and gave away.

    Raises:
        UsageError: The vault is switched off: nobody remembers.
    """
    require_memory(vault)
    return vault.ledger()


def status_of_everything(ledger: Ledger, now: datetime) -> Status:
    """Return how everything stands that the ledger knows, whatever a manifest says."""
    names = {entry.key.client: entry.signed_in.unique_name for entry in ledger.mailboxes}
    names |= {entry.client: entry.key.unique_name for entry in ledger.registrations}
    parts = _parted(ledger)
    clients = sorted(
        {*names, *parts}, key=lambda c: (names.get(c, ""), c.cloud, c.tenant_id, c.client_id)
    )
    found = (known_application(c, names.get(c, ""), Wanted(), parts[c], now) for c in clients)
    return Status(now, tuple(found))


def status_of_manifest(
    manifest: Manifest, cloud: str, targets: Sequence[Target], ledger: Ledger, now: datetime
) -> Status:
    """Return how a manifest's application stands.

    Args:
        manifest: What is declared.
        cloud: The name of the cloud that it is for.
        targets: Who is to get values; their sinks are asked for nothing but their names.
        ledger: What is held and was given away.
        now: The present.

    Raises:
        UsageError: The ledger knows the application in several tenants, and the manifest names its
            own by a domain, which nobody can look up offline.
    """
    section = manifest.application.secret
    handoffs = frozenset(name for target in targets for name in _declared(target, ledger))
    wanted = Wanted(
        None if section is None else section.rotate_before,
        manifest.mailboxes,
        handoffs,
        manifest.certificates,
    )
    name, known = manifest.application.unique_name, known_registration(manifest, cloud, ledger)
    if known is None:
        return Status(now, (unknown_application(cloud, manifest.tenant, name, wanted, now),))
    client = known.client
    return Status(now, (known_application(client, name, wanted, _parted(ledger)[client], now),))


def _declared(target: Target, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Yield address and name of each holder that a hand-off of the manifest stands for.

    Places to which somebody passes the values on are expected only once they were given any.
    """
    sink, address = target.sink, "" if target.mailbox is None else target.mailbox.address.lower()
    if isinstance(sink, GivesCopies):
        known = {(holder.key.address, holder.key.name) for holder in ledger.holders}
        yield from ((address, name) for name in sink.copies if (address, name) in known)
    elif sink.holds_secrets:
        yield address, sink.holder


def known_registration(manifest: Manifest, cloud: str, ledger: Ledger) -> RegistrationEntry | None:
    """Return what the ledger knows of a manifest's application.

    Raises:
        UsageError: It knows it in several tenants, and the manifest names its own by a domain,
            which nobody can look up offline.
    """
    name, tenant = manifest.application.unique_name, manifest.tenant.lower()
    is_id = re.fullmatch(GUID, tenant) is not None
    found = [
        entry
        for entry in (*ledger.registrations, *_signed_in_to(ledger))
        if (entry.key.cloud, entry.key.unique_name) == (cloud, name)
        and (not is_id or entry.key.tenant_id == tenant)
    ]
    if len(found) > 1:
        tenants = " and ".join(entry.key.tenant_id for entry in found)
        raise UsageError(
            f"application {name}: the vault knows it in the tenants {tenants}, and offline nobody "
            f"can say which of them is {manifest.tenant}",
            hint="write the tenant's id into the manifest; or see them all: provision status --all",
        )
    return found[0] if found else None


def _signed_in_to(ledger: Ledger) -> Sequence[RegistrationEntry]:
    """Return the applications that no run applied here, and that a mailbox signed in to."""
    known = {entry.key for entry in ledger.registrations}
    newest = sorted(ledger.mailboxes, key=lambda entry: entry.signed_in.signed_in_at)
    found = {
        RegistrationKey(e.key.cloud, e.key.tenant_id, e.signed_in.unique_name): e.key.client_id
        for e in newest
    }
    return [RegistrationEntry(key, client) for key, client in found.items() if key not in known]


def _parted(ledger: Ledger) -> Mapping[ClientKey, Ledger]:
    """Return each application's part of a ledger; an empty one for an unknown application."""
    mailboxes = _grouped(ledger.mailboxes, lambda entry: entry.key.client)
    secrets = _grouped(ledger.secrets, lambda entry: entry.key)
    holders = _grouped(ledger.holders, lambda holder: holder.key.client)
    parts: defaultdict[ClientKey, Ledger] = defaultdict(Ledger)
    for client in {*mailboxes, *secrets, *holders}:
        parts[client] = Ledger(
            mailboxes=tuple(mailboxes.get(client, ())),
            secrets=tuple(secrets.get(client, ())),
            holders=tuple(holders.get(client, ())),
        )
    return parts


def _grouped(
    rows: Iterable[_Row], client_of: Callable[[_Row], ClientKey]
) -> Mapping[ClientKey, Sequence[_Row]]:
    groups: defaultdict[ClientKey, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[client_of(row)].append(row)
    return groups
