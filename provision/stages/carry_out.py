"""Carry out a plan's changes, one tenant call at a time, each secret kept before the next."""

from collections.abc import Callable, Sequence
from typing import assert_never

from provision.errors import OutcomeUnknown, ProvisionError, RefusedError
from provision.manifest.model import Manifest
from provision.plan.changes import (
    AddCertificates,
    AddFederatedCredential,
    AddPassword,
    Change,
    CreateApplication,
    CreateGrant,
    CreateServicePrincipal,
    ExtendGrant,
    RemoveFederatedCredential,
    RemovePassword,
    Restore,
    UpdateApplication,
    UpdateFederatedCredential,
)
from provision.plan.difference import title, whom
from provision.plan.password import dated_anew, satisfying
from provision.stages.federate import federate
from provision.stages.plan import Seen, custody_of, look
from provision.stages.progress import Finished, Started, Waiting
from provision.stages.secret_custody import Kept, Target, keep
from provision.stages.secret_minting import Mint, OwnMint, carry_out_mint, rival
from provision.stages.services import AdministratorServices, Services
from provision.stages.vault_keys import client_key, registration_key
from provision.tenant.application import MintedPassword, Password, PasswordRequest
from provision.tenant.port import CreatedApplication
from provision.tenant.registration import Registration
from provision.tenant.service_principal import GrantRequest
from provision.vault.port import RememberedIds

