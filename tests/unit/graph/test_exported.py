"""The portal's manifests and Azure CLI's output, whichever format they have."""

import base64
import json
from datetime import UTC, datetime

import pytest

from provision.errors import UsageError
from provision.graph.adoptee import adoptee
from provision.graph.exported import read_export
from provision.tenant.adoptee import Adoptee
from provision.tenant.application import MICROSOFT_GRAPH, Password, ResourceAccess

KEY_ID = "11111111-2222-4333-8444-555555555555"
MAIL_READ = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"
ACCESS = [
    {"resourceAppId": MICROSOFT_GRAPH, "resourceAccess": [{"id": MAIL_READ, "type": "Scope"}]}
]
AZURE_AD_GRAPH = {
    "id": "o1",
    "appId": "c1",
    "name": "AEM mail",
    "acceptMappedClaims": None,
    "accessTokenAcceptedVersion": 2,
    "allowPublicClient": True,
    "appRoles": [{"value": "Reader", "displayName": "Readers", "isEnabled": True}],
    "oauth2AllowIdTokenImplicitFlow": True,
    "oauth2AllowImplicitFlow": False,
    "oauth2Permissions": [{"value": "access_as_user", "type": "User"}],
    "informationalUrls": {"termsOfService": None, "support": "https://help.example"},
    "keyCredentials": [{"displayName": "CN=mail", "endDate": "2027-01-02T00:00:00Z"}],
    "passwordCredentials": [
        {
            "customKeyIdentifier": None,
            "displayName": "portal",
            "endDate": "2027-01-02T00:00:00Z",
            "hint": "Ab1",
            "keyId": KEY_ID,
            "startDate": "2026-01-02T00:00:00Z",
            "value": None,
        }
    ],
    "replyUrlsWithType": [
        {"url": "https://a.example", "type": "Web"},
        {"url": "https://spa.example", "type": "Spa"},
        {"url": "msal1://auth", "type": "InstalledClient"},
    ],
    "requiredResourceAccess": ACCESS,
    "signInAudience": "AzureADandPersonalMicrosoftAccount",
    "signInUrl": "https://home.example",
    "publisherDomain": "contoso.com",
}
MICROSOFT_GRAPH_FORMAT = {
    "id": "o1",
    "appId": "c1",
    "displayName": "AEM mail",
    "uniqueName": "aem-mail",
    "createdDateTime": "2025-05-06T07:08:09Z",
    "publisherDomain": "contoso.com",
    "signInAudience": "AzureADMyOrg",
    "api": {"requestedAccessTokenVersion": None, "knownClientApplications": []},
    "web": {
        "redirectUris": ["https://a.example"],
        "implicitGrantSettings": {
            "enableAccessTokenIssuance": True,
            "enableIdTokenIssuance": False,
        },
    },
    "spa": {"redirectUris": ["https://spa.example"]},
    "requiredResourceAccess": ACCESS,
    "optionalClaims": {"idToken": [{"name": "email"}], "accessToken": [], "saml2Token": []},
    "passwordCredentials": [
        {"keyId": KEY_ID, "displayName": "portal", "hint": "Ab1", "secretText": None,
         "startDateTime": "2026-01-02T00:00:00Z", "endDateTime": "2027-01-02T00:00:00Z"}
    ],
}  # fmt: skip
PASSWORD = Password(
    KEY_ID, "portal", datetime(2026, 1, 2, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
)


def exported(raw: object) -> Adoptee:
    return adoptee(read_export(json.dumps(raw)))


def told(found: Adoptee) -> dict[str, str]:
    return {thing.path: thing.text for thing in found.unmanaged}


@pytest.mark.parametrize("raw", [AZURE_AD_GRAPH, MICROSOFT_GRAPH_FORMAT, [MICROSOFT_GRAPH_FORMAT]])
def test_both_formats_say_who_it_is_and_which_secrets_it_has(raw):
    found = exported(raw)

    application = found.application
    assert (application.object_id, application.client_id) == ("o1", "c1")
    assert application.settings.display_name == "AEM mail"
    assert application.settings.redirect_uris == {"https://a.example"}
    assert application.settings.permissions == {ResourceAccess(MICROSOFT_GRAPH, MAIL_READ, "Scope")}
    assert application.passwords == {PASSWORD}
    assert (found.secret_hints, found.publisher_domain) == ({KEY_ID: "Ab1"}, "contoso.com")


def test_the_older_format_is_translated():
    found = exported(AZURE_AD_GRAPH)

    settings = found.application.settings
    assert (settings.token_version, settings.issues_access_tokens) == (2, False)
    assert (settings.issues_id_tokens, found.application.unique_name) == (True, None)
    assert told(found) == {
        "isFallbackPublicClient": "true",
        "api.oauth2PermissionScopes": "access_as_user",
        "appRoles": "Reader",
        "info.supportUrl": "https://help.example",
        "keyCredentials": "CN=mail (until 2027-01-02)",
        "publicClient.redirectUris": "msal1://auth",
        "spa.redirectUris": "https://spa.example",
        "web.homePageUrl": "https://home.example",
    }


def test_the_newer_format_is_taken_as_it_is():
    found = exported(MICROSOFT_GRAPH_FORMAT)

    assert found.application.unique_name == "aem-mail"
    assert found.created_at == datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert told(found) == {
        "optionalClaims": "idToken: email",
        "spa.redirectUris": "https://spa.example",
    }


@pytest.mark.parametrize(
    ("is_multitenant", "audience"), [(True, "AzureADMultipleOrgs"), (False, "AzureADMyOrg")]
)
def test_the_oldest_azure_cli_output_is_read(is_multitenant, audience):
    name = base64.b64encode("rbac".encode("utf-16-le")).decode()
    found = exported(
        {
            "objectId": "o1",
            "appId": "c1",
            "displayName": "AEM mail",
            "availableToOtherTenants": is_multitenant,
            "replyUrls": ["https://a.example"],
            "passwordCredentials": [
                {"keyId": KEY_ID, "customKeyIdentifier": name, "endDate": "2027-01-02T00:00:00Z"}
            ],
        }
    )

    assert found.application.object_id == "o1"
    assert found.application.settings.sign_in_audience == audience
    assert found.application.settings.redirect_uris == {"https://a.example"}
    assert [p.display_name for p in found.application.passwords] == ["rbac"]


def test_a_value_that_stands_in_an_export_goes_nowhere():
    raw = json.loads(json.dumps(AZURE_AD_GRAPH))
    raw["passwordCredentials"][0]["value"] = "canary-value"

    assert "canary-value" not in repr(exported(raw))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not json", "not JSON"),
        ("[]", "not one JSON object"),
        ("[{}, {}]", "not one JSON object"),
        ('{"appId": "c1"}', "no appId, or no id"),
    ],
)
def test_what_is_no_application_is_refused(text, why):
    with pytest.raises(UsageError, match=why):
        read_export(text)
