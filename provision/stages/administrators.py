"""Administrators at work: a tenant opened for whoever the settings name, closed with the stack."""

import random
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from provision.graph.administrator_settings import AdministratorSettings
from provision.graph.opening import open_tenant
from provision.stages.progress import Waiting
from provision.stages.services import AdministratorServices, Services

if TYPE_CHECKING:
    from provision.graph.tenant import GraphTenant


def administrator_of_manifest(
    tenant: str,
    settings: AdministratorSettings,
    services: Services,
    resolve: Callable[[], str],
    stack: ExitStack,
    *,
    consents_on_exchange: bool,
) -> AdministratorServices:
    """Return who changes the manifest's tenant, signed in to it.

    Args:
        tenant: As the manifest names it.
        settings: Who signs in, and where.
        services: Whom to call.
        resolve: Looks the id of the manifest's tenant up.
        stack: Closes the connection.
        consents_on_exchange: Whether consent is granted on Exchange Online, too.
    """
    opened = _opened(settings, services, stack)
    # A token that was asked for under the manifest's own name of the tenant is of that tenant:
    # only another name, in the environment, has to be looked up.
    is_same = settings.tenant.lower() == tenant.lower()
    wanted = opened.administrator_tenant_id() if is_same else resolve()
    return AdministratorServices(
        opened, opened.meter, wanted, consents_on_exchange=consents_on_exchange
    )


def administrator_of_customer(
    settings: AdministratorSettings, services: Services, stack: ExitStack
) -> AdministratorServices:
    """Return who changes a customer's tenant; the id is that of the administrator's token."""
    opened = _opened(settings, services, stack)
    return AdministratorServices(opened, opened.meter, opened.administrator_tenant_id())


def _opened(settings: AdministratorSettings, services: Services, stack: ExitStack) -> "GraphTenant":
    def waiting(reason: str, seconds: float) -> None:
        services.report(Waiting(reason, seconds))

    tenant = open_tenant(services.cloud, settings, services.clock, random.random, waiting)
    stack.callback(tenant.close)
    return tenant
