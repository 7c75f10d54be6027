"""Carry a plan out, converge, and end in a registration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provision.errors import (
    AlreadyExists,
    OutcomeUnknown,
    ProvisionError,
    RefusedError,
    TemporaryError,
)
from provision.manifest.model import Manifest
from provision.plan.changes import Change, ExtendGrant, UpdateApplication
from provision.plan.planner import Plan
from provision.stages.carry_out import CarryOut
from provision.stages.keep import Target, bring_up_to_date, prepare
from provision.stages.mint import settle_intents
from provision.stages.plan import Seen, look, registration_key
from provision.stages.progress import Finished, Started, Waiting
from provision.stages.registration import registration_of
from provision.stages.services import AdministratorServices, Services
from provision.tenant.registration import Registration
from provision.vault.port import RememberedIds

_ROUNDS = 5
"""How often a lost answer or a concurrent writer may make us look again."""
_SETTLING = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds before each closing look, while replicas still show what was just changed."""

Confirm = Callable[[Plan], bool]


@dataclass(frozen=True, slots=True)
class Applied:
    """How an apply ended."""

    registration: Registration
    first: Plan
    """What was confirmed and carried out; empty when there was nothing to do."""
    remaining: Plan
    """The closing plan: empty when the tenant is as the manifest wants it."""
    failures: tuple[ProvisionError, ...]
    """Sinks that could not be written although the secret is safe."""


def apply_manifest(
    manifest: Manifest,
    targets: Sequence[Target],
    services: Services,
    admin: AdministratorServices,
    confirm: Confirm,
) -> Applied:
    """Make the tenant match the manifest.

    Args:
        manifest: What is wanted.
        targets: Who gets the values; each proves that it can be written before a secret exists.
        services: Whom to call.
        admin: The tenant, signed in.
        confirm: Shown the plan before the first write; False stops everything.

    Raises:
        RefusedError: The plan was not confirmed, or the tenant changed since it was shown.
        TemporaryError: Another apply of the same registration is running on this host.
    """
    prepare(targets, services)
    unique_name = manifest.application.unique_name
    with services.vault.lock("apply", services.cloud.name, admin.tenant_id, unique_name) as held:
        if not held:
            raise TemporaryError(
                f"application {unique_name}: another apply is running on this host",
                hint="wait for it to end, then run `provision plan`",
            )
        seen = look(manifest, services, admin)
        first = seen.plan
        failures: tuple[ProvisionError, ...] = ()
        if first.changes:
            if not confirm(first):
                raise RefusedError("nothing was changed: the plan was not confirmed")
            seen, failures = _converge(manifest, seen, targets, services, admin)
        registration = registration_of(manifest, seen, services)
        if not seen.plan.changes:
            settle_intents(
                registration_key(manifest, services, admin.tenant_id), seen.snapshot, services
            )
            _remember(manifest, seen, services, admin)
            failures += bring_up_to_date(registration, targets, services).failures
    return Applied(registration, first, seen.plan, tuple(dict.fromkeys(failures)))


def _converge(
    manifest: Manifest,
    seen: Seen,
    targets: Sequence[Target],
    services: Services,
    admin: AdministratorServices,
) -> tuple[Seen, tuple[ProvisionError, ...]]:
    confirmed = seen.plan
    work = CarryOut(manifest, targets, services, admin)
    for _ in range(_ROUNDS):
        if any(isinstance(c, UpdateApplication | ExtendGrant) for c in seen.plan.changes):
            # Graph has no If-Match for applications: look again right before a collection is
            # replaced, so that what somebody else wrote meanwhile is reported, not undone.
            seen = _unchanged(look(manifest, services, admin), confirmed)
        try:
            work.carry_out(seen)
        except (OutcomeUnknown, AlreadyExists) as error:
            services.report(Waiting(f"{error.message}: looking at what is there", 0.0))
            seen = _covered(look(manifest, services, admin), confirmed)
            if not seen.plan.changes:
                break
        else:
            seen = _settled(manifest, seen.plan.changes, services, admin)
            break
    return seen, tuple(work.failures)


def _unchanged(seen: Seen, confirmed: Plan) -> Seen:
    """Refuse to write over something that changed between the plan and now."""
    fresh = [c for c in seen.plan.changes if isinstance(c, UpdateApplication | ExtendGrant)]
    if any(change not in confirmed.changes for change in fresh):
        raise RefusedError(
            f"application {confirmed.unique_name}: somebody changed it since the plan was shown",
            hint="run `provision plan` and look again",
        )
    return seen


def _covered(seen: Seen, confirmed: Plan) -> Seen:
    """Refuse to do after a lost answer what the person never saw."""
    return _unchanged(seen, confirmed)


def _settled(
    manifest: Manifest,
    done: tuple[Change, ...],
    services: Services,
    admin: AdministratorServices,
) -> Seen:
    """Look until replicas show what was done; stop at once at anything else: that is drift."""
    services.report(Started("replan", "planning again"))
    seen = look(manifest, services, admin)
    for pause in _SETTLING:
        left = seen.plan.changes
        if not left:
            services.report(Finished("replan", "no changes"))
            break
        if not {type(change) for change in left} <= {type(change) for change in done}:
            break
        services.report(Waiting("the tenant still shows the state before the change", pause))
        services.clock.sleep(pause)
        seen = look(manifest, services, admin)
    return seen


def _remember(
    manifest: Manifest, seen: Seen, services: Services, admin: AdministratorServices
) -> None:
    application, principal = seen.snapshot.application, seen.snapshot.service_principal
    if application is None or principal is None:
        return
    ids = RememberedIds(application.client_id, application.object_id, principal.object_id)
    key = registration_key(manifest, services, admin.tenant_id)
    if services.vault.remembered_ids(key) != ids:
        services.vault.remember_ids(key, ids)
