"""Open a tenant: credential, session and port put together, SDKs imported in the right order."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from provision.clock import Clock
from provision.cloud import Cloud
from provision.graph.credential import Administrator, AdministratorSettings, TokenSource
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

    Nobody is signed in, and nothing is sent, before the first method is called.

    Args:
        cloud: Where Entra and Graph are.
        settings: Who signs in.
        clock: What waits are counted on.
        jitter: A number from 0 to 1, such as `random.random`.
        waiting: Told what is waited for, and for how many seconds.
    """
    quieten()
    import_httpx()
    from provision.graph.session import GraphSession  # noqa: PLC0415  (SDKs, after import_httpx)
    from provision.graph.tenant import GraphTenant  # noqa: PLC0415  (likewise)

    def connect() -> TokenSource:
        from provision.graph.sign_in import AzureSignIn  # noqa: PLC0415  (azure-identity)

        return AzureSignIn(cloud, settings)

    pacing = Pacing(clock, jitter, waiting)
    session = GraphSession(cloud, Administrator(connect, pacing))
    return GraphTenant(session, session.graph, pacing, Meter())
