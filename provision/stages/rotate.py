"""Rotate a client secret without an outage: mint, keep, prove, hand over, read back, retire.

Nothing but the tenant and the vault remembers how far a rotation came, so that whoever runs it
again goes on where the last run ended: a secret that a crash lost is revoked and minted anew, sinks
that lack the new one get it, and the old one goes when the new one has served through the overlap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from provision.errors import (
    NotFound,
    OutcomeUnknown,
    ProvisionError,
    RefusedError,
    TemporaryError,
    UsageError,
)
from provision.manifest.model import Manifest
from provision.oauth.scopes import authority_url
from provision.oauth.token_endpoint import Client
from provision.plan.changes import Change
from provision.plan.policies import refuse_forbidden_secret, within_policies
from provision.plan.rights import WRITE_APPLICATION
from provision.plan.rotation import Rotation, Superseded, plan_rotation
from provision.secret import Secret
from provision.stages.carry_out import CarryOut
from provision.stages.plan import Seen, custody_of, look, patient_look
from provision.stages.preflight import require_rights
from provision.stages.progress import Finished, Started, Waiting
from provision.stages.registration import registration_of
from provision.stages.secret_custody import Target, bring_up_to_date, prepare, sinks_without
from provision.stages.secret_minting import settle_intents
from provision.stages.services import AdministratorServices, Services
from provision.stages.vault_keys import client_key, registration_key
from provision.tenant.application import Password
from provision.tenant.registration import Registration
from provision.vault.port import RegistrationKey

_ROUNDS = (0.0, 1.0, 4.0, 15.0, 30.0)
"""Seconds before each try, when the answer to the one before was lost."""
_PATIENCE = 180.0
_PERSONAL_PATIENCE = 600.0
"""Seconds for a new secret to be known everywhere; personal accounts' side is slower."""
_PERSONAL_AUDIENCE = "AzureADandPersonalMicrosoftAccount"

ConfirmRotation = Callable[[Rotation], bool]


@dataclass(frozen=True, slots=True)
class RotationWish:
    """What a person wants beyond what is due."""

    is_forced: bool = False
    """Whether a new secret is wanted now."""
    retire: tuple[str, ...] = ()
    """Key ids that may go, whoever holds them."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How a rotation ended."""

    registration: Registration
    """With the key id of the secret that serves now."""
    first: Rotation
    """What was confirmed and carried out."""
    retired: tuple[str, ...]
    """Key ids that were revoked."""
    later: tuple[Superseded, ...]
    """Old secrets whose overlap goes on."""
    failures: tuple[ProvisionError, ...]
    """Sinks that lack the secret; then nothing was retired."""


def rotate_secret(
    manifest: Manifest,
    targets: Sequence[Target],
    services: Services,
    admin: AdministratorServices,
    wish: RotationWish,
    confirm: ConfirmRotation,
) -> Rotated:
    """Renew the client secret where it is due, and retire what it replaced.

    Args:
        manifest: What is wanted.
        targets: Who gets the new secret; each proves that it can be written before one exists.
        services: Whom to call.
        admin: The tenant, signed in.
        wish: What a person wants beyond what is due.
        confirm: Shown what is to be done before the first write; False stops everything.

    Raises:
        NotFound: There is no such application.
        RefusedError: It was not confirmed, or no secret may make room.
        ClientRefused: The token endpoint still refuses the new secret; the old one is untouched.
        TemporaryError: Another run holds the application's lock on this host.
    """
    prepare(targets, services)
    unique_name = manifest.application.unique_name
    with services.vault.lock("apply", services.cloud.name, admin.tenant_id, unique_name) as held:
        if not held:
            raise TemporaryError(
                f"application {unique_name}: another apply or rotate is running on this host",
                hint="wait for it to end, then run `provision rotate` again",
            )
        return _Run(manifest, targets, services, admin, wish).rotate(confirm)


