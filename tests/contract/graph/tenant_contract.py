"""What every `Tenant` does, whatever it is made of.

Subclass it and provide the fixture `backend`.
"""

from dataclasses import replace

import pytest

from provision.errors import AlreadyExists, NameTaken, NotFound
from provision.tenant.application import (
    EXCHANGE_ONLINE,
    MICROSOFT_GRAPH,
    Application,
    ApplicationSettings,
    ResourceAccess,
)
from provision.tenant.port import Hint, Snapshot, TenantQuery
from provision.tenant.service_principal import GrantRequest, ServicePrincipal
from tests.contract.graph.backend import Backend

MAIL_READ = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
NO_SUCH_ID = "00000000-dead-4000-8000-000000000000"


def settings_of(backend: Backend, **changes) -> ApplicationSettings:
    settings = ApplicationSettings(
        display_name=f"{backend.unique_name} display",
        sign_in_audience="AzureADMultipleOrgs",
        token_version=None,
        redirect_uris=frozenset({"http://localhost", "https://a.example/back"}),
        issues_access_tokens=True,
        issues_id_tokens=False,
        permissions=frozenset({ResourceAccess(MICROSOFT_GRAPH, MAIL_READ, "Scope")}),
    )
    return replace(settings, **changes)


def created(backend: Backend, **changes) -> Application:
    settings = settings_of(backend, **changes)
    return backend.tenant.create_application(backend.unique_name, settings, None).application


def present(backend: Backend) -> ServicePrincipal:
    return backend.tenant.create_service_principal(created(backend).client_id)


def read(backend: Backend, **options) -> Snapshot:
    query = TenantQuery(backend.unique_name, settings_of(backend).display_name)
    return backend.tenant.read(replace(query, **options))


def for_everybody(backend: Backend, principal: ServicePrincipal, *scopes: str) -> GrantRequest:
    graph = read(backend).microsoft_graph
    return GrantRequest(principal.object_id, graph.object_id, None, frozenset(scopes))


