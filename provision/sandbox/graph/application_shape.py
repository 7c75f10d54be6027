"""What an application looks like: as it is stored, and as Graph serves it."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Final

from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.credential_shape import instant_text
from provision.sandbox.graph.entity_kind import EntityKind

# Member order and defaults of 2024-09 answers.
# Observed 2024-09, Azure/azure-cli recordings of POST and GET /applications.
_TEMPLATE: Final[JsonObject] = {
    "id": None,
    "deletedDateTime": None,
    "appId": None,
    "applicationTemplateId": None,
    "disabledByMicrosoftStatus": None,
    "createdDateTime": None,
    "displayName": None,
    "description": None,
    "groupMembershipClaims": None,
    "identifierUris": [],
    "isDeviceOnlyAuthSupported": None,
    "isFallbackPublicClient": None,
    "nativeAuthenticationApisEnabled": None,
    "notes": None,
    "publisherDomain": None,
    "serviceManagementReference": None,
    "signInAudience": "AzureADMyOrg",
    "tags": [],
    "tokenEncryptionKeyId": None,
    "uniqueName": None,
    "samlMetadataUrl": None,
    "defaultRedirectUri": None,
    "certification": None,
    "optionalClaims": None,
    "servicePrincipalLockConfiguration": None,
    "requestSignatureVerification": None,
    "addIns": [],
    "api": {
        "acceptMappedClaims": None,
        "knownClientApplications": [],
        "requestedAccessTokenVersion": None,
        "oauth2PermissionScopes": [],
        "preAuthorizedApplications": [],
    },
    "appRoles": [],
    "info": {
        "logoUrl": None,
        "marketingUrl": None,
        "privacyStatementUrl": None,
        "supportUrl": None,
        "termsOfServiceUrl": None,
    },
    "keyCredentials": [],
    "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
    "passwordCredentials": [],
    "publicClient": {"redirectUris": []},
    "requiredResourceAccess": [],
    "verifiedPublisher": {
        "displayName": None,
        "verifiedPublisherId": None,
        "addedDateTime": None,
    },
    "web": {
        "homePageUrl": None,
        "logoutUrl": None,
        "redirectUris": [],
        "implicitGrantSettings": {
            "enableAccessTokenIssuance": False,
            "enableIdTokenIssuance": False,
        },
        "redirectUriSettings": [],
    },
    "spa": {"redirectUris": []},
}
APPLICATIONS: Final = EntityKind(
    "applications",
    "application",
    _TEMPLATE,
    frozenset({"id", "appId", "displayName", "uniqueName", "identifierUris", "publisherDomain",
               "signInAudience", "tags"}),
    units=2,
    navigations=frozenset({"owners"}),
)  # fmt: skip
_ROLE: Final = (
    "allowedMemberTypes",
    "description",
    "displayName",
    "id",
    "isEnabled",
    "origin",
    "value",
)
_CLAIM_KINDS: Final = ("accessToken", "idToken", "saml2Token")
READ_ONLY: Final = frozenset(
    {
        "id",
        "appId",
        "applicationTemplateId",
        "createdDateTime",
        "deletedDateTime",
        "disabledByMicrosoftStatus",
        "publisherDomain",
        "certification",
        "verifiedPublisher",
    }
)


def template() -> JsonObject:
    """Return an application with nothing set, to compare types with."""
    return deepcopy(_TEMPLATE)


def new_application(
    body: JsonObject, object_id: str, client_id: str, domain: str, now: datetime
) -> JsonObject:
    """Return a new application as it is stored; `body` was found valid."""
    application = deepcopy(_TEMPLATE)
    application |= {"id": object_id, "appId": client_id, "publisherDomain": domain}
    application["createdDateTime"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    application["_created_at"] = now.timestamp()
    application["_created_exactly"] = instant_text(now)
    merge(application, body)
    return application


def merge(application: JsonObject, body: JsonObject) -> None:
    """Lay a body over a stored application: complex values by member, collections whole.

    Credentials have rules of their own and are left alone.
    """
    for name, value in body.items():
        if name in ("keyCredentials", "passwordCredentials"):
            continue
        if value is None:
            application[name] = deepcopy(_TEMPLATE[name])
        elif name == "web":
            _merge_web(application["web"], value)
        elif name in _FILLED:
            application[name] = [_FILLED[name](item) for item in value]
        elif name == "optionalClaims":
            application[name] = _optional_claims(value)
        elif isinstance(application[name], dict):
            application[name] |= deepcopy(value)
        else:
            application[name] = deepcopy(value)


def served(application: JsonObject, *, is_fresh: bool = False) -> JsonObject:
    """Return what Graph says about a stored application.

    Args:
        application: As stored.
        is_fresh: Whether this answers its creation: then collections stand as they were sent and
            `createdDateTime` has its fraction; every later read reorders and truncates.
    """
    answer = {name: value for name, value in application.items() if not name.startswith("_")}
    if answer["optionalClaims"] is not None:
        answer = _moved_before(answer, "optionalClaims", "parentalControlSettings")
    if is_fresh:
        answer["createdDateTime"] = application["_created_exactly"]
        return answer
    web = answer["web"]
    answer["web"] = web | {
        name: web[name][::-1] for name in ("redirectUris", "redirectUriSettings")
    }
    for name in ("publicClient", "spa"):
        answer[name] = {"redirectUris": answer[name]["redirectUris"][::-1]}
    for name in ("appRoles", "identifierUris", "keyCredentials", "requiredResourceAccess"):
        answer[name] = answer[name][::-1]
    return answer


def redirect_uris(application: JsonObject) -> list[str]:
    """Return every redirect URI, of whatever platform."""
    return [
        uri for name in ("web", "publicClient", "spa") for uri in application[name]["redirectUris"]
    ]


def _merge_web(web: JsonObject, body: JsonObject) -> None:
    body = deepcopy(body)
    web["implicitGrantSettings"] |= body.pop("implicitGrantSettings", None) or {}
    settings = body.pop("redirectUriSettings", None)
    if settings is not None and "redirectUris" not in body:
        body["redirectUris"] = [setting["uri"] for setting in settings]
    web |= body
    indices = {setting["uri"]: setting.get("index") for setting in settings or ()}
    web["redirectUriSettings"] = [
        {"uri": uri, "index": indices.get(uri)} for uri in web["redirectUris"]
    ]


def _role(role: JsonObject) -> JsonObject:
    filled = {"description": None, "value": None, "isEnabled": True, **role}
    filled["origin"] = "Application"
    return {name: filled.get(name) for name in _ROLE}


def _optional_claims(claims: JsonObject) -> JsonObject:
    return {
        kind: [
            {
                "additionalProperties": claim.get("additionalProperties", []),
                "essential": claim.get("essential", False),
                "name": claim["name"],
                "source": claim.get("source"),
            }
            for claim in claims.get(kind, [])
        ]
        for kind in _CLAIM_KINDS
    }


def _resource_access(access: JsonObject) -> JsonObject:
    return {
        "resourceAppId": access["resourceAppId"],
        "resourceAccess": [
            {"id": item["id"], "type": item["type"]} for item in access["resourceAccess"]
        ],
    }


def _moved_before(answer: JsonObject, name: str, successor: str) -> JsonObject:
    moved: JsonObject = {}
    for member, value in answer.items():
        if member == successor:
            moved[name] = answer[name]
        if member != name:
            moved[member] = value
    return moved


_FILLED: Final[dict[str, Callable[[JsonObject], JsonObject]]] = {
    "appRoles": _role,
    "requiredResourceAccess": _resource_access,
}
"""Collections whose members Graph fills up or reorders."""
