"""A tenant in memory: the port `Tenant`, with levers for bad luck and for other people."""

from dataclasses import fields, replace
from datetime import UTC
from itertools import count

from provision.errors import AlreadyExists, NameTaken, NotFound
from provision.manifest.permission_ids import catalogue
from provision.secret import Secret
from provision.tenant.application import (
    EXCHANGE_ONLINE,
    MICROSOFT_GRAPH,
    Application,
    ApplicationSettings,
    MintedPassword,
    Password,
    PasswordRequest,
)
from provision.tenant.caller import Caller
from provision.tenant.policies import UNKNOWN_POLICIES, TenantPolicies
from provision.tenant.port import CreatedApplication, Presence, Snapshot, TenantQuery
from provision.tenant.service_principal import Grant, GrantRequest, Resource, ServicePrincipal
from tests.fakes.callers import ALL_RIGHTS, application
from tests.fakes.federation import Federation
from tests.fakes.tenant_queries import (
    federated_of,
    in_bin_of,
    in_seconds,
    namesakes_of,
    same_parties,
)

TENANT_ID = "99999999-aaaa-4bbb-8ccc-dddddddddddd"
USERS_MAY_CONSENT = ("ManagePermissionGrantsForSelf.microsoft-user-default-legacy",)
GRAPH_OBJECT_ID = "graph-principal"
EXCHANGE_OBJECT_ID = "exchange-principal"


