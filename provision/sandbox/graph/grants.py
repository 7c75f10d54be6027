"""`/oauth2PermissionGrants`: consent to delegated permissions."""

from base64 import urlsafe_b64encode
from typing import Final
from uuid import UUID

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, object_body
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import (
    already_exists,
    bad_request,
    invalid_value,
    resource_not_found,
)
from provision.sandbox.graph.stored_objects import is_hidden, visible

_MEMBERS: Final = ("clientId", "consentType", "id", "principalId", "resourceId", "scope")
GRANTS: Final = EntityKind(
    "oauth2PermissionGrants",
    "oAuth2PermissionGrant",
    dict.fromkeys(_MEMBERS),
    frozenset({"id", "clientId", "consentType", "principalId", "resourceId"}),
    units=2,
)
# https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
_LONGEST_SCOPE: Final = 3850
# Asked for by older clients; v1.0 does not keep them.
_IGNORED: Final = frozenset({"startTime", "expiryTime"})


def create(context: Context, call: Call) -> Answer:
    """Answer `POST /oauth2PermissionGrants`."""
    body = {name: value for name, value in object_body(call).items() if name not in _IGNORED}
    _check_body(body)
    for name in ("clientId", "resourceId"):
        _require_principal(context, body[name])
    principal_id = body.get("principalId")
    if principal_id is not None and not _is_user(context, principal_id):
        raise resource_not_found(principal_id)
    object_id = grant_id(body["clientId"], body["resourceId"], principal_id)
    grant = {name: body.get(name) for name in _MEMBERS} | {"id": object_id}
    if object_id in context.directory.grants:
        raise already_exists("Permission entry already exists.")
    context.directory.grants[object_id] = grant
    context.directory.save()
    envelope = {"@odata.context": f"{METADATA}oauth2PermissionGrants/$entity"}
    tenant_id = context.directory.tenant_id
    location = f"https://graph.microsoft.com/v2/{tenant_id}/oauth2PermissionGrants/{object_id}"
    return Answer(201, envelope | grant, location=location)


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /oauth2PermissionGrants/{id}`."""
    grant = _find(context, call)
    return entity(call, grant, GRANTS, units=2)


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET /oauth2PermissionGrants`."""
    return _listed(context, call, list(context.directory.grants.values()))


def list_of_client(context: Context, call: Call) -> Answer:
    """Answer `GET /servicePrincipals/{id}/oauth2PermissionGrants`."""
    client_id = visible(context, call)["id"]
    grants = context.directory.grants.values()
    return _listed(context, call, [grant for grant in grants if grant["clientId"] == client_id])


def update(context: Context, call: Call) -> Answer:
    """Answer `PATCH /oauth2PermissionGrants/{id}`, which replaces the scope string."""
    grant, body = _find(context, call), object_body(call)
    for name, value in body.items():
        if name not in {"scope", *_IGNORED} and grant.get(name) != value:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
    if "scope" in body:
        _check_scope(body["scope"])
        grant["scope"] = body["scope"]
    context.directory.save()
    return NO_CONTENT


def delete(context: Context, call: Call) -> Answer:
    """Answer `DELETE /oauth2PermissionGrants/{id}`."""
    grant = _find(context, call)
    del context.directory.grants[grant["id"]]
    context.directory.save()
    return NO_CONTENT


def grant_id(client_id: str, resource_id: str, principal_id: str | None) -> str:
    """Return the id that Graph gives to a grant: its parties' ids, little-endian, base64url."""
    parties = [UUID(client_id), UUID(resource_id)]
    if principal_id is not None:
        parties.append(UUID(principal_id))
    raw = b"".join(party.bytes_le for party in parties)
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _listed(context: Context, call: Call, grants: list[JsonObject]) -> Answer:
    return collection(context, call, grants, GRANTS)


def _find(context: Context, call: Call) -> JsonObject:
    key = call.key()
    grant = context.directory.grants.get(key.value) if key.name == "id" else None
    if grant is None:
        raise resource_not_found(key.value)
    return grant


def _check_body(body: JsonObject) -> None:
    unknown = next((name for name in body if name not in _MEMBERS or name == "id"), None)
    if unknown is not None:
        raise bad_request(f"Property '{unknown}' cannot be set.")
    for name in ("clientId", "resourceId"):
        if not _is_uuid(body.get(name)):
            raise invalid_value(name, "OAuth2PermissionGrant")
    kind, principal_id = body.get("consentType"), body.get("principalId")
    if kind not in ("AllPrincipals", "Principal"):
        raise invalid_value("consentType", "OAuth2PermissionGrant")
    if (kind == "Principal") != (principal_id is not None):
        raise invalid_value("principalId", "OAuth2PermissionGrant")
    _check_scope(body.get("scope"))


def _check_scope(scope: object) -> None:
    if scope is not None and not (isinstance(scope, str) and len(scope) <= _LONGEST_SCOPE):
        raise invalid_value("scope", "OAuth2PermissionGrant")


def _require_principal(context: Context, object_id: str) -> None:
    principal = context.directory.service_principals.get(object_id.lower())
    if principal is None or is_hidden(context, principal):
        raise resource_not_found(object_id)


def _is_user(context: Context, object_id: str) -> bool:
    accounts = context.directory.accounts.values()
    return any(a.object_id == object_id and not a.is_personal for a in accounts)


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