_CROSSING = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each look at whether a secret that crossed ours on the way gives way."""


class CarryOut:
    """One run over a plan; knows the ids that its own changes brought about."""

    def __init__(
        self,
        manifest: Manifest,
        targets: Sequence[Target],
        services: Services,
        admin: AdministratorServices,
    ) -> None:
        self.failures: list[ProvisionError] = []
        """Sinks that could not be written although somebody else holds the secret."""
        self._manifest = manifest
        self._targets = targets
        self._services = services
        self._admin = admin
        self._tenant = admin.tenant
        self._tenant_id = admin.tenant_id
        self._key = registration_key(manifest, services, admin.tenant_id)
        self._object_id = ""
        self._client_id = ""
        self._principal_object_id = ""
        self._key_ids_present = frozenset[str]()
        self._under_way: Change | None = None
        self._own: OwnMint | None = None

    def carry_out(self, seen: Seen) -> None:
        """Do every change in order; what was done stays done when one fails."""
        application, principal = seen.snapshot.existing, seen.snapshot.service_principal
        if application is not None:
            self._object_id, self._client_id = application.object_id, application.client_id
            self._key_ids_present = frozenset(p.key_id for p in application.passwords)
        if principal is not None:
            self._principal_object_id = principal.object_id
        for change in seen.plan.changes:
            self._under_way = change
            self._do(change)
        self._under_way = None

    def recognise(self, seen: Seen) -> None:
        """Report the change whose answer was lost, if a look shows that it took effect."""
        change, self._under_way = self._under_way, None
        if change is None or any(isinstance(c, type(change)) for c in seen.plan.changes):
            return
        evidence = "done: the answer was lost, and a look showed it"
        for stage in _stages_of(change):
            self._services.report(Finished(stage, evidence))

    def _do(self, change: Change) -> None:
        match change:
            case CreateApplication():
                self._create_application(change)
            case AddPassword():
                self._add_password(change)
            case _:
                stage = _stages_of(change)[0]
                self._services.report(Started(stage, title(change)))
                with self._services.shield():
                    evidence = self._write(change)
                self._services.report(Finished(stage, evidence))

    def _write(self, change: Change) -> str:  # noqa: C901, PLR0911, PLR0912  (one return a case)
        match change:
            case Restore():
                return self._restore(change)
            case UpdateApplication(object_id=object_id, before=before, after=after):
                self._tenant.update_application(object_id, before, after)
                return f"client id {self._client_id}"
            case CreateServicePrincipal():
                created = self._tenant.create_service_principal(self._client_id)
                self._principal_object_id = created.object_id
                self._remember()
                return f"service principal {created.object_id}"
            case CreateGrant():
                return self._create_grant(change)
            case ExtendGrant(grant_id=grant_id, after=scopes, principal=principal):
                self._tenant.replace_grant_scopes(grant_id, scopes)
                return f"{len(scopes)} scopes for {whom(principal)}"
            case RemovePassword(key_id=key_id):
                self._revoke(key_id)
                self._key_ids_present -= {key_id}
                return f"client secret {key_id} revoked: {change.reason}"
            case (
                AddFederatedCredential() | UpdateFederatedCredential() | RemoveFederatedCredential()
            ):
                return federate(self._tenant, self._object_id, change)
            case AddCertificates(kept=there, added=added):
                self._tenant.replace_certificates(self._object_id, there, added)
                return f"certificates {' '.join(c.thumbprint for c in added)}"
            case CreateApplication() | AddPassword():
                raise AssertionError(change)
            case _:
                assert_never(change)

    def _restore(self, change: Restore) -> str:
        self._tenant.restore(change.object_id)
        if change.kind == "servicePrincipal":
            self._principal_object_id = change.object_id
        return f"object {change.object_id} is out of the bin"

    def _create_application(self, change: CreateApplication) -> None:
        report = self._services.report
        report(Started("application", title(change)))

        def create(password: PasswordRequest | None) -> CreatedApplication:
            created = self._tenant.create_application(change.unique_name, change.settings, password)
            self._object_id = created.application.object_id
            self._client_id = created.application.client_id
            return created

        kept = ""
        if change.password is None:
            with self._services.shield():
                create(None)
        else:
            kept = self._mint(change.password, lambda request: _minted(create(request)))
        report(Finished("application", f"client id {self._client_id}"))
        if kept:
            report(Finished("secret", kept))
        report(Finished("permissions", f"{len(change.settings.permissions)} delegated, declared"))
        uris = " ".join(sorted(change.settings.redirect_uris))
        report(Finished("redirects", uris))

    def _add_password(self, change: AddPassword) -> None:
        self._services.report(Started("secret", f"{title(change)}: {change.reason}"))
        kept = self._mint(
            change.request, lambda request: self._tenant.add_password(change.object_id, request)
        )
        self._services.report(Finished("secret", kept))

    def _mint(
        self, asked: PasswordRequest, create: Callable[[PasswordRequest], MintedPassword]
    ) -> str:
        # Dated anew: a person may have looked at the plan for an hour, and the dates tell later
        # which secret an interrupted run lost, and which of two hosts was first.
        request = dated_anew(asked, self._services.clock.now())

        def keep_it(minted: MintedPassword) -> Kept:
            registration = self._registration(minted.password.key_id)
            return keep(registration, minted, self._targets, self._services)

        mint = Mint(
            self._key,
            request.display_name,
            self._key_ids_present,
            lambda: create(request),
            keep_it,
            self._revoke,
        )
        password, kept = carry_out_mint(mint, self._services)
        self._own = OwnMint(password, self._key_ids_present, self._services.clock.now())
        self.failures.extend(kept.failures)
        return f"key id {password.key_id}, held by {' and '.join(kept.holders)}"

    def _revoke(self, key_id: str) -> None:
        self._tenant.remove_password(self._object_id, key_id)
        client = client_key(self._services, self._tenant_id, self._client_id)
        self._services.vault.forget_secret(client, key_id)

    def yield_to_older(self, seen: Seen) -> None:
        """Revoke the secret minted here where another host minted one a moment earlier.

        Raises:
            RefusedError: It did; the other host's secret serves.
        """
        own, found = self._own, self._rival(seen)
        for pause in _CROSSING:
            if own is None or found is None or own.is_younger_than(found):
                break
            reason = f"another host minted client secret {found.key_id} at the same time"
            self._services.report(Waiting(reason, pause))
            self._services.clock.sleep(pause)
            found = self._rival(look(self._manifest, self._services, self._admin))
        if own is None or found is None:
            return
        with self._services.shield():
            self._revoke(own.password.key_id)
        raise RefusedError(
            f"application {seen.plan.unique_name}: another host minted client secret "
            f"{found.key_id} at the same time and was first, so {own.password.key_id}, minted "
            "here, was revoked",
            hint="run `provision handoff` where the other one was made; what was written here "
            "holds a secret that is no longer good",
        )

    def _rival(self, seen: Seen) -> Password | None:
        application, own = seen.snapshot.application, self._own
        if own is None or application is None:
            return None
        custody = custody_of(self._key, seen.snapshot, self._services)
        live = satisfying(self._manifest, application, self._services.clock.now())
        return rival(own, live, custody)

    def _remember(self) -> None:
        """Spare the closing look a round trip; it decides nothing."""
        ids = RememberedIds(self._client_id, self._object_id, self._principal_object_id)
        self._services.vault.remember_ids(self._key, ids)

    def _create_grant(self, change: CreateGrant) -> str:
        request = GrantRequest(
            client_object_id=self._principal_object_id,
            resource_object_id=change.resource_object_id,
            principal_object_id=change.principal_object_id,
            scopes=change.scopes,
        )
        grant = self._tenant.create_grant(request)
        return f"{len(grant.scopes)} scopes for {whom(change.principal)}, grant {grant.grant_id}"

    def _registration(self, key_id: str) -> Registration:
        application = self._manifest.application
        return Registration(
            cloud=self._services.cloud.name,
            tenant_id=self._tenant_id,
            client_id=self._client_id,
            unique_name=application.unique_name,
            redirect_uris=tuple(sorted(application.redirect_uris)),
            scopes=tuple(sorted(application.permissions)),
            sign_in_audience=application.sign_in_audience,
            secret_key_id=key_id,
            application_object_id=self._object_id,
            service_principal_object_id=self._principal_object_id,
        )


def _minted(created: CreatedApplication) -> MintedPassword:
    if created.minted is None:
        raise OutcomeUnknown(
            f"application {created.application.client_id}: Graph created it and did not show its "
            "client secret",
        )
    return created.minted


def _stages_of(change: Change) -> tuple[str, ...]:
    match change:
        case Restore(kind="application"):
            return ("application",)
        case CreateServicePrincipal() | Restore() | CreateGrant() | ExtendGrant():
            return ("consent",)
        case RemovePassword() | AddPassword():
            return ("secret",)
        case AddFederatedCredential() | UpdateFederatedCredential() | RemoveFederatedCredential():
            return ("federation",)
        case AddCertificates():
            return ("certificates",)
        case CreateApplication() | UpdateApplication():
            return ("application", "permissions", "redirects")
        case _:
            assert_never(change)
