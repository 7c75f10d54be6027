"""One manifest with everything that its stages need: what the command line and scripts hold."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from provision.errors import NotFound, UsageError, WrongTenant
from provision.manifest.model import Manifest
from provision.plan.planner import Plan
from provision.stages.plan import patient_look
from provision.stages.services import AdministratorServices, Services
from provision.stages.vault_keys import client_key, mailbox_key, registration_key
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration
from provision.vault.port import RememberedIds

if TYPE_CHECKING:
    from provision.stages.apply import Applied, Approve, Confirm
    from provision.stages.asked_scopes import AskedScopes
    from provision.stages.customer_consent import Consented
    from provision.stages.destroy import ConfirmDestroy, Destroyed
    from provision.stages.direct_consent import ConfirmConsent
    from provision.stages.doctor import Diagnosis
    from provision.stages.handoff import HandedOver
    from provision.stages.refresh import Renewed
    from provision.stages.rotate import ConfirmRotation, Rotated, RotationWish
    from provision.stages.secret_custody import Target
    from provision.stages.sent_link import SentLink
    from provision.stages.sign_in_flow import Authorized
    from provision.stages.sign_in_way import SignInWay, Surface
    from provision.stages.standing import Status
    from provision.stages.verify import Verified


class Session:
    """The stages of one manifest; the administrator signs in only when a stage needs it."""

    def __init__(
        self,
        manifest: Manifest,
        services: Services,
        targets: "Callable[[], tuple[Target, ...]]",
        administrator: Callable[[], AdministratorServices],
        tenant_id: Callable[[], str],
        tenant_of_customer: "Callable[[str], AdministratorServices]",
    ) -> None:
        self.manifest = manifest
        self.services = services
        self._targets = targets
        self._administrator = administrator
        self._tenant_id = tenant_id
        self._tenant_of_customer = tenant_of_customer
        self._registration: Registration | None = None

    @cached_property
    def targets(self) -> "tuple[Target, ...]":
        """Who gets values, each with its sink."""
        return self._targets()

    @cached_property
    def _admin(self) -> AdministratorServices:
        return self._administrator()

    def plan(self) -> Plan:
        """Return what apply would do; changes nothing."""
        return patient_look(self.manifest, self.services, self._admin).plan

    def examine(self) -> "Diagnosis":
        """Say what is out of order with administrator, tenant and registration; never writes."""
        from provision.stages.doctor import examine

        return examine(self.manifest, self.services, lambda: self._admin, self.status)

    def apply(self, confirm: "Confirm", approve: "Approve | None" = None) -> "Applied":
        """Make the tenant match the manifest; `confirm` is shown the plan first.

        With `approve`, it is shown the plan before that, and raises when it is not the one that
        somebody approved.
        """
        from provision.stages.apply import apply_manifest

        applied = apply_manifest(
            self.manifest, self.targets, self.services, self._admin, confirm, approve
        )
        self._registration = applied.registration
        return applied

    def rotate(self, wish: "RotationWish", confirm: "ConfirmRotation") -> "Rotated":
        """Renew the client secret where it is due, and retire what it replaced."""
        from provision.stages.rotate import rotate_secret

        rotated = rotate_secret(
            self.manifest, self.targets, self.services, self._admin, wish, confirm
        )
        self._registration = rotated.registration
        return rotated

    def destroy(self, confirm: "ConfirmDestroy", *, purge: bool = False) -> "Destroyed":
        """Delete the application, and everything that is held here for it."""
        from provision.stages.destroy import destroy_application

        return destroy_application(
            self.manifest, self.targets, self.services, self._admin, confirm, purge=purge
        )

    def status(self) -> "Status":
        """Say what is held, who has copies, and when all of it dies; asks nobody but the vault.

        Raises:
            UsageError: The vault is switched off, or cannot tell which tenant is meant.
        """
        from provision.stages.status import read_ledger, status_of_manifest

        ledger, services = read_ledger(self.services.vault), self.services
        now = services.clock.now()
        return status_of_manifest(self.manifest, services.cloud.name, self.targets, ledger, now)

    def forget_holder(self, name: str) -> int:
        """Forget what a holder was given whose copies are gone; return how many there were."""
        from provision.stages.forget_holder import forget_holder

        return forget_holder(self.manifest, name, self.services)

    def graph_requests(self) -> int:
        """Return the distinct Graph requests up to and including the last write."""
        return self._admin.meter.read().last_write_index

    def use(self, registration: Registration) -> None:
        """Take the registration from elsewhere instead of asking the tenant, also later.

        Raises:
            WrongTenant: It is of another tenant than the manifest names.
        """
        tenant_id = self._tenant_id()
        if registration.tenant_id.lower() != tenant_id:
            raise WrongTenant(
                f"application {registration.unique_name}: the registration is of tenant "
                f"{registration.tenant_id}, the manifest names {tenant_id}",
                hint="name the other registration, or correct `tenant` in the manifest",
            )
        self._registration = registration
        # Whoever has no administrator here has no other way to learn them.
        self.services.vault.remember_ids(
            registration_key(self.manifest, self.services, tenant_id),
            RememberedIds(
                registration.client_id,
                registration.application_object_id,
                registration.service_principal_object_id,
            ),
        )

    def registration(self) -> Registration:
        """Return the registration: from this session's apply, the vault's memory, or the tenant.

        Raises:
            NotFound: There is none yet.
        """
        if self._registration is None:
            self._registration = self._remembered() or self._read()
        return self._registration

    def _remembered(self) -> Registration | None:
        application = self.manifest.application
        tenant_id = self._tenant_id()
        key = registration_key(self.manifest, self.services, tenant_id)
        known = self.services.vault.remembered_ids(key)
        if known is None:
            return None
        held = self.services.vault.secret(client_key(self.services, tenant_id, known.client_id))
        return Registration(
            cloud=self.services.cloud.name,
            tenant_id=tenant_id,
            client_id=known.client_id,
            unique_name=application.unique_name,
            redirect_uris=tuple(sorted(application.redirect_uris)),
            scopes=tuple(sorted(application.permissions)),
            sign_in_audience=application.sign_in_audience,
            secret_key_id=held.key_id if held else None,
            application_object_id=known.application_object_id,
            service_principal_object_id=known.service_principal_object_id,
        )

    def _read(self) -> Registration:
        from provision.stages.registration import registration_of

        seen = patient_look(self.manifest, self.services, self._admin)
        if seen.snapshot.application is None:
            raise NotFound(
                f"application {self.manifest.application.unique_name}: tenant "
                f"{self.manifest.tenant} has none of that unique name",
                hint="provision apply",
            )
        return registration_of(self.manifest, seen, self.services)

    def mailboxes(self, addresses: Sequence[str] = ()) -> tuple[Mailbox, ...]:
        """Return the manifest's mailboxes, or those of the given addresses.

        Raises:
            UsageError: The manifest names no mailbox, or not that one.
        """
        known = {m.address.lower(): m for m in self.manifest.mailboxes}
        if not known:
            raise UsageError(
                "the manifest names no mailbox",
                hint="add `mailboxes: [{address: forms@contoso.com}]` to the manifest",
            )
        for address in addresses:
            if address.lower() not in known:
                raise UsageError(
                    f"mailbox {address}: not in the manifest",
                    hint=f"it has {', '.join(sorted(known))}",
                )
        return tuple(known[a.lower()] for a in addresses) or tuple(known.values())

    def asked_scopes(self, addresses: Sequence[str] = ()) -> "AskedScopes":
        """Return the scopes that every stage would ask for; asks nobody."""
        from provision.stages.asked_scopes import asked_scopes

        return asked_scopes(self.manifest, self.mailboxes(addresses), self.services.cloud)

    def authorize(self, mailbox: Mailbox, way: "SignInWay", surface: "Surface") -> "Authorized":
        """Sign the mailbox owner in and hold the refresh token."""
        from provision.stages.authorize import authorize_mailbox

        return authorize_mailbox(mailbox, self.registration(), way, surface, self.services)

    def link(self, mailbox: Mailbox, way: "SignInWay") -> "SentLink":
        """Make a link to send to the mailbox owner; `authorize` by paste takes its answer."""
        from provision.stages.sent_link import make_link

        return make_link(mailbox, self.registration(), way, self.services)

    def consent_by_link(self, tenant: str, way: "SignInWay", surface: "Surface") -> "Consented":
        """Show an administrator of a customer's tenant the link that consents."""
        from provision.stages.customer_consent import consent_by_link

        return consent_by_link(tenant, self.registration(), way, surface, self.services)

    def consent_directly(self, tenant: str, confirm: "ConfirmConsent") -> "Consented":
        """Grant consent in a customer's tenant, where the administrator here may."""
        from provision.stages.customer_consent import customer_of
        from provision.stages.direct_consent import consent_directly, naming_the_link

        registration = self.registration()
        customer = customer_of(tenant, registration, self.services)
        with naming_the_link(customer):
            admin = self._tenant_of_customer(customer.tenant_id)
            return consent_directly(customer, registration, admin, self.services, confirm)

    def is_signed_in(self, mailbox: Mailbox) -> bool:
        """Tell whether a refresh token is held that nobody has refused."""
        token = self.services.vault.refresh_token(mailbox_key(self.registration(), mailbox.address))
        return token is not None and token.suspect_reason is None

    def refresh(self, mailbox: Mailbox) -> "Renewed":
        """Renew the mailbox's refresh token now."""
        from provision.stages.refresh import renew, signed_in_mailbox

        key = mailbox_key(self.registration(), mailbox.address)
        return renew(signed_in_mailbox(mailbox, key, self.services), self.services)

    def verify(
        self, mailbox: Mailbox, *, send: bool = False, force: bool = False, as_aem: bool = False
    ) -> "Verified":
        """Log in over every protocol of the mailbox.

        With `send`, send and receive messages too, and with `force` also where an endpoint watches
        the mailbox. With `as_aem`, try what AEM would do.
        """
        from provision.stages.verify import VerifyWish, verify_mailbox

        wish = VerifyWish(sends=send, is_forced=force, replays_aem=as_aem)
        return verify_mailbox(mailbox, self.registration(), self.services, wish)

    def require_targets(self) -> "tuple[Target, ...]":
        """Return whoever the manifest hands values to.

        Raises:
            UsageError: Nobody.
        """
        if not self.targets:
            raise UsageError(
                "the manifest names no hand-off",
                hint="add `handoff: [{to: dotenv, path: mail.env}]` to the manifest",
            )
        return self.targets

    def hand_off(self) -> "tuple[HandedOver, ...]":
        """Refresh, then write every hand-off of the manifest."""
        from provision.stages.handoff import hand_off

        targets = self.require_targets()
        return hand_off(self.registration(), targets, self.services)
