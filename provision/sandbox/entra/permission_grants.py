"""Consent: what has been granted, what is still missing, and how an acceptance is recorded."""

from base64 import urlsafe_b64encode
from uuid import UUID, uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import Account, JsonObject
from provision.sandbox.entra.clients import Client
from provision.sandbox.entra.gates import needs_assignment
from provision.sandbox.entra.scopes import (
    GRAPH,
    OUTLOOK,
    AppRole,
    Resource,
    Scope,
    Scopes,
    offered,
    resource_principal,
)
from provision.sandbox.graph.app_role_assignments import assign
from provision.sandbox.graph.service_principal_shape import new_service_principal


def missing_consent(context: Context, client: Client, account: Account, scopes: Scopes) -> Scopes:
    """Return the scopes that neither an administrator nor this user has granted.

    A personal account has no grants in the tenant: what it consented to is read from the codes
    and refresh tokens that it was given.
    """
    if account.is_personal:
        known = {
            text
            for grant in context.directory.issued.values()
            if (grant.client_id, grant.user_object_id) == (client.client_id, account.object_id)
            for text in grant.scopes
        }
        return tuple(s for s in scopes if s.canonical not in known)
    return tuple(s for s in scopes if s.name not in _granted(context, client, account, s))


def needs_administrator(context: Context, client: Client, scopes: Scopes) -> bool:
    """Tell whether any of these may be granted by an administrator alone."""
    switches = context.directory.switches
    if not switches.user_consent_allowed or needs_assignment(client):
        return bool(scopes)
    if switches.recommended_consent_policy and any(_is_mail(scope) for scope in scopes):
        return True
    return any(
        permission["value"] == scope.name and permission.get("type") == "Admin"
        for scope in scopes
        for permission in offered(context, scope.resource or GRAPH)
    )


def _is_mail(scope: Scope) -> bool:
    """Tell whether Microsoft's recommended policy keeps users from granting this.

    SMTP.Send is theirs to give all the same (MC1163922).
    """
    return scope.name.startswith(("IMAP.", "POP.", "EWS.", "EAS.", "Mail.", "MailboxSettings."))


def record_consent(
    context: Context, client: Client, principal: Account | None, scopes: Scopes
) -> None:
    """Create or extend the grants that an acceptance means; one per resource.

    Args:
        context: Whose directory is written and saved.
        client: Gets a service principal when it has none yet.
        principal: Who accepted; None accepts for the whole tenant. A personal account leaves no
            trace in the tenant.
        scopes: What was accepted.
    """
    if principal is not None and principal.is_personal:
        return
    client_object_id = (client.service_principal or _installed(context, client))["id"]
    by_resource: dict[Resource, list[str]] = {}
    for scope in scopes:
        by_resource.setdefault(scope.resource or GRAPH, []).append(scope.name)
    for resource, names in by_resource.items():
        owner = resource_principal(context, resource)
        if owner is not None:
            _extend(context, (client_object_id, owner["id"]), principal, names)
    context.directory.save()


def record_roles(context: Context, client: Client, roles: tuple[AppRole, ...]) -> None:
    """Give the application what an administrator consented to for the application itself."""
    directory = context.directory
    holder = client.service_principal or _installed(context, client)
    held = {
        (one["principalId"], one["resourceId"], one["appRoleId"])
        for one in directory.role_assignments.values()
    }
    for role in roles:
        if (holder["id"], role.resource_id, role.role_id) not in held:
            resource = directory.service_principals[role.resource_id]
            assign(context, holder, "ServicePrincipal", resource, role.role_id)


def make_grant_id(client_object_id: str, resource_object_id: str, principal: str | None) -> str:
    """Return Graph's id of a grant: the GUIDs it connects, little-endian, in base64url."""
    parts = [client_object_id, resource_object_id, *([principal] if principal else [])]
    raw = b"".join(UUID(part).bytes_le for part in parts)
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _granted(context: Context, client: Client, account: Account, scope: Scope) -> set[str]:
    resources = [scope.resource or GRAPH]
    if scope.resource == OUTLOOK and context.directory.switches.graph_grant_covers_outlook:
        resources.append(GRAPH)
    owners = [p["id"] for r in resources if (p := resource_principal(context, r)) is not None]
    client_object_id = (client.service_principal or {}).get("id")
    return {
        name
        for grant in context.directory.grants.values()
        if grant["clientId"] == client_object_id
        and grant["resourceId"] in owners
        and grant["principalId"] in (None, account.object_id)
        for name in (grant["scope"] or "").split()
    }


def _extend(
    context: Context, between: tuple[str, str], principal: Account | None, names: list[str]
) -> None:
    client_object_id, resource_object_id = between
    principal_id = None if principal is None else principal.object_id
    grant_id = make_grant_id(client_object_id, resource_object_id, principal_id)
    grant = context.directory.grants.setdefault(
        grant_id,
        {
            "clientId": client_object_id,
            "consentType": "AllPrincipals" if principal is None else "Principal",
            "id": grant_id,
            "principalId": principal_id,
            "resourceId": resource_object_id,
            "scope": "",
        },
    )
    grant["scope"] = " ".join(dict.fromkeys([*(grant["scope"] or "").split(), *names]))


def _installed(context: Context, client: Client) -> JsonObject:
    """Give the application its service principal, as a first consent does, once."""
    principals = context.directory.service_principals.values()
    known = next((p for p in principals if p["appId"] == client.client_id), None)
    if known is not None:
        return known
    now = context.clock.now()
    principal = new_service_principal(
        client.application, str(uuid4()), context.directory.tenant_id, now
    )
    principal["_created_at"] = now.timestamp()
    context.directory.service_principals[principal["id"]] = principal
    return principal
