"""Read the tenant and plan: the stage behind `provision plan`, and the first half of `apply`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from provision.errors import NotFound, WrongTenant
from provision.manifest.model import Manifest
from provision.manifest.permission_ids import needs_lookup
from provision.plan.custody import Custody, TokenScopes, UnfinishedMint
from provision.plan.difference import title
from provision.plan.planner import Plan, make_plan
from provision.stages.progress import Waiting
from provision.stages.services import AdministratorServices, Services
from provision.stages.vault_keys import client_key, registration_key
from provision.tenant.port import Hint, Snapshot, TenantQuery
from provision.vault.port import GrantedScopes, RegistrationKey, RememberedIds

_REPLICATION: Final = timedelta(minutes=3)
"""How long a replica may not have heard of a write."""
_DOUBTING: Final = 60.0
"""Seconds after which even looks that disagree are believed."""
_AGREEING: Final = 5
"""Looks in a row that have to find the same before a doubtful one is believed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the tenant and the plan that follows from it."""

    snapshot: Snapshot
    plan: Plan


def look(manifest: Manifest, services: Services, admin: AdministratorServices) -> Seen:
    """Read what exists and return the plan; the same errors as `read_tenant`."""
    snapshot = read_tenant(manifest, services, admin)
    return Seen(snapshot, plan_from(manifest, snapshot, services, admin))


def plan_from(
    manifest: Manifest, snapshot: Snapshot, services: Services, admin: AdministratorServices
) -> Plan:
    """Return the plan for what was read; the same errors as `make_plan`."""
    key = registration_key(manifest, services, admin.tenant_id)
    custody = custody_of(key, snapshot, services)
    return make_plan(manifest, snapshot, custody, services.clock.now())


def patient_look(manifest: Manifest, services: Services, admin: AdministratorServices) -> Seen:
    """Look, and look again where the vault remembers making what seems to be missing.

    Another process made it, so nothing in this one waits for it. Looks that agree are believed:
    somebody may have deleted it.

    Raises:
        WrongTenant, NotFound: As `look`.
    """
    began, pause, agreed = services.clock.monotonic(), 0.25, 1
    seen = look(manifest, services, admin)
    key = registration_key(manifest, services, admin.tenant_id)
    while agreed < _AGREEING and services.clock.monotonic() - began < _DOUBTING:
        missed = _missed(seen, services.vault.remembered_ids(key), services)
        if missed is None:
            return seen
        services.report(Waiting(f"the tenant to show {missed}", pause))
        services.clock.sleep(pause)
        before, seen = seen, look(manifest, services, admin)
        agreed = agreed + 1 if _titles(before) == _titles(seen) else 1
        pause = min(pause * 2, 2.0)
    return seen


def _missed(seen: Seen, known: RememberedIds | None, services: Services) -> str | None:
    """Return what was made here and seems to be missing, although nobody put it in the bin."""
    if known is None:
        return None
    if seen.snapshot.existing is None:
        return f"application {known.client_id}, which was made before"
    if known.written_at is None or services.clock.now() - known.written_at >= _REPLICATION:
        return None
    kinds = {type(change).__name__ for change in seen.plan.changes}
    if not kinds or not kinds <= known.written:
        return None
    return f"what was written at {known.written_at:%H:%M:%S}: {', '.join(_titles(seen))}"


def _titles(seen: Seen) -> tuple[str, ...]:
    return tuple(map(title, seen.plan.changes))


def read_tenant(manifest: Manifest, services: Services, admin: AdministratorServices) -> Snapshot:
    """Return what exists of the manifest's application.

    Raises:
        WrongTenant: The administrator's token is for another tenant than the manifest names.
        NotFound: Consent on Exchange Online is wanted and the tenant has none.
    """
    key = registration_key(manifest, services, admin.tenant_id)
    query = _query(manifest, services, key, wants_exchange=admin.consents_on_exchange)
    snapshot = admin.tenant.read(query)
    if snapshot.tenant_id.lower() != admin.tenant_id.lower():
        raise WrongTenant(
            f"tenant {manifest.tenant}: the administrator is signed in to tenant "
            f"{snapshot.tenant_id}, the manifest names {admin.tenant_id}",
            hint=f"az login --tenant {manifest.tenant}, or correct `tenant` in the manifest",
        )
    if query.wants_exchange and snapshot.exchange_online is None:
        raise NotFound(
            f"tenant {manifest.tenant}: it has no Exchange Online, so nothing can be granted there",
            hint="a mailbox needs an Exchange Online licence; then repeat the command",
        )
    return snapshot


def _query(
    manifest: Manifest, services: Services, key: RegistrationKey, *, wants_exchange: bool
) -> TenantQuery:
    known = services.vault.remembered_ids(key)
    is_asked = manifest.consent == "mailboxes"
    owners = {m.sign_in_as for m in manifest.mailboxes if is_asked and m.authority != "consumers"}
    return TenantQuery(
        unique_name=manifest.application.unique_name,
        display_name=manifest.application.display_name,
        hint=_hint(known),
        users=frozenset(owners),
        wants_scope_ids=any(map(needs_lookup, manifest.application.permissions)),
        wants_exchange=wants_exchange,
        wants_federated=manifest.trusts is not None,
        wants_certificates=bool(manifest.application.certificates),
    )


def _hint(known: RememberedIds | None) -> Hint | None:
    if known is None:
        return None
    return Hint(known.client_id, known.service_principal_object_id, known.application_object_id)


def custody_of(key: RegistrationKey, snapshot: Snapshot, services: Services) -> Custody:
    """Return what the vault knows about the application's client secrets."""
    application = snapshot.existing
    held = frozenset[str]()
    tokens: tuple[TokenScopes, ...] = ()
    if application is not None:
        client = client_key(services, key.tenant_id, application.client_id)
        held = services.vault.held_key_ids(client)
        tokens = tuple(map(_in_token, services.vault.granted_scopes(client)))
    return Custody(
        held_key_ids=held,
        unfinished=tuple(
            UnfinishedMint(intent.display_name, intent.key_ids_present, intent.begun_at)
            for intent in services.vault.unfinished_intents(key)
        ),
        tokens=tokens,
    )


def _in_token(granted: GrantedScopes) -> TokenScopes:
    names = frozenset(scope.rpartition("/")[2] for scope in granted.scopes)
    return TokenScopes(granted.key.address, names, granted.at)