class TenantContract:
    def test_shows_exchange_online_only_when_it_is_asked_for(self, backend: Backend):
        asked = read(backend, wants_exchange=True).exchange_online
        assert asked is not None
        assert asked.client_id == EXCHANGE_ONLINE
        assert read(backend).exchange_online is None

    def test_says_what_policies_allow_unless_they_may_not_be_read(self, backend: Backend):
        snapshot = read(backend)

        is_unknown = "policies" in snapshot.unknown
        assert (snapshot.policies.for_all is None) is is_unknown
        assert (snapshot.policies.user_consent is None) is is_unknown

    def test_says_whose_token_it_is(self, backend: Backend):
        assert backend.tenant.caller().tenant_id == read(backend).tenant_id

    def test_shows_nothing_where_nothing_was_made(self, backend: Backend):
        snapshot = read(backend)

        assert (snapshot.application, snapshot.service_principal) == (None, None)
        assert (snapshot.grants, snapshot.namesakes) == (frozenset(), ())
        assert snapshot.microsoft_graph.client_id == MICROSOFT_GRAPH
        assert snapshot.tenant_id

    def test_creates_what_was_asked_for(self, backend: Backend):
        application = created(backend)

        assert application.unique_name == backend.unique_name
        assert application.settings == settings_of(backend)
        assert application.passwords == frozenset()

    def test_creates_a_secret_together_with_its_application(self, backend: Backend):
        made = backend.tenant.create_application(
            backend.unique_name, settings_of(backend), backend.password
        )

        assert made.minted is not None
        assert made.minted.secret
        assert made.minted.password in made.application.passwords

    def test_creates_an_application_for_personal_accounts(self, backend: Backend):
        personal = {"sign_in_audience": "AzureADandPersonalMicrosoftAccount", "token_version": 2}

        assert created(backend, **personal).settings == settings_of(backend, **personal)

    def test_reads_an_application_as_it_was_created(self, backend: Backend):
        application = created(backend)

        assert read(backend).application == application

    def test_a_hint_changes_nothing_about_what_is_read(self, backend: Backend):
        principal = present(backend)
        hint = Hint(principal.client_id, principal.object_id)

        assert read(backend, hint=hint) == read(backend)

    def test_a_wrong_hint_changes_nothing_about_what_is_read(self, backend: Backend):
        present(backend)

        assert read(backend, hint=Hint(NO_SUCH_ID, NO_SUCH_ID)) == read(backend)

    def test_refuses_a_unique_name_that_is_in_use(self, backend: Backend):
        created(backend)

        with pytest.raises(AlreadyExists, match=backend.unique_name):
            created(backend)

    def test_refuses_a_unique_name_that_a_deleted_application_holds(self, backend: Backend):
        application = created(backend)
        backend.delete(application.object_id)

        with pytest.raises(NameTaken, match=application.object_id):
            created(backend)

    def test_shows_no_deleted_application(self, backend: Backend):
        application = created(backend)
        assert read(backend).application == application

        backend.delete(application.object_id)

        assert read(backend).application is None

    def test_writes_the_settings_that_differ(self, backend: Backend):
        application = created(backend)
        after = settings_of(
            backend,
            redirect_uris=frozenset({"http://localhost"}),
            issues_id_tokens=True,
            permissions=frozenset({ResourceAccess(MICROSOFT_GRAPH, USER_READ, "Scope")}),
        )

        backend.tenant.update_application(application.object_id, application.settings, after)

        shown = read(backend).application
        assert shown is not None
        assert shown.settings == after

    def test_changes_the_audience_together_with_the_token_version(self, backend: Backend):
        application = created(backend)
        after = settings_of(
            backend, sign_in_audience="AzureADandPersonalMicrosoftAccount", token_version=2
        )

        backend.tenant.update_application(application.object_id, application.settings, after)

        shown = read(backend).application
        assert shown is not None
        assert shown.settings == after

    def test_finds_the_namesakes_of_another_application(self, backend: Backend):
        application = created(backend)

        namesakes = read(backend, unique_name=f"{backend.unique_name[:60]}-two").namesakes

        assert [namesake.object_id for namesake in namesakes] == [application.object_id]

    def test_gives_an_application_its_presence_in_the_tenant(self, backend: Backend):
        principal = present(backend)

        assert principal.is_enabled
        assert read(backend).service_principal == principal

    def test_refuses_a_second_service_principal(self, backend: Backend):
        principal = present(backend)

        with pytest.raises(AlreadyExists):
            backend.tenant.create_service_principal(principal.client_id)

    def test_records_consent_for_everybody(self, backend: Backend):
        request = for_everybody(backend, present(backend), "Mail.Read", "openid")

        grant = backend.tenant.create_grant(request)

        assert (grant.consent_type, grant.principal_object_id) == ("AllPrincipals", None)
        assert grant.scopes == {"Mail.Read", "openid"}
        assert read(backend).grants == {grant}

    def test_records_consent_for_one_user(self, backend: Backend):
        everybody = for_everybody(backend, present(backend), "Mail.Read")
        user_id = read(backend, users=frozenset({backend.user})).user_ids[backend.user]

        grant = backend.tenant.create_grant(replace(everybody, principal_object_id=user_id))

        assert (grant.consent_type, grant.principal_object_id) == ("Principal", user_id)

    def test_refuses_a_second_grant_of_the_same_kind(self, backend: Backend):
        request = for_everybody(backend, present(backend), "Mail.Read")
        backend.tenant.create_grant(request)

        with pytest.raises(AlreadyExists):
            backend.tenant.create_grant(request)

    def test_replaces_the_scopes_of_a_grant(self, backend: Backend):
        grant = backend.tenant.create_grant(for_everybody(backend, present(backend), "Mail.Read"))
        wider = frozenset({"Mail.Read", "openid", "profile"})

        backend.tenant.replace_grant_scopes(grant.grant_id, wider)

        assert read(backend).grants == {replace(grant, scopes=wider)}

    def test_mints_a_secret_on_an_application_that_exists(self, backend: Backend):
        application = created(backend)

        minted = backend.tenant.add_password(application.object_id, backend.password)

        assert minted.secret
        assert minted.password.display_name == backend.password.display_name
        assert minted.password.end_at == backend.password.end_at
        assert read(backend).application == replace(
            application, passwords=frozenset({minted.password})
        )

    def test_revokes_a_secret(self, backend: Backend):
        application = created(backend)
        minted = backend.tenant.add_password(application.object_id, backend.password)

        backend.tenant.remove_password(application.object_id, minted.password.key_id)

        assert read(backend).application == application

    def test_revoking_a_secret_twice_is_no_error(self, backend: Backend):
        application = created(backend)
        minted = backend.tenant.add_password(application.object_id, backend.password)
        backend.tenant.remove_password(application.object_id, minted.password.key_id)

        backend.tenant.remove_password(application.object_id, minted.password.key_id)

    def test_finds_the_users_that_exist(self, backend: Backend):
        nobody = "nobody-of-that-name@contoso.com"

        user_ids = read(backend, users=frozenset({backend.user, nobody})).user_ids

        assert set(user_ids) == {backend.user}

    def test_finds_permission_ids_by_name_when_asked(self, backend: Backend):
        scope_ids = read(backend, wants_scope_ids=True).microsoft_graph.scope_ids

        assert scope_ids["Mail.Read"] == MAIL_READ

    def test_says_which_application_is_not_there(self, backend: Backend):
        with pytest.raises(NotFound, match=NO_SUCH_ID):
            backend.tenant.add_password(NO_SUCH_ID, backend.password)

    def test_may_be_closed_twice(self, backend: Backend):
        backend.tenant.close()
        backend.tenant.close()