class _Run:
    """One rotation."""

    def __init__(
        self,
        manifest: Manifest,
        targets: Sequence[Target],
        services: Services,
        admin: AdministratorServices,
        wish: RotationWish,
    ) -> None:
        self._manifest = manifest
        self._targets = targets
        self._services = services
        self._admin = admin
        self._wish = wish
        # Where the vault keeps the secret, nobody else gets it before it was proved to work.
        keepers = () if services.vault.holds_secrets else targets
        self._work = CarryOut(manifest, keepers, services, admin)

    def rotate(self, confirm: ConfirmRotation) -> Rotated:
        seen, shown = self._look(is_forced=self._wish.is_forced, is_first=True)
        if shown.has_changes:
            require_rights(
                self._manifest, (WRITE_APPLICATION,), seen.snapshot, self._services, self._admin
            )
            if not confirm(shown):
                raise RefusedError("nothing was changed: the rotation was not confirmed")
        seen = self._minted(seen, shown)
        registration = registration_of(self._manifest, seen, self._services)
        settle_intents(self._key, seen.snapshot, self._services)
        gone_already = self._gone(seen)
        _, then = self._look(is_forced=False)
        secret = self._held(registration)
        if secret is None and not (shown.mint or then.retired):
            # It is live and somebody else's to hand over, as on a fresh runner.
            return Rotated(registration, shown, gone_already, then.later, ())
        if shown.mint or then.retired or sinks_without(registration, self._targets):
            self._prove(registration, secret)
        failures = self._handed_over(registration)
        if failures:
            return Rotated(registration, shown, gone_already, then.later, failures)
        self._carry_out(seen, then.retired)
        retired = (*gone_already, *(c.key_id for c in then.retired))
        return Rotated(registration, shown, retired, then.later, ())

    def _gone(self, seen: Seen) -> tuple[str, ...]:
        """Return which of the secrets that were named are gone, and forget their values.

        They made room, or an earlier run was killed before it could forget them.
        """
        application = seen.snapshot.application
        assert application is not None  # noqa: S101  (`_look` refuses where there is none)
        present = {p.key_id for p in application.passwords}
        gone = tuple(key_id for key_id in self._wish.retire if key_id not in present)
        for key_id in gone:
            key = client_key(self._services, self._admin.tenant_id, application.client_id)
            self._services.vault.forget_secret(key, key_id)
        return gone

    def _handed_over(self, registration: Registration) -> tuple[ProvisionError, ...]:
        """Write the secret to the sinks that lack it, and read every sink back."""
        written = bring_up_to_date(registration, self._targets, self._services)
        return written.failures or tuple(sinks_without(registration, self._targets))

    @property
    def _key(self) -> RegistrationKey:
        return registration_key(self._manifest, self._services, self._admin.tenant_id)

    def _look(self, *, is_forced: bool, is_first: bool = False) -> tuple[Seen, Rotation]:
        seen = patient_look(self._manifest, self._services, self._admin)
        application = seen.snapshot.application
        if application is None:
            raise NotFound(
                f"application {self._manifest.application.unique_name}: not in tenant "
                f"{self._manifest.tenant}",
                hint="provision apply",
            )
        custody = custody_of(self._key, seen.snapshot, self._services)
        now = self._services.clock.now()
        present = {p.key_id for p in application.passwords}
        known = custody.held_key_ids if is_first else frozenset(self._wish.retire)
        # What is known and not there any more was retired by this run, or by one that was killed.
        named = [k for k in self._wish.retire if k in present or k not in known]
        manifest = within_policies(self._manifest, seen.snapshot, now)
        found = plan_rotation(manifest, application, custody, now, is_forced=is_forced, named=named)
        if found.mint is not None:
            refuse_forbidden_secret(manifest, seen.snapshot, now)
        return seen, found

    def _minted(self, seen: Seen, rotation: Rotation) -> Seen:
        """Carry out what comes first, and look until the new secret is there."""
        if rotation.mint is not None:
            self._services.vault.prepare()
            self._let_the_second_pass(rotation.serving)
        for pause in _ROUNDS:
            changes: list[Change] = [*rotation.first]
            if rotation.mint is not None:
                changes.append(rotation.mint)
            if not changes:
                return seen
            try:
                self._carry_out(seen, changes)
            except OutcomeUnknown as error:
                self._services.report(Waiting(f"{error.message}: looking", pause))
                self._services.clock.sleep(pause)
                # The secret that was lost is revoked, and another one minted.
                seen, rotation = self._look(is_forced=self._wish.is_forced)
                continue
            seen = look(self._manifest, self._services, self._admin)
            self._work.yield_to_older(seen)
            return seen
        raise OutcomeUnknown(
            f"application {rotation.unique_name}: Graph's answers keep getting lost",
            hint="run `provision rotate` again: it goes on where this one ended",
        )

    def _let_the_second_pass(self, serving: Password | None) -> None:
        # Graph's dates are kept in whole seconds, and by them the newer of two secrets is told.
        clock = self._services.clock
        if serving is not None and serving.start_at >= clock.now().replace(microsecond=0):
            clock.sleep(1.0)

    def _carry_out(self, seen: Seen, changes: Sequence[Change]) -> None:
        if not changes:
            return
        self._work.carry_out(replace(seen, plan=replace(seen.plan, changes=tuple(changes))))

    def _held(self, registration: Registration) -> Secret | None:
        vault, key_id = self._services.vault, registration.secret_key_id
        key = client_key(self._services, registration.tenant_id, registration.client_id)
        held = None if key_id is None else vault.secret(key, key_id)
        return self._services.supplied_secret if held is None else held.secret

    def _prove(self, registration: Registration, secret: Secret | None) -> None:
        key_id, services = registration.secret_key_id, self._services
        if secret is None:
            raise UsageError(
                f"client secret {key_id}: it is not held here, so nobody can prove that it works",
                hint="run this where the vault is, or set PROVISION_CLIENT_SECRET",
            )
        services.report(Started("prove", f"asking the token endpoint with client secret {key_id}"))
        authority = authority_url(services.cloud, "tenant", registration.tenant_id)
        is_personal = registration.sign_in_audience == _PERSONAL_AUDIENCE
        services.endpoint.prove(
            Client(registration.client_id, secret, authority),
            services.cloud.graph_resource,
            patience=_PERSONAL_PATIENCE if is_personal else _PATIENCE,
            waiting=lambda reason, seconds: services.report(Waiting(reason, seconds)),
        )
        services.report(Finished("prove", f"client secret {key_id} gets tokens"))
