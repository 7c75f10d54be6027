"""Everything around a stage: tenant, login host and vault in memory (or in a file), real sinks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from provision.clock import ManualClock
from provision.cloud import BUILT_IN
from provision.graph.request_count import Meter
from provision.handoff.port import Handover
from provision.handoff.sinks import make_sink
from provision.manifest.load import read_manifest
from provision.manifest.model import Manifest
from provision.oauth.authorization_request import ResponseMode
from provision.oauth.discovery import Discovery
from provision.oauth.listener import Listener
from provision.oauth.token_endpoint import TokenEndpoint
from provision.plan.application import desired_settings
from provision.plan.planner import Plan
from provision.secret import Secret
from provision.stages.apply import Applied, apply_manifest
from provision.stages.progress import Event
from provision.stages.secret_custody import Target
from provision.stages.services import AdministratorServices, Services
from provision.stages.vault_keys import mailbox_key
from provision.tenant.application import Password, PasswordRequest
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration
from provision.vault.none import NoVault
from provision.vault.port import ClientKey, HeldSecret, RegistrationKey, SignedInMailbox, Vault
from tests.fakes.entra import Account, MemoryEntra
from tests.fakes.tenant import TENANT_ID, MemoryTenant
from tests.fakes.vault import MemoryVault
from tests.unit.vault.samples import sqlite_vault

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "aem-mail"
KEY = RegistrationKey("global", TENANT_ID, NAME)
FORMS = Mailbox("forms@contoso.com", "forms@contoso.com", "tenant", ("imap", "smtp"))
OWNER = Account("forms@contoso.com")
MANIFEST = f"""
tenant: contoso.onmicrosoft.com
application: {{uniqueName: {NAME}}}
mailboxes: [{{address: forms@contoso.com}}]
"""
WIDER = MANIFEST.replace(
    "{uniqueName: aem-mail}",
    "{uniqueName: aem-mail, web: {redirectUris: [http://localhost, https://a.example]}}",
)
"""The same with one more redirect URI."""


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

    def clear(self, client_id: str) -> bool:
        return False

    def held_key_id(self) -> str | None:
        return None


@dataclass
class World:
    """One host and the tenant that it works on."""

    root: Path
    clock: EventfulClock = field(default_factory=lambda: EventfulClock(NOW))
    tenant: MemoryTenant = field(default_factory=MemoryTenant)
    meter: Meter = field(default_factory=Meter)
    events: list[Event] = field(default_factory=list)
    vault: Vault = field(init=False)
    entra: MemoryEntra = field(init=False)
    targets: list[Target] = field(default_factory=list)
    supplied_secret: Secret | None = None
    listen: Callable[[ResponseMode], Listener] = Listener
    tenant_id: str = TENANT_ID
    consents_on_exchange: bool = False

    def __post_init__(self) -> None:
        self.vault = MemoryVault(self.clock, self.root / "locks")
        self.entra = MemoryEntra(self.clock, self._live_values)
        self._endpoint = TokenEndpoint(self.entra, self.clock)
        self._discovery = Discovery(self.entra, self.clock)

    def _live_values(self) -> set[str]:
        live = {p.key_id for a in self.tenant.content.applications.values() for p in a.passwords}
        return {self.tenant.secrets[key_id].reveal() for key_id in live & set(self.tenant.secrets)}

    def with_file(self) -> "World":
        """Use a real vault, in its file."""
        self.vault = self.another_vault()
        return self

    def another_vault(self) -> Vault:
        """Return the vault in the file as another process would open it."""
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
        return AdministratorServices(
            self.tenant, self.meter, self.tenant_id, self.consents_on_exchange
        )

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

    def registered(self, redirect_uris: tuple[str, ...] = ("http://localhost",)) -> Registration:
        """Return a registration whose secret is held here, without the cost of an apply."""
        settings = desired_settings(manifest(), {}, None)
        life = PasswordRequest(NAME, NOW, NOW + timedelta(days=180))
        made = self.tenant.create_application(NAME, settings, life)
        assert made.minted is not None
        key_id, client_id = made.minted.password.key_id, made.application.client_id
        held = HeldSecret(key_id, NAME, life.end_at, made.minted.secret)
        self.vault.keep_secret(client_key(client_id), held)
        self.forget()
        return Registration(
            cloud="global",
            tenant_id=TENANT_ID,
            client_id=client_id,
            unique_name=NAME,
            redirect_uris=redirect_uris,
            scopes=tuple(sorted(manifest().application.permissions)),
            sign_in_audience=settings.sign_in_audience,
            secret_key_id=key_id,
        )

    def signed_in(self, token: str = "refresh-0", mailbox: Mailbox = FORMS) -> SignedInMailbox:
        """Return a mailbox whose owner signed in a moment ago."""
        registration = self.registered()
        signed_in = SignedInMailbox(
            key=mailbox_key(registration, mailbox.address),
            unique_name=NAME,
            sign_in_as=mailbox.sign_in_as,
            authority=mailbox.authority,
            protocols=mailbox.protocols,
            permissions=registration.scopes,
            object_id=OWNER.object_id,
            account_tenant_id=OWNER.tenant_id,
            signed_in_at=self.clock.now(),
        )
        self.vault.keep_sign_in(signed_in, Secret(token))
        return signed_in

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


@cache
def manifest(text: str = MANIFEST) -> Manifest:
    """Return the manifest that a text describes."""
    return read_manifest(text, "provision.yaml")


def assert_one_of_everything(world: World) -> None:
    content = world.tenant.content
    found = (len(content.applications), len(content.principals), len(content.grants))
    assert found == (1, 1, 1)
    assert len(world.live) == 1
    assert set(world.live) <= world.held
    assert world.vault.unfinished_intents(KEY) == ()
