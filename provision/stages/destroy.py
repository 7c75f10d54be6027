"""Delete an application; what is held here for it goes only when it is certainly gone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provision.errors import NotYetVisible, ProvisionError, RefusedError, TemporaryError
from provision.manifest.model import Manifest
from provision.plan.rights import DELETE_APPLICATION, RESTORE_APPLICATION
from provision.stages.plan import read_tenant
from provision.stages.preflight import require_rights
from provision.stages.progress import Failed, Finished, Started, Waiting
from provision.stages.secret_custody import Target
from provision.stages.services import AdministratorServices, Services
from provision.stages.vault_keys import client_key, registration_key
from provision.tenant.application import Application
from provision.tenant.port import Snapshot

_SETTLING = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0)
"""Seconds before each look, while a replica still shows what was deleted."""

_CERTAINTY = (0.5, 1.0, 2.0)
"""Seconds before each further look at whether it is gone, before anything is forgotten."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """What would be destroyed, for a person to look at."""

    unique_name: str
    tenant_id: str
    application: Application
    is_in_bin: bool
    """Whether somebody has deleted it already."""
    grants: int
    mailboxes: tuple[str, ...]
    """Addresses that are signed in here, and would have to sign in anew."""
    is_for_good: bool
    """Whether it is purged, too: then nobody brings it back."""


ConfirmDestroy = Callable[[Doomed], bool]


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How it ended."""

    client_id: str | None
    """None when there was no such application, alive or deleted."""
    is_purged: bool
    failures: tuple[ProvisionError, ...]
    """Sinks that still hold values of the application that is gone."""


def destroy_application(
    manifest: Manifest,
    targets: Sequence[Target],
    services: Services,
    admin: AdministratorServices,
    confirm: ConfirmDestroy,
    *,
    purge: bool = False,
) -> Destroyed:
    """Move the application to the bin, purge it if asked, then forget what is held for it.

    Args:
        manifest: Names the application.
        targets: Whose values of it are cleared.
        services: Whom to call.
        admin: The tenant, signed in.
        confirm: Shown what would go before the first write; False stops everything.
        purge: Whether it is deleted for good.

    Raises:
        RefusedError: The manifest forbids it, or it was not confirmed.
        NotYetVisible: Replicas do not agree whether it is there; nothing was forgotten.
        TemporaryError: Another run holds the application's lock on this host.
    """
    name = manifest.application.unique_name
    if manifest.application.prevent_destroy:
        raise RefusedError(
            f"application {name}: the manifest says preventDestroy: true",
            hint="take that out of the manifest first, if you mean it",
        )
    with services.vault.lock("apply", services.cloud.name, admin.tenant_id, name) as held:
        if not held:
            raise TemporaryError(
                f"application {name}: another apply or rotate is running on this host",
                hint="wait for it to end, then run `provision destroy` again",
            )
        snapshot = read_tenant(manifest, services, admin)
        application = snapshot.existing
        if application is None:
            failures = _forget_what_is_gone(manifest, targets, services, admin)
            return Destroyed(None, is_purged=False, failures=failures)
        doomed = _doomed(manifest, snapshot, application, services, purge=purge)
        needed = [] if doomed.is_in_bin else [DELETE_APPLICATION]
        needed += [RESTORE_APPLICATION] if purge else []
        require_rights(manifest, needed, snapshot, services, admin)
        if not confirm(doomed):
            raise RefusedError("nothing was changed: the deletion was not confirmed")
        if snapshot.application is not None:
            snapshot = _deleted(manifest, application, services, admin)
        if purge:
            _purge(snapshot, application, services, admin)
        failures = _forget(manifest, application.client_id, targets, services, admin)
        return Destroyed(application.client_id, purge, failures)


def _doomed(
    manifest: Manifest,
    snapshot: Snapshot,
    application: Application,
    services: Services,
    *,
    purge: bool,
) -> Doomed:
    signed_in = services.vault.find_sign_ins(
        client_id=application.client_id, tenant_id=snapshot.tenant_id, cloud=services.cloud.name
    )
    return Doomed(
        unique_name=manifest.application.unique_name,
        tenant_id=snapshot.tenant_id,
        application=application,
        is_in_bin=snapshot.application is None,
        grants=len(snapshot.grants),
        mailboxes=tuple(found.key.address for found in signed_in),
        is_for_good=purge,
    )


def _deleted(
    manifest: Manifest, application: Application, services: Services, admin: AdministratorServices
) -> Snapshot:
    """Delete, and return the first look that no longer shows the application."""
    name = manifest.application.unique_name
    services.report(Started("destroy", f"deleting application {name}"))
    with services.shield():
        admin.tenant.delete_application(application.object_id)
    for pause in (0.0, *_SETTLING):
        if pause:
            services.report(Waiting("a replica still shows the application", pause))
            services.clock.sleep(pause)
        snapshot = read_tenant(manifest, services, admin)
        if snapshot.application is None:
            services.report(Finished("destroy", f"client id {application.client_id} is deleted"))
            return snapshot
    raise NotYetVisible(
        f"application {name}: it was deleted, and Graph still shows it",
        hint="run `provision destroy` again in a few minutes: it goes on where this one ended",
    )


def _purge(
    snapshot: Snapshot,
    application: Application,
    services: Services,
    admin: AdministratorServices,
) -> None:
    services.report(Started("purge", f"purging {application.object_id}"))
    with services.shield():
        # The application last: by it a run after a crash finds that something is left to do.
        if snapshot.deleted_service_principal is not None:
            admin.tenant.purge(snapshot.deleted_service_principal)
        admin.tenant.purge(application.object_id)
    services.report(Finished("purge", f"object {application.object_id} is gone for good"))


def _forget_what_is_gone(
    manifest: Manifest,
    targets: Sequence[Target],
    services: Services,
    admin: AdministratorServices,
) -> tuple[ProvisionError, ...]:
    """Forget what is held of an application that is neither alive nor in the bin.

    An earlier run was killed before it could forget, or somebody else purged it.

    Raises:
        NotYetVisible: A later look showed the application; nothing was forgotten.
    """
    known = services.vault.remembered_ids(registration_key(manifest, services, admin.tenant_id))
    if known is None:
        return ()
    for pause in _CERTAINTY:
        services.report(Waiting("the application is gone: making sure of it", pause))
        services.clock.sleep(pause)
        if read_tenant(manifest, services, admin).existing is not None:
            raise NotYetVisible(
                f"application {manifest.application.unique_name}: Graph showed it only at a "
                "second look; nothing was changed",
                hint="run `provision destroy` again",
            )
    return _forget(manifest, known.client_id, targets, services, admin)


def _forget(
    manifest: Manifest,
    client_id: str,
    targets: Sequence[Target],
    services: Services,
    admin: AdministratorServices,
) -> tuple[ProvisionError, ...]:
    failures: list[ProvisionError] = []
    for target in targets:
        try:
            if target.sink.clear(client_id):
                services.report(Finished("handoff", f"{target.sink.holder}: values removed"))
        except ProvisionError as error:
            services.report(Failed("handoff", error.message))
            failures.append(error)
    services.vault.forget_application(
        client_key(services, admin.tenant_id, client_id),
        registration_key(manifest, services, admin.tenant_id),
    )
    services.report(Finished("vault", "secrets and tokens of the application removed"))
    return tuple(failures)
