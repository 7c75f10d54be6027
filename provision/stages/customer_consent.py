"""Consent of a customer's whole tenant to our application: by a link, or by Graph where we may."""

from dataclasses import dataclass
from typing import Final

from provision.errors import (
    UsageError,
)
from provision.oauth.admin_consent import ConsentRequest, accept_pasted_consent, ask_for_consent
from provision.oauth.discovery import resolve_tenant
from provision.stages.progress import Finished, Started
from provision.stages.services import Services
from provision.stages.sign_in_flow import require_loopback
from provision.stages.sign_in_way import SignInWay, Surface
from provision.stages.waiting_sign_in import paste_redirect
from provision.tenant.registration import Registration

_SIGN_IN: Final = frozenset({"openid", "profile"})
_UNRESOURCED: Final = _SIGN_IN | {"email", "offline_access"}


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant that is to consent."""

    name: str
    """As a person wrote it: a domain, or an id."""
    tenant_id: str


@dataclass(frozen=True, slots=True)
class Consented:
    """A tenant that consented."""

    customer: Customer
    scopes: tuple[str, ...]
    was_direct: bool
    """Whether Graph was told, in place of a person at a link."""
    done: tuple[str, ...] = ()
    """What Graph was told; empty where all of it was there already."""


def customer_of(name: str, registration: Registration, services: Services) -> Customer:
    """Return the tenant that a domain or an id names.

    Raises:
        UsageError: There is no such tenant, or the application admits its own tenant only.
    """
    tenant_id = resolve_tenant(services.discovery, services.cloud, name)
    is_elsewhere = tenant_id != registration.tenant_id.lower()
    if is_elsewhere and registration.sign_in_audience == "AzureADMyOrg":
        raise UsageError(
            f"application {registration.unique_name}: its audience AzureADMyOrg admits nobody "
            f"of tenant {name}",
            hint="set application.signInAudience to AzureADMultipleOrgs, then: provision apply",
        )
    return Customer(name, tenant_id)


def consent_by_link(
    name: str, registration: Registration, way: SignInWay, surface: Surface, services: Services
) -> Consented:
    """Show an administrator of a tenant the link that consents, and check its answer.

    Raises:
        UsageError: No such tenant, no redirect URI that fits, or what was pasted is no answer.
        ConsentMissing: The administrator declined.
        WrongTenant: Another tenant consented.
        SignInRequired: Nothing came back in time.
    """
    customer = customer_of(name, registration, services)
    whom = f"an administrator of {name}"
    services.report(Started("consent", f"waiting for {whom} to consent"))
    if way.by == "paste":
        request = _asked(customer, registration, paste_redirect(registration), services)
        surface.open(request.url, whom)
        accept_pasted_consent(surface.pasted(whom), request)
    else:
        require_loopback(registration)
        with services.listen_for_consent() as listener:
            request = _asked(customer, registration, listener.redirect_uri, services)
            listener.expect_consent(request)
            surface.open(request.url, whom)
            listener.wait(way.listening_time)
    scopes = wanted_scopes(registration)
    services.report(Finished("consent", f"tenant {customer.tenant_id} consented by its link"))
    return Consented(customer, scopes, was_direct=False)


def _asked(
    customer: Customer, registration: Registration, redirect_uri: str, services: Services
) -> ConsentRequest:
    resource = services.cloud.graph_resource
    names = wanted_scopes(registration)
    return ask_for_consent(
        client_id=registration.client_id,
        authority=f"{services.cloud.authority}/{customer.tenant_id}",
        scopes=tuple(name if name in _UNRESOURCED else f"{resource}/{name}" for name in names),
        redirect_uri=redirect_uri,
        tenant=customer.name,
    )


def wanted_scopes(registration: Registration) -> tuple[str, ...]:
    """Return what the customer's tenant consents to: all that is declared, and signing in."""
    return tuple(sorted(frozenset(registration.scopes) | _SIGN_IN))
