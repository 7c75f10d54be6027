"""Tenant over Microsoft Graph: one method, one request, unless the answer demands another."""

from msgraph import GraphServiceClient

from provision.errors import AlreadyExists, OutcomeUnknown
from provision.graph import answers as parse
from provision.graph import shown
from provision.graph.bodies import PERSONAL_AUDIENCE, changed_settings
from provision.graph.collisions import explained
from provision.graph.deleted_items import DeletedItems
from provision.graph.federated_credentials import FederatedRequests
from provision.graph.password_removal import Revoker
from provision.graph.polling import Pacing, Wait
from provision.graph.public_credentials import PublicCredentials
from provision.graph.read_after_write import Expectations, the_application, the_principal
from provision.graph.read_requests import ReadRequests
from provision.graph.refusals import refusal
from provision.graph.request_count import Meter
from provision.graph.retry import PATIENCE, PERSONAL_PATIENCE, Repeater
from provision.graph.snapshot_reader import SnapshotReader
from provision.graph.strangers import Strangers, named_by_another
from provision.graph.wire import Answer, GraphRequest, Wire
from provision.graph.write_requests import WriteRequests
from provision.tenant.adoptee import Adoptee
from provision.tenant.application import ApplicationSettings, MintedPassword, PasswordRequest
from provision.tenant.caller import Caller
from provision.tenant.certificate import Certificate, KeyCredential
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from provision.tenant.port import CreatedApplication, Presence, Snapshot, TenantQuery
from provision.tenant.service_principal import Grant, GrantRequest, ServicePrincipal


