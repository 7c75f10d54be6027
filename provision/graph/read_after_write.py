"""What later reads must show, because Graph said or showed it once: evidence to wait for.

A replica that is behind may answer any read, so what one read showed does not settle the matter.
Settings are waited for only while the answer is what stood there before a write of ours: anything
else was written by somebody, and that is drift to be reported, not a delay.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from provision.errors import AlreadyExists
from provision.graph.shown import (
    Shown,
    application_seen,
    application_shown,
    certificates_shown,
    grant_shown,
    object_gone,
    password_gone,
    password_shown,
    service_principal_shown,
    settings_shown,
    trust_changed,
    trust_gone,
    trust_named,
    trust_shown,
)
from provision.tenant.application import Application, ApplicationSettings
from provision.tenant.certificate import Certificate
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import Grant, GrantRequest, ServicePrincipal


class Expectations:
    """Objects that were made moments ago and may not have reached the replica that answers."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._fresh: set[str] = set()
        self._seen: set[str] = set()
        self._expected: dict[str, Shown] = {}
        self._gone: dict[str, Shown] = {}
        self._settings: dict[str, list[ApplicationSettings]] = {}
        self._trusts: dict[str, list[FederatedTrust]] = {}
        self._in_bin: dict[str, tuple[str, Shown]] = {}
        """By object id: what a read has to show once that is restored."""

    def note_fresh(self, *ids: str) -> None:
        """Remember the ids of something just created."""
        with self._lock:
            self._fresh.update(ids)

    def learn(self, unique_name: str, snapshot: Snapshot) -> None:
        """Take ids that a lost answer kept from us for those of fresh objects, too."""
        application, principal = snapshot.application, snapshot.service_principal
        if application is not None and self.is_fresh(unique_name, application.client_id):
            self.note_fresh(application.object_id, application.client_id)
            if principal is not None:
                self.note_fresh(principal.object_id)

    def is_fresh(self, *ids: str) -> bool:
        """Tell whether any of these was created here."""
        with self._lock:
            return not self._fresh.isdisjoint(ids)

    def may_be_late(self, *ids: str) -> bool:
        """Tell whether "not found" only means that a replica is behind: a read showed it, or less.

        Whatever somebody deleted meanwhile answers the same; then the patience ends.
        """
        with self._lock:
            return not (self._fresh | self._seen).isdisjoint(ids)

    def expect(self, what: str, is_shown: Shown) -> None:
        """Remember what reads must show."""
        with self._lock:
            self._expected[what] = is_shown

    @contextmanager
    def expecting(self, what: str, is_shown: Shown) -> Iterator[None]:
        """Expect later reads to show what was created in the block, or was there already."""
        try:
            yield
        except AlreadyExists:
            self.expect(what, is_shown)
            raise
        self.expect(what, is_shown)

    def expect_password(self, object_id: str, key_id: str) -> None:
        """Remember a client secret that was just made."""
        self.note_fresh(key_id)
        self.expect(_password(key_id), password_shown(object_id, key_id))

    def expect_no_password(self, object_id: str, key_id: str) -> None:
        """Remember a client secret that was just revoked."""
        self.forget(_password(key_id), key_id)
        with self._lock:
            self._gone[f"that password {key_id} is gone"] = password_gone(object_id, key_id)

    def expect_restored(self, object_id: str) -> None:
        """Remember what was just taken out of the bin: it is there no more, and may be late."""
        self.note_fresh(object_id)
        with self._lock:
            restored = self._in_bin.pop(object_id, None)
        if restored is not None:
            self.forget(f"{restored[0]} again")
            self.expect(*restored)

    def expect_purged(self, object_id: str) -> None:
        """Remember what was just deleted for good; what was expected of it is gone, too."""
        self.forget_all()
        with self._lock:
            self._in_bin.pop(object_id, None)
            self._gone[f"that {object_id} is gone"] = object_gone(object_id)

    def expect_settings(
        self, object_id: str, before: ApplicationSettings, after: ApplicationSettings
    ) -> None:
        """Remember what a write replaced, so that it is not taken for somebody's answer to it."""
        with self._lock:
            replaced = self._settings.setdefault(object_id, [])
            replaced.append(before)
            shown = settings_shown(object_id, tuple(replaced), after)
            self._expected[f"the new settings of application {object_id}"] = shown

    def expect_certificates(
        self, object_id: str, key_ids: Collection[str], added: Sequence[Certificate] = ()
    ) -> None:
        """Remember all certificates of an application, in place of those expected before."""
        is_shown = certificates_shown(object_id, key_ids, added)
        self.expect(f"the certificates of application {object_id}", is_shown)

    def expect_trust(self, object_id: str, credential: FederatedCredential) -> None:
        """Remember a federated credential that is there."""
        own_id = credential.credential_id
        self.forget(_trust_named(object_id, credential.trust.name))
        self.expect(_trust(own_id), trust_shown(object_id, own_id))

    def expect_trust_named(self, object_id: str, name: str) -> None:
        """Remember a federated credential that is there, as Graph said without showing it."""
        self.expect(_trust_named(object_id, name), trust_named(object_id, name))

    def expect_new_trust(
        self, object_id: str, credential_id: str, before: FederatedTrust, after: FederatedTrust
    ) -> None:
        """Remember what a write to a federated credential replaced, as with settings."""
        with self._lock:
            replaced = self._trusts.setdefault(credential_id, [])
            replaced.append(before)
            shown = trust_changed(object_id, credential_id, tuple(replaced), after)
            self._expected[_new_trust(credential_id)] = shown

    def expect_no_trust(self, object_id: str, credential_id: str) -> None:
        """Remember a federated credential that was just removed."""
        self.forget(_trust(credential_id), credential_id)
        self.forget(_new_trust(credential_id))
        with self._lock:
            is_gone = trust_gone(object_id, credential_id)
            self._gone[f"that {_trust(credential_id)} is gone"] = is_gone

    def expect_again(self, unique_name: str, snapshot: Snapshot) -> None:
        """Remember what a read showed: a later one that lacks it comes from a replica behind."""
        application, principal = snapshot.application, snapshot.service_principal
        self._note_bin(unique_name, snapshot)
        found = (application, principal, *snapshot.grants)
        self._see(*(_object_id(one) for one in found if one is not None))
        if application is not None:
            # From here on it is not only late that it may be: somebody may put it in the bin.
            self.forget(the_application(unique_name))
            self.expect(f"{the_application(unique_name)} again", application_seen(unique_name))
        if application is not None and principal is not None:
            client_id = application.client_id
            self.expect(the_principal(client_id), service_principal_shown(client_id))
        if application is not None:
            self._expect_credentials_again(application.object_id, snapshot)
        for grant in snapshot.grants:
            whom = grant.principal_object_id or "all users"
            what = f"the grant of {grant.client_object_id} for {whom}"
            self.expect(f"{what} on {grant.resource_object_id}", grant_shown(_parties(grant)))

    def _see(self, *ids: str) -> None:
        with self._lock:
            self._seen.update(ids)

    def _expect_credentials_again(self, object_id: str, snapshot: Snapshot) -> None:
        keys = snapshot.key_credentials
        if keys is not None:
            self.expect_certificates(object_id, frozenset(key.key_id for key in keys))
        for credential in snapshot.federated_credentials or ():
            self.expect_trust(object_id, credential)

    def _note_bin(self, unique_name: str, snapshot: Snapshot) -> None:
        existing, principal_id = snapshot.existing, snapshot.deleted_service_principal
        if existing is not None and principal_id is not None:
            client_id = existing.client_id
            self._in_bin[principal_id] = (
                the_principal(client_id),
                service_principal_shown(client_id),
            )
        if snapshot.deleted is not None:
            # Its grants are gone; all else comes back with it, if it does.
            self.forget_all()
            self.expect(f"{the_application(unique_name)} again", application_seen(unique_name))
            shown = (the_application(unique_name), application_shown(unique_name))
            self._in_bin[snapshot.deleted.application.object_id] = shown

    def forget(self, what: str, *ids: str) -> None:
        """Expect that no longer, and take its ids for old ones."""
        with self._lock:
            self._expected.pop(what, None)
            self._fresh.difference_update(ids)

    def expects(self, what: str) -> bool:
        """Tell whether reads are waited for until they show this."""
        with self._lock:
            return what in self._expected

    def forget_all(self) -> None:
        """Expect nothing but that what is gone stays so: what was made here is deleted."""
        with self._lock:
            self._expected.clear()
            self._settings.clear()
            self._trusts.clear()
            self._fresh.clear()
            self._seen.clear()

    def missing(self, unique_name: str, snapshot: Snapshot) -> tuple[str, ...]:
        """Return what should be there and is not."""
        with self._lock:
            expected = self._expected | self._gone
        return tuple(w for w, shown in expected.items() if shown(unique_name, snapshot) is False)

    def give_up(self, missing: Sequence[str]) -> None:
        """Forget what was waited for in vain: somebody undid it, and waiting twice helps nobody."""
        with self._lock:
            for what in missing:
                self._expected.pop(what, None)
                self._gone.pop(what, None)


def the_application(unique_name: str) -> str:
    """Return what an application is called that a read has to show."""
    return f"application {unique_name}"


def the_principal(client_id: str) -> str:
    """Return what an application's service principal is called likewise."""
    return f"the service principal of {client_id}"


def _object_id(found: Application | ServicePrincipal | Grant) -> str:
    return found.grant_id if isinstance(found, Grant) else found.object_id


def _password(key_id: str) -> str:
    return f"password {key_id}"


def _trust(credential_id: str) -> str:
    return f"federated credential {credential_id}"


def _new_trust(credential_id: str) -> str:
    return f"the new trust of {_trust(credential_id)}"


def _trust_named(object_id: str, name: str) -> str:
    return f"federated credential {name!r} of application {object_id}"


def _parties(grant: Grant) -> GrantRequest:
    return GrantRequest(
        grant.client_object_id, grant.resource_object_id, grant.principal_object_id, grant.scopes
    )
