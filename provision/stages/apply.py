"""Carry a plan out, converge, and end in a registration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from provision.errors import (
    AlreadyExists,
    OutcomeUnknown,
    ProvisionError,
    RefusedError,
    TemporaryError,
)
from provision.manifest.model import Manifest
from provision.plan.changes import (
    AddCertificates,
    AddPassword,
    Change,
    CreateApplication,
    CreateServicePrincipal,
    ExtendGrant,
    RemovePassword,
    Restore,
    UpdateApplication,
)
from provision.plan.difference import title
from provision.plan.planner import Plan
from provision.plan.preflight import rights_for
from provision.stages.approved_changes import is_covered
from provision.stages.carry_out import CarryOut
from provision.stages.plan import Seen, look, patient_look
from provision.stages.preflight import require_rights
from provision.stages.progress import Failed, Finished, Started, Waiting
from provision.stages.registration import registration_of
from provision.stages.secret_custody import Target, bring_up_to_date, prepare
from provision.stages.secret_minting import settle_intents
from provision.stages.services import AdministratorServices, Services
from provision.stages.vault_keys import registration_key
from provision.tenant.registration import Registration
from provision.vault.port import RememberedIds

_ROUNDS = (0.0, 0.0, 1.0, 4.0, 15.0, 30.0)
"""Seconds before each try, when an answer was lost or somebody else was faster the time before."""
_SETTLING = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds before each closing look, while replicas still show what was just changed."""

Confirm = Callable[[Plan], bool]
Approve = Callable[[Plan], None]


@dataclass(frozen=True, slots=True)
class Applied:
    """How an apply ended."""

    registration: Registration
    first: Plan
    """What was confirmed and carried out; empty when there was nothing to do."""
    remaining: Plan
    """The closing plan: empty when the tenant is as the manifest wants it."""
    failures: tuple[ProvisionError, ...]
    """Sinks that could not be written although the secret is safe, one for each."""


def apply_manifest(
    manifest: Manifest,
    targets: Sequence[Target],
    services: Services,
    admin: AdministratorServices,
    confirm: Confirm,
    approve: Approve | None = None,
) -> Applied:
    """Make the tenant match the manifest.

    Args:
        manifest: What is wanted.
        targets: Who gets the values; each proves that it can be written before a secret exists.
        services: Whom to call.
        admin: The tenant, signed in.
        confirm: Shown the plan before the first write; False stops everything.
        approve: Shown the plan first of all, empty or not; raises when it is not the approved one.

    Raises:
        RefusedError: The plan was not confirmed, the tenant changed since it was shown, or another
            host minted a client secret at the same time.
        TemporaryError: Another apply of the same registration is running on this host.
    """
    prepare(targets, services, wants_secret=manifest.application.secret is not None)
    unique_name = manifest.application.unique_name
    with services.vault.lock("apply", services.cloud.name, admin.tenant_id, unique_name) as held:
        if not held:
            raise TemporaryError(
                f"application {unique_name}: another apply is running on this host",
                hint="wait for it to end, then run `provision plan`",
            )
        seen = patient_look(manifest, services, admin)
        first = seen.plan
        if approve is not None:
            approve(first)
        failures: tuple[ProvisionError, ...] = ()
        if first.changes:
            needed = rights_for(first.changes)
            require_rights(manifest, needed, seen.snapshot, services, admin)
            if not confirm(first):
                raise RefusedError("nothing was changed: the plan was not confirmed")
            if any(map(_mints, first.changes)):
                services.vault.prepare()
            seen, failures = _converge(manifest, seen, targets, services, admin)
        registration = registration_of(manifest, seen, services)
        if not seen.plan.changes:
            settle_intents(
                registration_key(manifest, services, admin.tenant_id), seen.snapshot, services
            )
            _remember(manifest, Seen(seen.snapshot, first), services, admin)
            # Tries each failed sink once more, so what fails is told once.
            failures = bring_up_to_date(registration, targets, services).failures
    return Applied(registration, first, seen.plan, failures)


