"""Open a tenant: credential, session and port put together, SDKs imported in the right order."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from provision.clock import Clock
from provision.cloud import BUILT_IN, VAULT_SUFFIXES, Cloud
from provision.graph.administrator_settings import AdministratorSettings, needs_nobody
from provision.graph.credential import Administrator, TokenSource
from provision.graph.polling import Pacing
from provision.graph.request_count import Meter
from provision.graph.sdk_imports import import_httpx, quieten

if TYPE_CHECKING:
    from provision.graph.tenant import GraphTenant


def open_tenant(
    cloud: Cloud,
    settings: AdministratorSettings,
    clock: Clock,
    jitter: Callable[[], float],
    waiting: Callable[[str, float], None],
) -> "GraphTenant":
    """Return the tenant that the administrator may change; close it after use.

    An application begins to sign in at once, while the SDK is imported, and what it meets is raised
    by the first method that needs its token. A person is asked when the first method is called.

    Args:
        cloud: Where Entra and Graph are.
        settings: Who signs in.
        clock: What waits are counted on.
        jitter: A number from 0 to 1, such as `random.random`.
        waiting: Told what is waited for, and for how many seconds.

    Raises:
        UsageError: What is asked for lacks a setting, or is for another cloud.
    """
    quieten()
    import_httpx()
    from provision.graph.sign_in import AzureSignIn  # noqa: PLC0415  (azure-identity)

    pacing = Pacing(clock, jitter, waiting)
    administrator = Administrator(lambda: AzureSignIn(cloud, settings), pacing)
    if needs_nobody(settings, is_microsofts=cloud.name in BUILT_IN):
        administrator.sign_in_ahead()
    from provision.graph.session import GraphSession  # noqa: PLC0415  (SDKs, after import_httpx)
    from provision.graph.tenant import GraphTenant  # noqa: PLC0415  (likewise)

    session = GraphSession(cloud, administrator)
    return GraphTenant(session, session.graph, pacing, Meter())


def open_administrator(
    cloud: Cloud,
    settings: Callable[[], AdministratorSettings],
    clock: Clock,
    jitter: Callable[[], float],
) -> Administrator:
    """Return the administrator for the cloud's Key Vaults, another resource than Graph.

    Nobody is signed in before the first token is asked for. Close it after use.

    Args:
        cloud: Where Entra is; a cloud file's vaults are those of Microsoft's global cloud.
        settings: Says who signs in, once somebody does.
        clock: What waits are counted on.
        jitter: A number from 0 to 1, such as `random.random`.
    """
    suffix = VAULT_SUFFIXES.get(cloud.name, VAULT_SUFFIXES["global"])

    def connect() -> TokenSource:
        from provision.graph.sign_in import AzureSignIn  # noqa: PLC0415  (azure-identity)

        quieten()
        return AzureSignIn(cloud, settings(), f"https://{suffix}/.default")

    return Administrator(connect, Pacing(clock, jitter, lambda _reason, _seconds: None))
