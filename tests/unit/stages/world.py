"""Everything around a stage: tenant and login host in memory, a real vault, real sinks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from provision.clock import ManualClock
from provision.cloud import BUILT_IN
from provision.graph.meter import Meter
from provision.handoff.port import Handover
from provision.handoff.sinks import make_sink
from provision.manifest.load import read_manifest
from provision.manifest.model import Manifest
from provision.oauth.authorize import ResponseMode
from provision.oauth.discovery import Discovery
from provision.oauth.listener import Listener
from provision.oauth.token import TokenEndpoint
from provision.plan.planner import Plan
from provision.secret import Secret
from provision.stages.apply import Applied, apply_manifest
from provision.stages.keep import Target
from provision.stages.progress import Event
from provision.stages.services import AdministratorServices, Services
from provision.tenant.application import Password
from provision.tenant.registration import Registration
from provision.vault.none import NoVault
from provision.vault.port import ClientKey, RegistrationKey, Vault
from tests.fakes.entra import MemoryEntra
from tests.fakes.tenant import TENANT_ID, MemoryTenant
from tests.unit.vault.samples import sqlite_vault

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "aem-mail"
KEY = RegistrationKey("global", TENANT_ID, NAME)
MANIFEST = f"""
tenant: contoso.onmicrosoft.com
application: {{uniqueName: {NAME}}}
mailboxes: [{{address: forms@contoso.com}}]
"""


class EventfulClock(ManualClock):
    """A clock on which something happens while somebody waits, one thing a wait."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.meanwhile: list[Callable[[], object]] = []

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()


@contextmanager
def no_shield() -> Iterator[None]:
    """Hold back nothing: a unit test has no Ctrl-C."""
    yield


@dataclass
class InterruptedSink:
    """A sink whose writing Ctrl-C interrupts."""

    name: str = "interrupted"
    holder: str = "interrupted"
    holds_secrets: bool = True

    def prepare(self) -> None:
        return None

    def keep(self, handover: Handover) -> None:
        raise KeyboardInterrupt

    def held_key_id(self) -> str | None:
        return None


@dataclass
class World:
    """One host and the tenant that it works on."""

    root: Path
    clock: EventfulClock = field(default_factory=lambda: EventfulClock(NOW))
    tenant: MemoryTenant = field(default_factory=MemoryTenant)
    events: list[Event] = field(default_factory=list)
    vault: Vault = field(init=False)
    entra: MemoryEntra = field(init=False)
    targets: list[Target] = field(default_factory=list)
    supplied_secret: Secret | None = None
    listen: Callable[[ResponseMode], Listener] = Listener
    tenant_id: str = TENANT_ID

    def __post_init__(self) -> None:
        self.vault = self.another_vault()
        self.entra = MemoryEntra(self.clock, self._live_values)
        self._endpoint = TokenEndpoint(self.entra, self.clock)
        self._discovery = Discovery(self.entra, self.clock)

    def _live_values(self) -> set[str]:
        live = {p.key_id for a in self.tenant.content.applications.values() for p in a.passwords}
        return {self.tenant.secrets[key_id].reveal() for key_id in live & set(self.tenant.secrets)}

    def another_vault(self) -> Vault:
        """Return the same vault as another process would open it."""
        return sqlite_vault(self.root, at=self.clock)

    def without_vault(self) -> "World":
        """Switch the vault off, as PROVISION_VAULT=none does."""
        self.vault = NoVault(self.clock, self.root / "locks")
        return self

    def with_sink(self, kind: str = "dotenv", path: str = "mail.env") -> Path:
        """Add a hand-off for the manifest's mailbox; return its file."""
        sink = make_sink(kind, path, base=self.root, with_secrets=True)
        self.targets.append(Target(sink, manifest().mailboxes[0]))
        return self.root / path

    @property
    def services(self) -> Services:
        return Services(
            cloud=BUILT_IN["global"],
            clock=self.clock,
            vault=self.vault,
            endpoint=self._endpoint,
            discovery=self._discovery,
            listen=self.listen,
            report=self.events.append,
            shield=no_shield,
            supplied_secret=self.supplied_secret,
        )

    @property
    def admin(self) -> AdministratorServices:
        return AdministratorServices(self.tenant, Meter(), self.tenant_id)

    def apply(
        self, text: str = MANIFEST, confirm: Callable[[Plan], bool] = lambda _: True
    ) -> Applied:
        """Apply a manifest, confirmed unless told otherwise."""
        return apply_manifest(manifest(text), self.targets, self.services, self.admin, confirm)

    def applied(self, text: str = MANIFEST) -> Registration:
        """Apply a manifest, forget what that took, and return the registration."""
        registration = self.apply(text).registration
        self.forget()
        return registration

    def forget(self) -> None:
        """Forget which calls there were and what was reported."""
        self.tenant.calls.clear()
        self.events.clear()

    # What there is to see

    @property
    def live(self) -> dict[str, Password]:
        """The application's secrets at the tenant, by key id."""
        found = self.tenant.named(NAME)
        return {p.key_id: p for p in (found.passwords if found else ())}

    @property
    def held(self) -> frozenset[str]:
        """The key ids that the vault holds."""
        found = self.tenant.named(NAME)
        return self.vault.held_key_ids(client_key(found.client_id)) if found else frozenset()


def client_key(client_id: str) -> ClientKey:
    return ClientKey("global", TENANT_ID, client_id)


def manifest(text: str = MANIFEST) -> Manifest:
    return read_manifest(text, "provision.yaml")
