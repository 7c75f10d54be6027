"""What we send holds what was decided, and nothing that was not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from provision.graph import bodies
from provision.tenant.application import (
    MICROSOFT_GRAPH,
    ApplicationSettings,
    PasswordRequest,
    ResourceAccess,
)
from provision.tenant.service_principal import GrantRequest

SETTINGS = ApplicationSettings(
    display_name="AEM Forms mail",
    sign_in_audience="AzureADandPersonalMicrosoftAccount",
    token_version=2,
    redirect_uris=frozenset({"http://localhost", "https://b.example"}),
    issues_access_tokens=True,
    issues_id_tokens=True,
    permissions=frozenset(
        {
            ResourceAccess(MICROSOFT_GRAPH, "p-2", "Scope"),
            ResourceAccess(MICROSOFT_GRAPH, "p-1", "Scope"),
        }
    ),
)
START = datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=1)))
PASSWORD = PasswordRequest("aem-forms", START, datetime(2026, 8, 28, tzinfo=UTC))


def test_a_new_application_holds_all_that_was_decided():
    assert bodies.new_application("aem-forms-mail", SETTINGS, PASSWORD) == {
        "uniqueName": "aem-forms-mail",
        "displayName": "AEM Forms mail",
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "api": {"requestedAccessTokenVersion": 2},
        "web": {
            "redirectUris": ["http://localhost", "https://b.example"],
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": True,
                "enableIdTokenIssuance": True,
            },
        },
        "requiredResourceAccess": [
            {
                "resourceAppId": MICROSOFT_GRAPH,
                "resourceAccess": [
                    {"id": "p-1", "type": "Scope"},
                    {"id": "p-2", "type": "Scope"},
                ],
            }
        ],
        "passwordCredentials": [
            {
                "displayName": "aem-forms",
                "startDateTime": "2026-03-01T11:00:00Z",
                "endDateTime": "2026-08-28T00:00:00Z",
            }
        ],
    }


def test_a_new_application_without_a_secret_mentions_none():
    assert "passwordCredentials" not in bodies.new_application("x", SETTINGS, None)


def test_a_personal_audience_has_token_version_two_even_if_nobody_said_so():
    body = bodies.new_application("x", replace(SETTINGS, token_version=None), None)

    assert body["api"] == {"requestedAccessTokenVersion": 2}


def test_nothing_is_written_where_nothing_differs():
    assert bodies.changed_settings(SETTINGS, SETTINGS) == {}


def test_only_what_differs_is_written():
    after = replace(SETTINGS, redirect_uris=frozenset({"http://localhost"}))

    assert bodies.changed_settings(SETTINGS, after) == {
        "web": {"redirectUris": ["http://localhost"]}
    }


def test_audience_and_token_version_travel_together():
    before = replace(SETTINGS, sign_in_audience="AzureADMultipleOrgs", token_version=2)

    assert bodies.changed_settings(before, SETTINGS) == {
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "api": {"requestedAccessTokenVersion": 2},
    }


def test_a_token_version_that_is_no_longer_wanted_is_written_as_null():
    before = replace(SETTINGS, sign_in_audience="AzureADMultipleOrgs")

    body = bodies.changed_settings(before, replace(before, token_version=None))

    assert body["api"] == {"requestedAccessTokenVersion": None}


def test_every_kind_of_difference_is_written():
    after = replace(SETTINGS, display_name="New", issues_id_tokens=False, permissions=frozenset())

    assert bodies.changed_settings(SETTINGS, after) == {
        "displayName": "New",
        "web": {
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": True,
                "enableIdTokenIssuance": False,
            }
        },
        "requiredResourceAccess": [],
    }


def test_a_grant_for_everybody_names_nobody():
    body = bodies.new_grant(GrantRequest("c", "r", None, frozenset({"b", "a"})))

    assert body == {
        "clientId": "c",
        "consentType": "AllPrincipals",
        "principalId": None,
        "resourceId": "r",
        "scope": "a b",
    }


def test_a_grant_for_one_user_names_the_user():
    body = bodies.new_grant(GrantRequest("c", "r", "u", frozenset({"a"})))

    assert (body["consentType"], body["principalId"]) == ("Principal", "u")
