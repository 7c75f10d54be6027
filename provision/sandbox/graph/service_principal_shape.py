"""What a service principal looks like: as it is stored, and as Graph serves it."""

from copy import deepcopy
from datetime import datetime
from typing import Final

from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.application_shape import redirect_uris
from provision.sandbox.graph.entity_kind import EntityKind

# Member order and defaults of 2024-08 answers.
# Observed 2024-08, Azure/azure-cli recordings of GET /servicePrincipals.
_TEMPLATE: Final[JsonObject] = {
    "id": None,
    "deletedDateTime": None,
    "accountEnabled": True,
    "alternativeNames": [],
    "appDisplayName": None,
    "appDescription": None,
    "appId": None,
    "applicationTemplateId": None,
    "appOwnerOrganizationId": None,
    "appRoleAssignmentRequired": False,
    "createdDateTime": None,
    "description": None,
    "disabledByMicrosoftStatus": None,
    "displayName": None,
    "homepage": None,
    "loginUrl": None,
    "logoutUrl": None,
    "notes": None,
    "notificationEmailAddresses": [],
    "preferredSingleSignOnMode": None,
    "preferredTokenSigningKeyThumbprint": None,
    "replyUrls": [],
    "servicePrincipalNames": [],
    "servicePrincipalType": "Application",
    "signInAudience": None,
    "tags": [],
    "tokenEncryptionKeyId": None,
    "samlSingleSignOnSettings": None,
    "addIns": [],
    "appRoles": [],
    "info": {
        "logoUrl": None,
        "marketingUrl": None,
        "privacyStatementUrl": None,
        "supportUrl": None,
        "termsOfServiceUrl": None,
    },
    "keyCredentials": [],
    "oauth2PermissionScopes": [],
    "passwordCredentials": [],
    "resourceSpecificApplicationPermissions": [],
    "verifiedPublisher": {
        "displayName": None,
        "verifiedPublisherId": None,
        "addedDateTime": None,
    },
}
SERVICE_PRINCIPALS: Final = EntityKind(
    "servicePrincipals",
    "servicePrincipal",
    _TEMPLATE,
    frozenset({"id", "appId", "displayName", "servicePrincipalNames", "servicePrincipalType",
               "appOwnerOrganizationId", "accountEnabled", "tags"}),
    navigations=frozenset({"owners", "appRoleAssignments", "appRoleAssignedTo"}),
)  # fmt: skip
WRITABLE: Final = frozenset(
    {
        "accountEnabled",
        "alternativeNames",
        "appRoleAssignmentRequired",
        "description",
        "displayName",
        "homepage",
        "loginUrl",
        "logoutUrl",
        "notes",
        "notificationEmailAddresses",
        "preferredSingleSignOnMode",
        "preferredTokenSigningKeyThumbprint",
        "replyUrls",
        "samlSingleSignOnSettings",
        "servicePrincipalNames",
        "tags",
        "tokenEncryptionKeyId",
    }
)


def new_service_principal(
    application: JsonObject, object_id: str, owner_tenant_id: str, now: datetime
) -> JsonObject:
    """Return a new service principal as it is stored.

    Args:
        application: Whole, or for Microsoft's own just `appId` and `displayName`.
        object_id: Of the service principal.
        owner_tenant_id: Tenant that registered the application.
        now: The sandbox's present.
    """
    principal = deepcopy(_TEMPLATE)
    principal |= {
        "id": object_id,
        "appId": application["appId"],
        "appOwnerOrganizationId": owner_tenant_id,
        "createdDateTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "servicePrincipalNames": [application["appId"]],
        "appDisplayName": application["displayName"],
        "displayName": application["displayName"],
        "_created_at": now.timestamp(),
    }
    if "web" in application:
        copy_from_application(principal, application)
    return principal


def copy_from_application(principal: JsonObject, application: JsonObject) -> None:
    """Let a service principal follow its application, as it does in the home tenant."""
    principal |= {
        "appDisplayName": application["displayName"],
        "displayName": application["displayName"],
        "appDescription": application["description"],
        "homepage": application["web"]["homePageUrl"],
        "logoutUrl": application["web"]["logoutUrl"],
        "replyUrls": redirect_uris(application),
        "servicePrincipalNames": [application["appId"], *application["identifierUris"]],
        "signInAudience": application["signInAudience"],
        "appRoles": deepcopy(application["appRoles"]),
        "oauth2PermissionScopes": deepcopy(application["api"]["oauth2PermissionScopes"]),
        "info": dict(application["info"]),
    }


def served(principal: JsonObject, *, is_fresh: bool = False) -> JsonObject:
    """Return what Graph says about a stored service principal; later reads reorder."""
    answer = {name: value for name, value in principal.items() if not name.startswith("_")}
    if not is_fresh:
        for name in ("replyUrls", "servicePrincipalNames", "appRoles", "keyCredentials"):
            answer[name] = answer[name][::-1]
    return answer
