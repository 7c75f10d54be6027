"""Consent of a customer's tenant, told to Graph where the administrator here has the right to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from provision.errors import (
    AlreadyExists,
    ClientRefused,
    NotPermitted,
    OutcomeUnknown,
    RefusedError,
    TemporaryError,
    WrongTenant,
)
from provision.stages.customer_consent import Consented, Customer, wanted_scopes
from provision.stages.progress import Finished, Started, Waiting
from provision.stages.services import AdministratorServices, Services
from provision.tenant.port import Presence
from provision.tenant.registration import Registration
from provision.tenant.service_principal import Grant, GrantRequest

_ROUNDS: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each look, while replicas have not heard of what was done."""

ConfirmConsent = Callable[[tuple[str, ...]], bool]
"""Shown what is to be done, one line each."""


def consent_directly(
    customer: Customer,
    registration: Registration,
    admin: AdministratorServices,
    services: Services,
    confirm: ConfirmConsent,
) -> Consented:
    """Grant in a tenant in which the administrator here has the right to.

    What is granted already is kept; the grant is the union.

    Args:
        customer: Where.
        registration: What is consented to.
        admin: The customer's tenant, with the administrator signed in to it.
        services: Whom to call.
        confirm: Shown what is to be done before the first write; False stops everything.

    Raises:
        WrongTenant: The administrator's token is of another tenant.
        NotPermitted: The administrator may not do that there; see `naming_the_link`.
        RefusedError: It was not confirmed.
    """
    return _Grants(customer, registration, admin, services).grant(confirm)


class _Grants:
    """One run towards the grant; every round does what a look still misses."""

    def __init__(
        self,
        customer: Customer,
        registration: Registration,
        admin: AdministratorServices,
        services: Services,
    ) -> None:
        self._customer = customer
        self._client_id = registration.client_id
        self._wanted = frozenset(wanted_scopes(registration))
        self._tenant = admin.tenant
        self._actual = admin.tenant_id
        self._services = services
        self._done: list[str] = []
        """What Graph was told."""

    def grant(self, confirm: ConfirmConsent) -> Consented:
        """Look, ask, and write until a look misses nothing."""
        actual = self._actual
        if actual != self._customer.tenant_id:
            raise WrongTenant(
                f"consent of tenant {self._customer.name}: the administrator is signed in to "
                f"tenant {actual}, not {self._customer.tenant_id}",
                hint=f"az login --tenant {self._customer.name}, or leave --direct out",
            )
        presence = self._tenant.presence(self._client_id)
        missing = self._missing(presence)
        if missing and not confirm(missing):
            raise RefusedError("nothing was changed: the consent was not confirmed")
        for pause in _ROUNDS:
            if not missing:
                break
            if pause:
                reason = f"tenant {self._customer.name} to show what was done"
                self._services.report(Waiting(reason, pause))
                self._services.clock.sleep(pause)
            self._round(presence)
            presence = self._tenant.presence(self._client_id)
            missing = self._missing(presence)
        if missing:
            raise TemporaryError(
                f"consent of tenant {self._customer.name}: the tenant does not show it yet",
                hint="repeat the command: it does what is still missing",
            )
        evidence = f"tenant {self._customer.tenant_id}: {'; '.join(self._done) or 'was granted'}"
        self._services.report(Finished("consent", evidence))
        scopes = tuple(sorted(self._wanted))
        return Consented(self._customer, scopes, was_direct=True, done=tuple(self._done))

    def _missing(self, presence: Presence) -> tuple[str, ...]:
        wanted = []
        if presence.service_principal is None:
            wanted.append(f"create the service principal of {self._client_id}")
        lacking = self._wanted - _granted(presence)
        if lacking:
            wanted.append(f"grant {' '.join(sorted(lacking))} for every user")
        return tuple(wanted)

    def _round(self, presence: Presence) -> None:
        """Do what a look missed; what turns out to be there already is left to the next look."""
        try:
            with self._services.shield():
                self._write(presence)
        except (AlreadyExists, OutcomeUnknown) as error:
            self._services.report(Waiting(f"{error.message}: looking at what is there", 0.0))

    def _write(self, presence: Presence) -> None:
        report = self._services.report
        principal = presence.service_principal
        if principal is None:
            report(Started("consent", f"creating the service principal of {self._client_id}"))
            principal = self._tenant.create_service_principal(self._client_id)
            self._done.append(f"service principal {principal.object_id}")
        lacking = self._wanted - _granted(presence)
        if not lacking:
            return
        report(Started("consent", f"granting {len(lacking)} scopes for every user"))
        existing = _for_everybody(presence)
        if existing is not None:
            self._tenant.replace_grant_scopes(existing.grant_id, existing.scopes | self._wanted)
            self._done.append(f"grant {existing.grant_id} extended")
            return
        resource = presence.microsoft_graph.object_id
        made = self._tenant.create_grant(
            GrantRequest(principal.object_id, resource, None, self._wanted)
        )
        self._done.append(f"grant {made.grant_id}")


@contextmanager
def naming_the_link(customer: Customer) -> Iterator[None]:
    """Name the other way where the administrator gets no token there, or lacks the right."""
    try:
        yield
    except (ClientRefused, NotPermitted) as error:
        raise type(error)(
            f"consent of tenant {customer.name}: {error.message}",
            hint="let an administrator of that tenant open the link instead: "
            f"provision authorize --admin {customer.name}",
            evidence=error.evidence,
        ) from error


def _for_everybody(presence: Presence) -> Grant | None:
    graph = presence.microsoft_graph.object_id
    found = (
        grant
        for grant in presence.grants
        if grant.resource_object_id == graph and grant.principal_object_id is None
    )
    return next(found, None)


def _granted(presence: Presence) -> frozenset[str]:
    found = _for_everybody(presence)
    return frozenset() if found is None else found.scopes