def _converge(
    manifest: Manifest,
    seen: Seen,
    targets: Sequence[Target],
    services: Services,
    admin: AdministratorServices,
) -> tuple[Seen, tuple[ProvisionError, ...]]:
    confirmed = seen.plan
    work = CarryOut(manifest, targets, services, admin)
    unsettled: ProvisionError | None = None
    for pause in _ROUNDS:
        if unsettled is not None:
            reason = f"{unsettled.message}: looking at what is there"
            services.report(Waiting(reason, pause))
            services.clock.sleep(pause)
        if unsettled is not None or any(map(_replaces, seen.plan.changes)):
            # Graph has no If-Match for applications: look again right before a collection is
            # replaced, so that what somebody else wrote meanwhile is reported, not undone.
            seen = _confirmed(look(manifest, services, admin), confirmed)
            work.recognise(seen)
        try:
            work.carry_out(seen)
        except (OutcomeUnknown, AlreadyExists) as error:
            unsettled = error
            continue
        unsettled = None
        seen = _settled(manifest, seen.plan.changes, services, admin)
        work.yield_to_older(seen)
        if not _is_recovery(seen.plan):
            return seen, tuple(work.failures)
    if unsettled is not None:
        raise unsettled
    return seen, tuple(work.failures)


def _mints(change: Change) -> bool:
    return isinstance(change, AddPassword | CreateApplication)


def _replaces(change: Change) -> bool:
    return isinstance(change, UpdateApplication | ExtendGrant | AddCertificates)


def _is_recovery(plan: Plan) -> bool:
    """Tell whether all that is left is to remove secrets that this run lost."""
    return bool(plan.changes) and all(isinstance(c, RemovePassword) for c in plan.changes)


def _confirmed(seen: Seen, confirmed: Plan) -> Seen:
    """Refuse to do what the person never saw, but for removing a secret that this run lost."""
    for change in seen.plan.changes:
        if not isinstance(change, RemovePassword) and not is_covered(change, confirmed.changes):
            raise RefusedError(
                f"application {confirmed.unique_name}: somebody changed it since the plan was "
                f"shown ({title(change)} was not in it)",
                hint="run `provision plan` and look again",
            )
    return seen


def _settled(
    manifest: Manifest,
    done: tuple[Change, ...],
    services: Services,
    admin: AdministratorServices,
) -> Seen:
    """Look until replicas show what was done; stop at once at anything else: that is drift."""
    services.report(Started("replan", "planning again"))
    pauses = iter(_SETTLING)
    while True:
        seen = look(manifest, services, admin)
        left = seen.plan.changes
        if not left:
            services.report(Finished("replan", "no changes"))
            return seen
        pause = next(pauses, None)
        if pause is None or not _is_behind(seen, done):
            services.report(Failed("replan", f"left: {', '.join(map(title, left))}"))
            return seen
        services.report(Waiting("the tenant still shows the state before the change", pause))
        services.clock.sleep(pause)


def _is_behind(seen: Seen, done: tuple[Change, ...]) -> bool:
    """Tell whether all that is left would be explained by a replica that lacks what was done."""
    if seen.snapshot.existing is None:
        # Neither alive nor in the bin: what was restored is in between.
        return True
    restored = any(isinstance(c, Restore) for c in done)
    return all(
        is_covered(change, done) or (restored and isinstance(change, CreateServicePrincipal))
        for change in seen.plan.changes
    )


def _remember(
    manifest: Manifest, seen: Seen, services: Services, admin: AdministratorServices
) -> None:
    """Remember the ids of what is there, and which kinds of it were written a moment ago."""
    application, principal = seen.snapshot.application, seen.snapshot.service_principal
    if application is None or principal is None:
        return
    key = registration_key(manifest, services, admin.tenant_id)
    known = services.vault.remembered_ids(key)
    ids = RememberedIds(application.client_id, application.object_id, principal.object_id)
    changes = seen.plan.changes
    # An application is created with its secret, and may be shown without it.
    secrets = {AddPassword.__name__} if any(map(_mints, changes)) else set()
    written = frozenset({type(change).__name__ for change in changes} | secrets)
    if written:
        ids = replace(ids, written=written, written_at=services.clock.now())
    elif known is not None:
        ids = replace(ids, written=known.written, written_at=known.written_at)
    if known != ids:
        services.vault.remember_ids(key, ids)
