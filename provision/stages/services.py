"""The services that stages compose; wiring makes them, tests make their own."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provision.clock import Clock
from provision.cloud import Cloud
from provision.graph.request_count import Meter
from provision.oauth.authorization_request import ResponseMode
from provision.oauth.discovery import Discovery
from provision.oauth.token_endpoint import TokenEndpoint
from provision.secret import Secret
from provision.stages.progress import Report
from provision.tenant.port import Tenant
from provision.vault.port import Vault

if TYPE_CHECKING:
    from provision.oauth.listener import ConsentListener, Listener
    from provision.oauth.reach import Looking  # httpx, which wiring imports in its own way


def listener_for_sign_in(mode: ResponseMode) -> "Listener":
    """Make a loopback listener; its web server loads with it, which few commands need."""
    from provision.oauth.listener import Listener  # noqa: PLC0415  (see above)

    return Listener(mode)


def listener_for_consent() -> "ConsentListener":
    """Likewise for an administrator's consent."""
    from provision.oauth.listener import ConsentListener  # noqa: PLC0415  (see above)

    return ConsentListener()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a stage may call. Nothing in it talks before a stage does."""

    cloud: Cloud
    clock: Clock
    vault: Vault
    endpoint: TokenEndpoint
    discovery: Discovery
    listen: Callable[[ResponseMode], "Listener"]
    """Make a loopback listener; it opens its port when entered."""
    report: Report
    shield: Callable[[], AbstractContextManager[None]]
    """Hold back Ctrl-C while a write and the bookkeeping that belongs to it are under way."""
    listen_for_consent: Callable[[], "ConsentListener"] = listener_for_consent
    """Likewise for an administrator's consent."""
    supplied_secret: Secret | None = None
    """A client secret that the caller brought along; it wins over the vault's."""
    peers: "Looking | None" = None
    """Tells who answers at an address; None where nobody may look beyond the tenant."""
    proxies: Mapping[str, str] = field(default_factory=dict)
    """Proxies of the environment, by setting: host and port."""


@dataclass(frozen=True, slots=True)
class AdministratorServices:
    """What stages that change the tenant need besides."""

    tenant: Tenant
    meter: Meter
    """What the tenant's service was asked so far."""
    tenant_id: str
    """GUID of the tenant that the manifest names."""
    consents_on_exchange: bool = False
    """Whether consent is granted on Exchange Online, too."""
