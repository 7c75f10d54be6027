"""Refuse before the first write what the administrator certainly may not do."""

from collections.abc import Iterable

from provision.manifest.model import Manifest
from provision.plan.preflight import refusal, remarks, shortfall
from provision.plan.rights import Right
from provision.stages.progress import Remarked
from provision.stages.services import AdministratorServices, Services
from provision.tenant.port import Snapshot


def require_rights(
    manifest: Manifest,
    needed: Iterable[Right],
    snapshot: Snapshot,
    services: Services,
    admin: AdministratorServices,
) -> None:
    """Return when nothing is certainly missing; what is not known is remarked.

    Raises:
        NotPermitted: The administrator's token shows that a right is missing.
    """
    caller = admin.tenant.caller()
    found = shortfall(needed, caller, snapshot)
    for right in found.missing:
        raise refusal(manifest.application.unique_name, right, caller)
    for text in remarks(found.unknown, caller):
        services.report(Remarked(text))
