"""Take an existing application over: its manifest, its unique name, and a client secret of it.

Nothing is written before everything that can be refused was looked at. The unique name comes before
what is only kept here, since nobody can take it back: run again after a crash, the rest follows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from provision.errors import (
    OutcomeUnknown,
    ProvisionError,
    RefusedError,
    TemporaryError,
    UsageError,
    WrongTenant,
)
from provision.plan.adoption import (
    Adoption,
    Surroundings,
    adopt,
    choose_unique_name,
    refuse_holder,
)
from provision.plan.planner import Plan
from provision.secret import Secret
from provision.stages.adopted_secret import keep_secret, prove_secret
from provision.stages.adoptee_search import find_adoptee
from provision.stages.plan import look
from provision.stages.progress import Finished, Started, Waiting
from provision.stages.services import AdministratorServices, Services
from provision.stages.vault_keys import registration_key
from provision.tenant.adoptee import Adoptee
from provision.tenant.port import Snapshot, TenantQuery
from provision.vault.port import RememberedIds

_ROUNDS = (0.0, 1.0, 4.0, 15.0, 30.0)
"""Seconds before each try, when the answer to the one before was lost."""


@dataclass(frozen=True, slots=True)
class AdoptionWish:
    """What a person wants about an application that exists."""

    tenant: str
    """As the manifest is to name it."""
    cloud: str
    """Likewise."""
    unique_name: str | None = None
    """The name to give it, if it has none; None makes one from its display name."""
    key_id: str | None = None
    """Which client secret is taken over."""
    secret: Secret | None = None
    """The value of that client secret."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What adopting comes to, before anything is written."""

    adoptee: Adoptee
    adoption: Adoption
    names: bool
    """Whether the application gets its unique name now, for good."""
    tenant_was_asked: bool
    """False for an exported application: then nobody knows what the tenant has by now."""


ConfirmAdoption = Callable[[Proposal], bool]


@dataclass(frozen=True, slots=True)
class Adopted:
    """How it ended."""

    proposal: Proposal
    remaining: Plan | None
    """The plan under the new manifest, empty but for what the application lacks; None where the
    tenant was not asked.
    """
    kept_key_id: str | None
    """Key id of the client secret that the vault holds now."""


def adopt_application(
    adoptee: Adoptee,
    wish: AdoptionWish,
    services: Services,
    admin: AdministratorServices,
    confirm: ConfirmAdoption,
) -> Adopted:
    """Take an application of the tenant over.

    Args:
        adoptee: From `find_adoptee`.
        wish: What a person wants about it.
        services: Whom to call.
        admin: The tenant, signed in.
        confirm: Shown what adopting comes to before the first write; False stops everything.

    Raises:
        RefusedError: It was not confirmed; no manifest describes it; or the unique name, or the
            client secret, is not its own.
        ClientRefused: The token endpoint does not take the client secret.
        TemporaryError: Another run holds the application's lock on this host.
    """
    name = choose_unique_name(adoptee, wish.unique_name)
    with services.vault.lock("apply", services.cloud.name, admin.tenant_id, name) as held:
        if not held:
            raise TemporaryError(
                f"application {name}: another apply or rotate is running on this host",
                hint="wait for it to end, then run `provision adopt` again",
            )
        snapshot = _read(adoptee, name, admin)
        refuse_holder(name, adoptee.application.client_id, snapshot)
        proposal = _proposal(adoptee, wish, name, snapshot, services)
        proven = _proven(proposal, wish, admin.tenant_id, services)
        if not confirm(proposal):
            raise RefusedError("nothing was changed: the adoption was not confirmed")
        if proposal.names:
            _name(adoptee, name, services, admin)
        _remember(proposal, snapshot, services, admin)
        kept = proven()
        remaining = look(proposal.adoption.manifest, services, admin).plan
    return Adopted(proposal, remaining, kept)


def adopt_export(
    adoptee: Adoptee,
    wish: AdoptionWish,
    services: Services,
    tenant_id: Callable[[], str],
    confirm: ConfirmAdoption,
) -> Adopted:
    """Write the manifest of an exported application; the tenant is not asked and not changed.

    Args:
        adoptee: From `exported_adoptee`.
        wish: What a person wants about it.
        services: Whom to call.
        tenant_id: Looks the tenant's GUID up; called only where a client secret is kept.
        confirm: Shown what adopting comes to; False stops everything.

    Raises:
        RefusedError: It was not confirmed, no manifest describes it, or the client secret is not
            its own.
    """
    name = choose_unique_name(adoptee, wish.unique_name)
    proposal = _proposal(adoptee, wish, name, None, services)
    proven = _proven(proposal, wish, tenant_id() if wish.secret else "", services)
    if not confirm(proposal):
        raise RefusedError("nothing was written: the adoption was not confirmed")
    return Adopted(proposal, None, proven())