class GraphTenant:
    """The port `Tenant`; threads may share it.

    It remembers what it created: a later write that Graph answers with "not found" is repeated
    until the object has reached every replica, and a later read is repeated until it shows it.
    """

    def __init__(
        self, wire: Wire, graph: GraphServiceClient, pacing: Pacing, meter: Meter | None = None
    ) -> None:
        self.meter = meter or Meter()
        """What all of this cost."""
        self._wire = wire
        self._pacing = pacing
        self._repeater = Repeater(wire, self.meter, pacing)
        self._reads = ReadRequests(graph)
        self._writes = WriteRequests(graph)
        self._strangers = Strangers(self._reads, self._repeater)
        self._bin = DeletedItems(self._repeater, pacing)
        self._revoker = Revoker(self._reads, self._repeater, pacing)
        self._expectations = Expectations()
        self._public = PublicCredentials(
            self._send, self._writes, FederatedRequests(graph), self._bin, self._expectations
        )
        self._patience = PATIENCE

    def administrator_tenant_id(self) -> str:
        """Return the tenant of the administrator's token, in lower case, signing in if need be."""
        return self._wire.tenant_id()

    def caller(self) -> Caller:
        """Return whoever changes the tenant, as their token says, signing in if need be."""
        return self._wire.caller()

    def read(self, query: TenantQuery) -> Snapshot:
        """Return what exists, in as few requests as the hint allows.

        What was created here and is not shown yet is asked for again until the deadline; then the
        snapshot is returned as it is, for the plan to report.
        """
        tenant_id = self._wire.tenant_id()
        wait = Wait(self._pacing)
        repeater = self._repeater
        while True:
            # What was made a moment ago is late, not deleted.
            is_late = self._expectations.expects(the_application(query.unique_name))
            reader = SnapshotReader(self._reads, repeater)
            snapshot = reader.read(query, tenant_id, looks_in_bin=not is_late)
            if snapshot.application is not None:
                self._adapt_patience(snapshot.application.settings)
            self._expectations.learn(query.unique_name, snapshot)
            missing = self._expectations.missing(query.unique_name, snapshot)
            if not missing or not wait.pause(f"Graph to show {missing[0]}", self._patience):
                self._expectations.give_up(missing)
                self._expectations.expect_again(query.unique_name, snapshot)
                return snapshot
            repeater = self._repeater.repeating()

    def find_by_client_id(self, client_id: str) -> Adoptee | None:
        """Return an application whole, whoever made it."""
        return self._strangers.find_by_client_id(client_id)

    def find_by_display_name(self, display_name: str) -> tuple[Adoptee, ...]:
        """Return every application that people see under this name, oldest first."""
        return self._strangers.find_by_display_name(display_name)

    def set_unique_name(self, object_id: str, unique_name: str) -> None:
        """Give an application the unique name that it lacks, for good.

        Raises:
            NameTaken: Another application, live or deleted, has that name.
            RefusedError: It has another name.
        """
        request = self._writes.set_unique_name(object_id, unique_name)
        try:
            self._send(request, object_id)
        except AlreadyExists as collision:
            raise named_by_another(request.action, collision) from collision
        self._expectations.expect(
            the_application(unique_name), shown.application_shown(unique_name)
        )

    def presence(self, client_id: str) -> Presence:
        """Return what this tenant has of an application, wherever that is registered.

        Raises:
            NotPermitted: Service principals or grants may not be read.
        """
        return SnapshotReader(self._reads, self._repeater).presence(client_id)

    def create_application(
        self, unique_name: str, settings: ApplicationSettings, password: PasswordRequest | None
    ) -> CreatedApplication:
        """Create an application, its secret in the same request.

        Returns:
            The application; `minted` is None where no secret was asked for, or Graph did not show
            its value.

        Raises:
            AlreadyExists: An application with this unique name exists.
            NameTaken: A deleted application still holds the unique name.
        """
        self._adapt_patience(settings)
        request = self._writes.create_application(unique_name, settings, password)
        fresh = (the_application(unique_name), shown.application_shown(unique_name))
        try:
            body = self._send(request).body
        except OutcomeUnknown:
            self._expectations.note_fresh(unique_name)
            raise
        except AlreadyExists as collision:
            is_fresh = self._expectations.is_fresh(unique_name)
            told = explained(unique_name, collision, self._reads, self._repeater, is_fresh=is_fresh)
            if isinstance(told, AlreadyExists):
                self._expectations.expect(*fresh)
            raise told from collision
        created = parse.application(body)
        self._expectations.note_fresh(created.object_id, created.client_id)
        self._expectations.expect(*fresh)
        minted = parse.minted_with(body)
        if minted is not None:
            self._expectations.expect_password(created.object_id, minted.password.key_id)
        return CreatedApplication(created, minted)

    def update_application(
        self, object_id: str, before: ApplicationSettings, after: ApplicationSettings
    ) -> None:
        """Write the settings that differ, in one request; nothing when none do."""
        self._adapt_patience(after)
        if changed_settings(before, after):
            self._send(self._writes.update_application(object_id, before, after), object_id)
            self._expectations.expect_settings(object_id, before, after)

    def create_service_principal(self, client_id: str) -> ServicePrincipal:
        """Give an application its presence in the tenant.

        Raises:
            AlreadyExists: It has one.
        """
        request = self._writes.create_service_principal(client_id)
        is_shown = shown.service_principal_shown(client_id)
        self._expectations.note_fresh(client_id)
        with self._expectations.expecting(the_principal(client_id), is_shown):
            created = parse.service_principal(self._send(request, client_id).body)
        self._expectations.note_fresh(created.object_id)
        return created

    def create_grant(self, request: GrantRequest) -> Grant:
        """Record consent.

        Raises:
            AlreadyExists: There is a grant for this client, resource and principal.
        """
        ids = (request.client_object_id, request.resource_object_id)
        whom = request.principal_object_id or "all users"
        what = f"the grant of {request.client_object_id} for {whom} on {ids[1]}"
        with self._expectations.expecting(what, shown.grant_shown(request)):
            created = parse.grant(self._send(self._writes.create_grant(request), *ids).body)
        self._expectations.note_fresh(created.grant_id)
        return created

    def replace_grant_scopes(self, grant_id: str, scopes: frozenset[str]) -> None:
        """Make the grant hold exactly these scopes; callers pass the union."""
        self._send(self._writes.replace_grant_scopes(grant_id, scopes), grant_id)
        self._expectations.expect(f"grant {grant_id}", shown.scopes_shown(grant_id, scopes))

    def add_password(self, object_id: str, request: PasswordRequest) -> MintedPassword:
        """Mint a client secret on an existing application.

        Raises:
            OutcomeUnknown: Graph made one and did not show it: nobody holds it.
        """
        write = self._writes.add_password(object_id, request)
        minted = parse.minted(self._send(write, object_id).body)
        if minted is None:
            raise OutcomeUnknown(
                f"{write.action}: Graph answered without the secret's value",
                hint="run provision plan: it shows the secret that nobody holds",
            )
        self._expectations.expect_password(object_id, minted.password.key_id)
        return minted

    def remove_password(self, object_id: str, key_id: str) -> None:
        """Revoke a client secret; a key id that is gone already is no error."""
        self._revoker.remove(
            self._writes.remove_password(object_id, key_id),
            object_id,
            key_id,
            patience=self._patience,
            is_fresh=self._expectations.is_fresh(key_id),
        )
        self._expectations.expect_no_password(object_id, key_id)

    def add_federated_credential(
        self, object_id: str, trust: FederatedTrust
    ) -> FederatedCredential:
        """Let somebody's tokens stand for an application.

        Raises:
            AlreadyExists: A credential of that name exists.
        """
        return self._public.add(object_id, trust)

    def update_federated_credential(
        self, object_id: str, credential_id: str, before: FederatedTrust, after: FederatedTrust
    ) -> None:
        """Write what differs about a trust; its name never does."""
        self._public.change(object_id, credential_id, before, after)

    def remove_federated_credential(self, object_id: str, credential_id: str) -> None:
        """End a trust; one that is gone already is no error."""
        self._public.remove(object_id, credential_id)

    def replace_certificates(
        self, object_id: str, kept: tuple[KeyCredential, ...], added: tuple[Certificate, ...]
    ) -> None:
        """Make the key credentials these: `kept` are there already and go along without a key."""
        self._public.replace_certificates(object_id, kept, added)

    def delete_application(self, object_id: str) -> None:
        """Move an application to the bin, its service principal too; gone already is no error."""
        is_fresh = self._expectations.is_fresh(object_id)
        self._bin.delete(self._writes.delete_application(object_id), is_fresh=is_fresh)
        self._expectations.forget_all()

    def restore(self, object_id: str) -> None:
        """Take an application or a service principal out of the bin, by itself.

        Raises:
            NotFound: It is not in the bin.
        """
        self._bin.restore(self._writes.restore(object_id))
        self._expectations.expect_restored(object_id)

    def purge(self, object_id: str) -> None:
        """Delete for good what is in the bin; gone already is no error."""
        self._bin.delete(self._writes.purge(object_id))
        self._expectations.expect_purged(object_id)

    def close(self) -> None:
        """Release connections; harmless when repeated."""
        self._wire.close()

    def _send(self, request: GraphRequest, *ids: str) -> Answer:
        """Return a success; `ids` are those whose absence may only be a delay."""
        is_fresh = self._expectations.may_be_late(*ids)
        answer = self._repeater.send(request, patience=self._patience, is_fresh=is_fresh)
        if not answer.is_success:
            raise refusal(request.action, answer, is_fresh=is_fresh)
        return answer

    def _adapt_patience(self, settings: ApplicationSettings) -> None:
        if settings.sign_in_audience == PERSONAL_AUDIENCE:
            self._patience = PERSONAL_PATIENCE
