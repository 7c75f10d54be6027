"""Graph's JSON becomes our values, whichever way Graph is loose about it."""

from datetime import UTC, datetime

import pytest

from provision.errors import RefusedError
from provision.graph import answers as parse
from provision.tenant.application import MICROSOFT_GRAPH, Password, ResourceAccess
from tests.unit.graph.graph_json import (
    CLIENT_ID,
    GRAPH_ID,
    KEY_ID,
    PRINCIPAL_ID,
    application_json,
    grant_json,
    graph_principal_json,
    password_json,
    principal_json,
)


def test_reads_what_a_manifest_decides_about_an_application():
    settings = parse.application(application_json()).settings

    assert settings.display_name == "AEM Forms mail"
    assert settings.sign_in_audience == "AzureADMultipleOrgs"
    assert settings.token_version is None
    assert settings.redirect_uris == {"http://localhost"}
    assert (settings.issues_access_tokens, settings.issues_id_tokens) == (True, False)
    assert settings.permissions == {
        ResourceAccess(MICROSOFT_GRAPH, "p-1", "Scope"),
        ResourceAccess(MICROSOFT_GRAPH, "p-2", "Role"),
    }


def test_keeps_an_audience_that_nobody_has_heard_of():
    body = application_json(signInAudience="AzureADMyMoon")

    assert parse.application(body).settings.sign_in_audience == "AzureADMyMoon"


@pytest.mark.parametrize(
    "changes",
    [
        {"web": None, "api": None, "requiredResourceAccess": None, "passwordCredentials": None},
        {"web": {"redirectUris": None, "implicitGrantSettings": None}},
        {"requiredResourceAccess": [{"resourceAppId": MICROSOFT_GRAPH, "resourceAccess": None}]},
    ],
)
def test_takes_a_null_collection_for_an_empty_one(changes):
    application = parse.application(application_json(**changes))

    assert application.passwords == frozenset()
    assert isinstance(application.settings.redirect_uris, frozenset)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-09-06T09:31:59Z", datetime(2024, 9, 6, 9, 31, 59, tzinfo=UTC)),
        ("2024-09-06T09:31:59.345515Z", datetime(2024, 9, 6, 9, 31, 59, 345515, tzinfo=UTC)),
        ("2024-09-06T09:31:59.3455151Z", datetime(2024, 9, 6, 9, 31, 59, 345515, tzinfo=UTC)),
        ("2024-09-06T11:31:59+02:00", datetime(2024, 9, 6, 9, 31, 59, tzinfo=UTC)),
        ("2024-09-06T09:31:59", datetime(2024, 9, 6, 9, 31, 59, tzinfo=UTC)),
        (None, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_reads_instants_with_up_to_seven_digits(text, expected):
    assert parse.instant(text) == expected


def test_refuses_an_instant_that_is_none():
    with pytest.raises(RefusedError, match="for an instant"):
        parse.instant("next Tuesday")


@pytest.mark.parametrize("missing", ["id", "appId"])
def test_refuses_an_application_without_its_ids(missing):
    with pytest.raises(RefusedError, match=missing):
        parse.application(application_json(**{missing: None}))


def test_reads_a_password_without_its_value():
    password = parse.password(password_json())

    assert password == Password(
        KEY_ID,
        "aem-forms",
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 8, 28, tzinfo=UTC),
    )


def test_reads_a_password_without_a_name():
    assert parse.password(password_json(displayName=None)).display_name is None


def test_finds_the_secret_of_a_new_application_among_its_passwords():
    body = application_json(passwordCredentials=[password_json(), password_json(secretText="s~1")])

    minted = parse.minted_with(body)

    assert minted is not None
    assert minted.secret.reveal() == "s~1"


def test_finds_no_secret_where_graph_shows_none():
    assert parse.minted_with(application_json(passwordCredentials=[password_json()])) is None
    assert parse.minted(password_json()) is None


@pytest.mark.parametrize(("flag", "expected"), [(True, True), (False, False), (None, True)])
def test_takes_a_service_principal_for_enabled_unless_it_says_otherwise(flag, expected):
    assert parse.service_principal(principal_json(accountEnabled=flag)).is_enabled is expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("User.Read openid", {"User.Read", "openid"}),
        (" Contacts.ReadWrite  openid ", {"Contacts.ReadWrite", "openid"}),
        ("", set()),
        (None, set()),
    ],
)
def test_splits_scopes_on_any_white_space(scope, expected):
    assert parse.grant(grant_json(scope=scope)).scopes == expected


def test_reads_a_grant_for_one_user():
    grant = parse.grant(grant_json(consentType="Principal", principalId="u-1"))

    assert grant.consent_type == "Principal"
    assert grant.principal_object_id == "u-1"
    assert (grant.client_object_id, grant.resource_object_id) == (PRINCIPAL_ID, GRAPH_ID)


def test_reads_scope_ids_by_name():
    scopes = [{"value": "Mail.Read", "id": "s-1"}, {"value": None, "id": "s-2"}]

    resource = parse.resource(graph_principal_json(oauth2PermissionScopes=scopes))

    assert resource.scope_ids == {"Mail.Read": "s-1"}


def test_reads_a_namesake_without_a_unique_name():
    namesake = parse.namesake(application_json(uniqueName=None))

    assert (namesake.client_id, namesake.unique_name) == (CLIENT_ID, None)


@pytest.mark.parametrize("body", [None, [], "text", {"value": None}, {}])
def test_finds_no_items_in_what_is_no_list(body):
    assert parse.items(body) == ()
    assert parse.next_link(body) == ""