def _read(adoptee: Adoptee, name: str, admin: AdministratorServices) -> Snapshot:
    application = adoptee.application
    query = TenantQuery(
        unique_name=name,
        display_name=application.settings.display_name,
        wants_scope_ids=True,
        wants_federated=True,
        adoptee_client_id=application.client_id,
    )
    snapshot = admin.tenant.read(query)
    if snapshot.tenant_id.lower() != admin.tenant_id.lower():
        raise WrongTenant(
            f"application {application.client_id}: the administrator is signed in to tenant "
            f"{snapshot.tenant_id}, and {admin.tenant_id} is meant",
            hint=f"az login --tenant {admin.tenant_id}, or name the other with --tenant",
        )
    return snapshot


def _proposal(
    adoptee: Adoptee,
    wish: AdoptionWish,
    name: str,
    snapshot: Snapshot | None,
    services: Services,
) -> Proposal:
    around = Surroundings(wish.tenant, wish.cloud, name, snapshot, wish.key_id)
    adoption = adopt(adoptee, around, services.clock.now())
    lacks_name = adoptee.application.unique_name is None
    return Proposal(adoptee, adoption, lacks_name and snapshot is not None, snapshot is not None)


def _name(adoptee: Adoptee, name: str, services: Services, admin: AdministratorServices) -> None:
    """Give the application its name; where an answer is lost, look before asking again."""
    application = adoptee.application
    services.report(Started("application", f"naming application {application.client_id} {name}"))
    lost: ProvisionError | None = None
    for pause in _ROUNDS:
        if lost is not None:
            services.report(Waiting(f"{lost.message}: looking", pause))
            services.clock.sleep(pause)
            found = admin.tenant.find_by_client_id(application.client_id)
            if found is not None and found.application.unique_name == name:
                break
        try:
            with services.shield():
                admin.tenant.set_unique_name(application.object_id, name)
            break
        except OutcomeUnknown as error:
            lost = error
    else:
        raise OutcomeUnknown(
            f"application {application.client_id}: Graph's answers keep getting lost",
            hint="run `provision adopt` again: it goes on where this one ended",
        )
    services.report(Finished("application", f"uniqueName {name}"))


def _proven(
    proposal: Proposal, wish: AdoptionWish, tenant_id: str, services: Services
) -> Callable[[], str | None]:
    """Prove the client secret that was given, if one was; return how to keep it."""
    adoptee, password, secret = proposal.adoptee, proposal.adoption.serving, wish.secret
    if secret is None or password is None:
        return lambda: None
    prove_secret(adoptee, password, secret, tenant_id, services)

    def keep() -> str:
        keep_secret(adoptee, password, secret, tenant_id, services)
        return password.key_id

    return keep


def _remember(
    proposal: Proposal, snapshot: Snapshot, services: Services, admin: AdministratorServices
) -> None:
    """Spare the next look a round trip; it decides nothing."""
    application, principal = proposal.adoptee.application, snapshot.service_principal
    if principal is None:
        return
    ids = RememberedIds(application.client_id, application.object_id, principal.object_id)
    key = registration_key(proposal.adoption.manifest, services, admin.tenant_id)
    services.vault.remember_ids(key, ids)


class Adopter:
    """Adopting in one cloud and tenant: what the command line and scripts hold.

    Raises:
        UsageError: Nobody said which tenant.
    """

    def __init__(
        self,
        tenant: str,
        services: Services,
        administrator: Callable[[], AdministratorServices],
        tenant_id: Callable[[], str],
    ) -> None:
        self.tenant = tenant
        """As a manifest is to name it."""
        if not tenant:
            raise UsageError(
                "the application's tenant is not known",
                hint="name it: provision adopt --tenant contoso.onmicrosoft.com",
            )
        self.services = services
        self._administrator = administrator
        self._tenant_id = tenant_id

    def adopt(
        self,
        wish: AdoptionWish,
        confirm: ConfirmAdoption,
        *,
        client_id: str | None = None,
        display_name: str | None = None,
    ) -> Adopted:
        """Take over the application with that client id, or else with that display name."""
        admin = self._administrator()
        found = find_adoptee(admin, client_id=client_id, display_name=display_name)
        return adopt_application(found, wish, self.services, admin, confirm)

    def adopt_export(
        self, adoptee: Adoptee, wish: AdoptionWish, confirm: ConfirmAdoption
    ) -> Adopted:
        """Take over an exported application."""
        return adopt_export(adoptee, wish, self.services, self._tenant_id, confirm)
