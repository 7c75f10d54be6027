"""Composition root of the command line and the library; the only reader of the environment."""

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from provision.clock import SystemClock
from provision.secret import Secret
from provision.stages.place import Place, load
from provision.stages.settings import secret_setting, setting

if TYPE_CHECKING:
    from provision.clock import StoppableClock
    from provision.cloud import Cloud
    from provision.graph.administrator_settings import AdministratorSettings
    from provision.manifest.model import Manifest
    from provision.stages.adopt import Adopter
    from provision.stages.fleet import Member
    from provision.stages.held_mailbox import Held
    from provision.stages.progress import Report
    from provision.stages.secret_custody import Target
    from provision.stages.services import AdministratorServices, Services
    from provision.stages.session import Session
    from provision.stages.sign_in_hook import SignInHook
    from provision.stages.sink_making import Writer
    from provision.stages.targets import ChosenTarget
    from provision.stages.token_purpose import Wanted
    from provision.stages.vault_work import VaultWork
    from provision.vault.port import SignedInMailbox, Vault

__all__ = [
    "Choices", "Place", "colour_is_unwanted", "load", "open_adoption", "open_fleet", "open_held",
    "open_session", "sign_in_hook", "terminal_is_dumb", "vault_work",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """What a caller decides about a session besides its manifest."""

    with_secrets: bool = False
    """Whether an AEM worksheet shows secrets."""
    writer: "Writer | None" = None
    """Takes a hand-off to standard output."""
    may_open_browser: bool = False
    """Whether the administrator may be asked to sign in in a browser."""
    consents_on_exchange: bool = False
    """Whether consent is granted on Exchange Online, too."""
    client_secret: Secret | None = None
    """Wins over PROVISION_CLIENT_SECRET and the vault."""
    target: "ChosenTarget | None" = None
    """The one hand-off, in place of the manifest's."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Where settings are read."""


def colour_is_unwanted() -> bool:
    """Tell whether the environment forbids colour (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR")) or terminal_is_dumb()


def terminal_is_dumb() -> bool:
    """Tell whether the terminal knows nothing but lines."""
    return os.environ.get("TERM") == "dumb"


@contextmanager
def open_session(
    place: Place, report: "Report", choices: Choices | None = None
) -> "Iterator[Session]":
    """Compose everything for one manifest; nothing talks until a stage is called."""
    from provision.stages.session import Session

    chosen = choices or Choices()
    manifest, cloud = load(place)
    with ExitStack() as stack:
        services = _services(cloud, report, chosen, stack)
        yield Session(
            manifest,
            services,
            lambda: _targets(manifest, place.file.parent, services, chosen, stack),
            lambda: _administrator(manifest.tenant, services, chosen, stack),
            lambda: _tenant_id(manifest.tenant, services),
            lambda customer: _administrator_of(customer, services, chosen, stack),
        )


@contextmanager
def open_adoption(
    cloud: "Cloud", tenant: str | None, report: "Report", choices: Choices
) -> "Iterator[Adopter]":
    """Compose what adopting needs, in that tenant or the environment's."""
    from provision.stages.adopt import Adopter

    named = tenant or setting(choices.environ, "AZURE_TENANT_ID", "ARM_TENANT_ID") or ""
    with ExitStack() as stack:
        services = _services(cloud, report, choices, stack)
        yield Adopter(
            named,
            services,
            lambda: _administrator(named, services, choices, stack),
            lambda: _tenant_id(named, services),
        )


@contextmanager
def open_held(
    *,
    address: str,
    client_id: str | None,
    tenant_id: str | None,
    cloud: str | None,
) -> "Iterator[Held]":
    """Find one signed-in mailbox in the vault, without a manifest.

    Raises:
        SignInRequired: Nobody signed in for it here.
        UsageError: Several applications hold it, and nothing says which; or the vault is
            switched off.
    """
    from provision.cloud import cloud_key
    from provision.stages.held_mailbox import find_one
    from provision.stages.progress import nobody_listens

    vault = vault_of(SystemClock(), os.environ)
    key = cloud and cloud_key(cloud)
    found = find_one(vault, address, client_id=client_id, tenant_id=tenant_id, cloud=key)
    with ExitStack() as stack:
        yield _held(found, vault, nobody_listens, stack)


@contextmanager
def open_fleet(
    report: "Report",
    clock: "StoppableClock",
    *,
    cloud: str | None = None,
    trusted_hosts: frozenset[str] = frozenset(),
) -> "Iterator[tuple[Member, ...]]":
    """Compose every mailbox that is signed in here, or in one cloud, in an order of no meaning.

    Raises:
        UsageError: The vault is switched off.
        VaultFailed: It cannot be read, or would not keep what a refresh brings.
    """
    from provision.cloud import named_cloud
    from provision.stages.fleet import members_of

    with ExitStack() as stack:

        def services_of(name: str) -> "Services":
            named = named_cloud(name, Path(), trusted_hosts)
            return _services(named, report, Choices(), stack, clock)

        found = members_of(vault_of(clock, os.environ), services_of, cloud)
        yield tuple(random.sample(found, len(found)))


def sign_in_hook(command: str) -> "SignInHook":
    """Return the program that is told when an owner has to sign in; whoever typed it allows it.

    Raises:
        UsageError: It is no command line, or there is no such program.
    """
    from provision.stages.sign_in_hook import make_hook

    return make_hook(command, os.environ, Path())


def vault_work() -> "VaultWork":
    """Return what can be done to the vault as a whole; nothing is done yet."""
    from provision.stages.vault_work import VaultWork

    return VaultWork(os.environ, SystemClock())


def _held(found: "SignedInMailbox", vault: "Vault", report: "Report", stack: ExitStack) -> "Held":
    from provision.cloud import named_cloud
    from provision.stages.held_mailbox import Held

    cloud = named_cloud(found.key.cloud, Path())

    def refresh(wanted: "Wanted") -> Secret:
        from provision.stages.refresh import access_token

        services = _services(cloud, report, Choices(), stack)
        return access_token(found, wanted, services).token

    return Held(found, cloud, SystemClock(), vault, refresh)


def _services(
    cloud: "Cloud",
    report: "Report",
    choices: Choices,
    stack: ExitStack,
    fleet_clock: "StoppableClock | None" = None,
) -> "Services":
    from provision.graph.sdk_imports import import_httpx

    import_httpx()
    from provision.oauth.discovery import Discovery
    from provision.oauth.reach import proxy_settings
    from provision.oauth.tenant_pace import TenantPace
    from provision.oauth.token_endpoint import TokenEndpoint
    from provision.oauth.transport import open_transport
    from provision.stages.deferred_interrupt import make_shield
    from provision.stages.services import Services, listener_for_sign_in

    clock = fleet_clock or SystemClock()
    http = stack.enter_context(open_transport(cloud))
    return Services(
        cloud=cloud,
        clock=clock,
        vault=vault_of(clock, choices.environ),
        endpoint=TokenEndpoint(http if fleet_clock is None else TenantPace(http, clock), clock),
        discovery=Discovery(http, clock),
        listen=listener_for_sign_in,
        report=report,
        shield=make_shield(report),
        supplied_secret=choices.client_secret
        or secret_setting(choices.environ, "PROVISION_CLIENT_SECRET"),
        peers=http,
        proxies=proxy_settings(choices.environ),
    )


def vault_of(clock: SystemClock, environ: Mapping[str, str]) -> "Vault":
    """Return the vault that settings name; nothing is read or made before it is used."""
    from provision.stages.vault_of_environment import open_vault_of

    return open_vault_of(environ, clock)


def _tenant_id(tenant: str, services: "Services") -> str:
    from provision.oauth.discovery import resolve_tenant

    return resolve_tenant(services.discovery, services.cloud, tenant)


def _administrator(
    named: str, services: "Services", choices: Choices, stack: ExitStack
) -> "AdministratorServices":
    from provision.stages.administrators import administrator_of_manifest

    return administrator_of_manifest(
        named,
        _administrator_settings(named, choices, services.report),
        services,
        partial(_tenant_id, named, services),
        stack,
        consents_on_exchange=choices.consents_on_exchange,
    )


def _administrator_of(
    customer: str, services: "Services", choices: Choices, stack: ExitStack
) -> "AdministratorServices":
    from provision.stages.administrators import administrator_of_customer

    # AZURE_TENANT_ID names the administrator's home; the token has to be of the customer's tenant.
    settings = _administrator_settings(customer, choices, services.report)
    return administrator_of_customer(replace(settings, tenant=customer), services, stack)


def _administrator_settings(
    tenant: str, choices: Choices, report: "Report"
) -> "AdministratorSettings":
    from provision.graph.administrator_settings import read_settings
    from provision.stages.progress import Asked

    found = read_settings(
        tenant, partial(setting, choices.environ), may_open_browser=choices.may_open_browser
    )
    return replace(found, tell=lambda text: report(Asked(text)))


def _targets(
    manifest: "Manifest", folder: Path, services: "Services", choices: Choices, stack: ExitStack
) -> "tuple[Target, ...]":
    from provision.graph.opening import open_administrator
    from provision.stages.sink_means import sinks_of_machine
    from provision.stages.targets import chosen_target, targets_of

    settings = partial(_administrator_settings, manifest.tenant, choices, services.report)
    administrator = open_administrator(services.cloud, settings, services.clock, random.random)
    stack.callback(administrator.close)
    shows = choices.with_secrets
    make = sinks_of_machine(
        choices.environ, choices.writer, services, administrator.token, with_secrets=shows
    )
    if choices.target is not None:
        return (chosen_target(manifest, choices.target, make),)
    return targets_of(manifest, folder, make)
