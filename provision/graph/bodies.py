"""The values of `provision.tenant` → the JSON that Graph wants; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from provision.tenant.application import ApplicationSettings, PasswordRequest, ResourceAccess
from provision.tenant.certificate import Certificate, KeyCredential
from provision.tenant.service_principal import GrantRequest

Body = Mapping[str, object]

PERSONAL_AUDIENCE = "AzureADandPersonalMicrosoftAccount"
_PERSONAL_TOKEN_VERSION = 2


def new_application(
    unique_name: str, settings: ApplicationSettings, password: PasswordRequest | None
) -> Body:
    """Return the whole of a new application, its secret included."""
    body: dict[str, object] = {
        "uniqueName": unique_name,
        "displayName": settings.display_name,
        **_audience(settings),
        "web": {"redirectUris": _uris(settings), "implicitGrantSettings": _issuance(settings)},
        "requiredResourceAccess": _permissions(settings.permissions),
    }
    if settings.service_management_reference:
        body["serviceManagementReference"] = settings.service_management_reference
    if password is not None:
        body["passwordCredentials"] = [_password(password)]
    return body


def changed_settings(before: ApplicationSettings, after: ApplicationSettings) -> Body:
    """Return only what differs; empty when nothing does.

    Audience and token version travel together: Graph checks one against the other.
    """
    body: dict[str, object] = {}
    web: dict[str, object] = {}
    if before.display_name != after.display_name:
        body["displayName"] = after.display_name
    if _audience(before) != _audience(after):
        body |= _audience(after)
    if before.redirect_uris != after.redirect_uris:
        web["redirectUris"] = _uris(after)
    if _issuance(before) != _issuance(after):
        web["implicitGrantSettings"] = _issuance(after)
    if web:
        body["web"] = web
    if before.permissions != after.permissions:
        body["requiredResourceAccess"] = _permissions(after.permissions)
    if before.service_management_reference != after.service_management_reference:
        body["serviceManagementReference"] = after.service_management_reference
    return body


def new_password(request: PasswordRequest) -> Body:
    """Return the parameters of `addPassword`."""
    return {"passwordCredential": _password(request)}


def certificates(kept: Iterable[KeyCredential], added: Iterable[Certificate]) -> Body:
    """Return all key credentials: those that are there, known by their ids, and the new ones.

    Source:
        Graph shows no key and keeps those that come back without one, as
        hashicorp/terraform-provider-azuread's application_certificate does it.
    """
    return {
        "keyCredentials": [
            *(
                {
                    "keyId": key.key_id,
                    "customKeyIdentifier": key.custom_key_identifier,
                    "displayName": key.display_name,
                    "type": key.kind,
                    "usage": key.usage,
                    "startDateTime": key.start,
                    "endDateTime": key.end,
                }
                for key in kept
            ),
            *(
                {
                    "displayName": new.subject,
                    "type": "AsymmetricX509Cert",
                    "usage": "Verify",
                    "startDateTime": _utc(new.start_at),
                    "endDateTime": _utc(new.end_at),
                    "key": new.der,
                }
                for new in added
            ),
        ]
    }


def new_grant(request: GrantRequest) -> Body:
    """Return a grant, for one user or for all of them."""
    return {
        "clientId": request.client_object_id,
        "consentType": "Principal" if request.principal_object_id else "AllPrincipals",
        "principalId": request.principal_object_id,
        "resourceId": request.resource_object_id,
        "scope": scope(request.scopes),
    }


def scope(scopes: Iterable[str]) -> str:
    """Return scopes as a grant stores them."""
    return " ".join(sorted(scopes))


def _audience(settings: ApplicationSettings) -> dict[str, object]:
    # Left out, the audience's default has changed over the years: it is always sent.
    version = settings.token_version
    if settings.sign_in_audience == PERSONAL_AUDIENCE:
        version = version or _PERSONAL_TOKEN_VERSION
    return {
        "signInAudience": settings.sign_in_audience,
        "api": {"requestedAccessTokenVersion": version},
    }


def _uris(settings: ApplicationSettings) -> list[str]:
    return sorted(settings.redirect_uris)


def _issuance(settings: ApplicationSettings) -> dict[str, bool]:
    return {
        "enableAccessTokenIssuance": settings.issues_access_tokens,
        "enableIdTokenIssuance": settings.issues_id_tokens,
    }


def _permissions(permissions: Iterable[ResourceAccess]) -> list[dict[str, object]]:
    by_resource: dict[str, list[dict[str, str]]] = defaultdict(list)
    for access in sorted(permissions, key=lambda a: (a.resource_client_id, a.permission_id)):
        by_resource[access.resource_client_id].append(
            {"id": access.permission_id, "type": access.kind}
        )
    return [
        {"resourceAppId": resource, "resourceAccess": accesses}
        for resource, accesses in by_resource.items()
    ]


def _password(request: PasswordRequest) -> dict[str, str]:
    return {
        "displayName": request.display_name,
        "startDateTime": _utc(request.start_at),
        "endDateTime": _utc(request.end_at),
    }


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