class MemoryTenant(Federation):
    """A tenant that keeps the port's contract until it is told otherwise.

    `secrets` has every secret ever minted, by key id.
    """

    def __init__(self, tenant_id: str = TENANT_ID) -> None:
        super().__init__()
        self.tenant_id = tenant_id
        self.queries: list[TenantQuery] = []
        self.secrets: dict[str, Secret] = {}
        self.users: dict[str, str] = {}
        self.scope_ids = dict(catalogue())
        self.unknown = frozenset[str]()
        """Reads that are refused with 403."""
        self.shows_new_secrets = True
        self.has_exchange = True
        self.policies = TenantPolicies((), (), user_consent=frozenset(USERS_MAY_CONSENT))
        self.registered_elsewhere: set[str] = set()
        """Client ids of other tenants' applications that accounts of this one may use."""
        self._numbers = count(1)
        self.called_by = application(*ALL_RIGHTS, tenant_id=tenant_id)

    # What other people do

    def remove(self, object_id: str) -> None:
        """Move an application to the bin; its service principal goes with it."""
        application = self.content.applications.pop(object_id)
        self.content.bin[object_id] = application
        gone = [p for p in self.content.principals.values() if p.client_id == application.client_id]
        for principal in gone:
            del self.content.principals[principal.object_id]
            self.content.binned_principals[principal.object_id] = principal
            grants = self.content.grants.values()
            for grant in [g for g in grants if g.client_object_id == principal.object_id]:
                del self.content.grants[grant.grant_id]

    def named(self, unique_name: str) -> Application | None:
        """Return the live application with a unique name."""
        live = self.content.applications.values()
        return next((a for a in live if a.unique_name == unique_name), None)

    def change(self, unique_name: str, **settings: object) -> None:
        """Change settings behind everybody's back."""
        found = self._of_name(unique_name)
        values = {f.name: getattr(found.settings, f.name) for f in fields(found.settings)}
        self.put(replace(found, settings=ApplicationSettings(**values | settings)))

    def add_secret(self, unique_name: str, password: Password) -> None:
        """Mint a secret behind everybody's back."""
        found = self._of_name(unique_name)
        self.put(replace(found, passwords=found.passwords | {password}))

    # The port

    def caller(self) -> Caller:
        return self.called_by

    def read(self, query: TenantQuery) -> Snapshot:
        self.queries.append(query)
        return self.call("read", lambda: self._snapshot(query))

    def presence(self, client_id: str) -> Presence:
        def look() -> Presence:
            shown = self.shown()
            owned = (p for p in shown.principals.values() if p.client_id == client_id)
            principal = next(owned, None)
            return Presence(
                principal,
                frozenset(
                    g
                    for g in shown.grants.values()
                    if principal and g.client_object_id == principal.object_id
                ),
                Resource(GRAPH_OBJECT_ID, MICROSOFT_GRAPH, {}),
            )

        return self.call("presence", look)

    def create_application(
        self, unique_name: str, settings: ApplicationSettings, password: PasswordRequest | None
    ) -> CreatedApplication:
        def create() -> CreatedApplication:
            self._require_free(unique_name)
            minted = self._mint(password) if password else None
            number = next(self._numbers)
            application = Application(
                object_id=f"object-{number}",
                client_id=f"client-{number}",
                unique_name=unique_name,
                settings=settings,
                passwords=frozenset({minted.password} if minted else ()),
            )
            self.put(application)
            return CreatedApplication(application, minted if self.shows_new_secrets else None)

        return self.call("create_application", create)

    def update_application(
        self, object_id: str, before: ApplicationSettings, after: ApplicationSettings
    ) -> None:
        def update() -> None:
            found = self.found(object_id)
            values = {
                f.name: getattr(after, f.name)
                if getattr(after, f.name) != getattr(before, f.name)
                else getattr(found.settings, f.name)
                for f in fields(after)
            }
            self.put(replace(found, settings=ApplicationSettings(**values)))

        self.call("update_application", update)

    def create_service_principal(self, client_id: str) -> ServicePrincipal:
        def create() -> ServicePrincipal:
            here = {a.client_id for a in self.content.applications.values()}
            if client_id not in here | self.registered_elsewhere:
                raise NotFound(f"creating the service principal of {client_id}: no application")
            if any(p.client_id == client_id for p in self.content.principals.values()):
                raise AlreadyExists(f"creating the service principal of {client_id}: it has one")
            object_id = f"principal-{next(self._numbers)}"
            made = ServicePrincipal(object_id, client_id, is_enabled=True)
            self.content.principals[object_id] = made
            return made

        return self.call("create_service_principal", create)

    def create_grant(self, request: GrantRequest) -> Grant:
        def create() -> Grant:
            if request.client_object_id not in self.content.principals:
                raise NotFound(f"granting {request.client_object_id}: no service principal")
            made = Grant(
                grant_id=f"grant-{next(self._numbers)}",
                client_object_id=request.client_object_id,
                resource_object_id=request.resource_object_id,
                consent_type="Principal" if request.principal_object_id else "AllPrincipals",
                principal_object_id=request.principal_object_id,
                scopes=request.scopes,
            )
            if any(same_parties(made, grant) for grant in self.content.grants.values()):
                raise AlreadyExists(f"granting {request.client_object_id}: there is a grant")
            self.content.grants[made.grant_id] = made
            return made

        return self.call("create_grant", create)

    def replace_grant_scopes(self, grant_id: str, scopes: frozenset[str]) -> None:
        def widen() -> None:
            self.content.grants[grant_id] = replace(self.content.grants[grant_id], scopes=scopes)

        self.call("replace_grant_scopes", widen)

    def add_password(self, object_id: str, request: PasswordRequest) -> MintedPassword:
        def add() -> MintedPassword:
            found = self.found(object_id)
            minted = self._mint(request)
            self.put(replace(found, passwords=found.passwords | {minted.password}))
            return minted

        return self.call("add_password", add)

    def remove_password(self, object_id: str, key_id: str) -> None:
        def remove() -> None:
            found = self.found(object_id)
            left = frozenset(p for p in found.passwords if p.key_id != key_id)
            self.put(replace(found, passwords=left))

        self.call("remove_password", remove)

    def delete_application(self, object_id: str) -> None:
        def delete() -> None:
            if object_id in self.content.applications:
                self.remove(object_id)

        self.call("delete_application", delete)

    def restore(self, object_id: str) -> None:
        def take_out() -> None:
            if object_id in self.content.bin:
                self.put(self.content.bin.pop(object_id))
            elif object_id in self.content.binned_principals:
                principal = self.content.binned_principals.pop(object_id)
                self.content.principals[object_id] = principal
            else:
                raise NotFound(f"restoring {object_id}: it is not in the bin")

        self.call("restore", take_out)

    def purge(self, object_id: str) -> None:
        def forget() -> None:
            self.content.bin.pop(object_id, None)
            self.content.binned_principals.pop(object_id, None)

        self.call("purge", forget)

    def close(self) -> None:
        self.calls.append("close")

    # Within

    def _snapshot(self, query: TenantQuery) -> Snapshot:
        shown = self.shown()
        live = list(shown.applications.values())
        application = next((a for a in live if a.unique_name == query.unique_name), None)
        client_id = query.adoptee_client_id or (application.client_id if application else "")
        principal = next((p for p in shown.principals.values() if p.client_id == client_id), None)
        deleted = None if application else in_bin_of(shown, query.unique_name)
        existing = deleted.application if deleted else application
        binned = shown.binned_principals.values()
        in_bin = next(
            (p.object_id for p in binned if existing and p.client_id == existing.client_id), None
        )
        grants = [] if "grants" in self.unknown else list(shown.grants.values())
        users = {} if "users" in self.unknown else self.users
        return Snapshot(
            tenant_id=self.tenant_id,
            application=application,
            service_principal=principal,
            grants=frozenset(
                g for g in grants if principal and g.client_object_id == principal.object_id
            ),
            microsoft_graph=Resource(
                GRAPH_OBJECT_ID, MICROSOFT_GRAPH, self.scope_ids if query.wants_scope_ids else {}
            ),
            exchange_online=(
                Resource(EXCHANGE_OBJECT_ID, EXCHANGE_ONLINE, {})
                if query.wants_exchange and self.has_exchange
                else None
            ),
            namesakes=() if "namesakes" in self.unknown else namesakes_of(live, query),
            user_ids={name: users[name] for name in query.users if name in users},
            unknown=self.unknown,
            deleted=deleted,
            policies=UNKNOWN_POLICIES if "policies" in self.unknown else self.policies,
            deleted_service_principal=in_bin,
            federated_credentials=federated_of(shown, application, query),
            key_credentials=self.keys_of(application) if query.wants_certificates else None,
        )

    def _require_free(self, unique_name: str) -> None:
        if self.named(unique_name):
            raise AlreadyExists(f"creating application {unique_name}: it exists")
        holder = next((a for a in self.content.bin.values() if a.unique_name == unique_name), None)
        if holder is not None:
            raise NameTaken(f"creating application {unique_name}: in the bin as {holder.object_id}")

    def _mint(self, request: PasswordRequest) -> MintedPassword:
        key_id = f"key-{next(self._numbers)}"
        secret = Secret(f"value of {key_id}")
        self.secrets[key_id] = secret
        end_at = request.end_at.astimezone(UTC)
        return MintedPassword(
            Password(key_id, request.display_name, in_seconds(request.start_at), end_at), secret
        )

    def _of_name(self, unique_name: str) -> Application:
        found = self.named(unique_name)
        assert found is not None
        return found
