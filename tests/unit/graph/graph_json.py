"""Graph's JSON as the tests need it."""

APPLICATION_ID = "aaaaaaaa-0000-4000-8000-000000000001"
CLIENT_ID = "cccccccc-0000-4000-8000-000000000001"
PRINCIPAL_ID = "dddddddd-0000-4000-8000-000000000001"
GRAPH_ID = "eeeeeeee-0000-4000-8000-000000000001"
KEY_ID = "99999999-0000-4000-8000-000000000001"
GRANT_ID = "grant-1"
UNIQUE_NAME = "aem-forms-mail"


def application_json(**changes: object) -> dict[str, object]:
    return {
        "id": APPLICATION_ID,
        "appId": CLIENT_ID,
        "uniqueName": UNIQUE_NAME,
        "displayName": "AEM Forms mail",
        "signInAudience": "AzureADMultipleOrgs",
        "api": {"requestedAccessTokenVersion": None},
        "web": {
            "redirectUris": ["http://localhost"],
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": True,
                "enableIdTokenIssuance": False,
            },
        },
        "requiredResourceAccess": [
            {
                "resourceAppId": "00000003-0000-0000-c000-000000000000",
                "resourceAccess": [{"id": "p-1", "type": "Scope"}, {"id": "p-2", "type": "Role"}],
            }
        ],
        "passwordCredentials": [],
        **changes,
    }


def password_json(**changes: object) -> dict[str, object]:
    return {
        "keyId": KEY_ID,
        "displayName": "aem-forms",
        "startDateTime": "2026-03-01T00:00:00Z",
        "endDateTime": "2026-08-28T00:00:00Z",
        "secretText": None,
        **changes,
    }


def principal_json(**changes: object) -> dict[str, object]:
    return {"id": PRINCIPAL_ID, "appId": CLIENT_ID, "accountEnabled": True, **changes}


def graph_principal_json(**changes: object) -> dict[str, object]:
    return {"id": GRAPH_ID, "appId": "00000003-0000-0000-c000-000000000000", **changes}


def grant_json(**changes: object) -> dict[str, object]:
    return {
        "id": GRANT_ID,
        "clientId": PRINCIPAL_ID,
        "consentType": "AllPrincipals",
        "principalId": None,
        "resourceId": GRAPH_ID,
        "scope": "User.Read openid",
        **changes,
    }
