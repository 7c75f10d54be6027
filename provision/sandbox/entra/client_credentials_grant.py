"""The client credentials grant: an application on its own."""

from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.client_authentication import authenticate
from provision.sandbox.entra.clients import Client, find_client
from provision.sandbox.entra.redemption import TokenRequest
from provision.sandbox.entra.refusals import Refused
from provision.sandbox.entra.scopes import (
    DEFAULT,
    GRAPH,
    OUTLOOK,
    Resource,
    find_resource,
    resource_principal,
)
from provision.sandbox.tokens import ACCESS_TOKEN_LIFETIME

_APP_ROLES: Final = "_appRoles"
"""Private member that names the application permissions granted to a client."""


def redeem_application(asked: TokenRequest) -> JsonObject:
    """Return an app-only token; there is no refresh token, and no `scope` in the answer.

    Raises:
        Refused: Whatever is wrong with the authority, the client, its secret or the scope.
    """
    context, authority = asked.context, asked.authority
    if authority.kind != "tenant":
        raise Refused(9001023)
    client = find_client(context, asked.credentials.client_id, authority)
    authenticate(context, client, asked.credentials, "web")
    resource = _resource(asked)
    if client.service_principal is None:
        raise Refused(7000229, client_id=client.client_id, tenant=context.directory.tenant_id)
    roles = _roles(context, client, resource)
    return {
        "token_type": "Bearer",
        "expires_in": int(ACCESS_TOKEN_LIFETIME),
        "ext_expires_in": int(ACCESS_TOKEN_LIFETIME),
        "access_token": context.tokens.mint_for_application(
            client.client_id, resource.audience, roles
        ),
    }


def _resource(asked: TokenRequest) -> Resource:
    scope = asked.form.get("scope", "").strip()
    if not scope:
        raise Refused(90014)
    if len(scope.split()) > 1:
        raise Refused(70011, scope=scope)
    identifier, _, name = scope.rpartition("/")
    if name != DEFAULT or not identifier:
        raise Refused(1002012, scope=scope)
    return find_resource(identifier, asked.context)


def _roles(context: Context, client: Client, resource: Resource) -> frozenset[str]:
    """Return the client's roles on a resource; what neither resource lists is Graph's."""
    holders = (client.application, client.service_principal or {})
    granted = frozenset(role for holder in holders for role in holder.get(_APP_ROLES, ()))
    granted |= _assigned(context, client, resource)
    if resource == GRAPH:
        foreign = _listed(context, OUTLOOK) - _listed(context, GRAPH)
        return granted - foreign
    return granted & _listed(context, resource)


def _assigned(context: Context, client: Client, resource: Resource) -> frozenset[str]:
    """Return the roles that were granted through Graph's `appRoleAssignments`."""
    principal = resource_principal(context, resource) or {}
    names = {role["id"]: role["value"] for role in principal.get("appRoles") or ()}
    own_id, theirs = (client.service_principal or {}).get("id"), principal.get("id")
    return frozenset(
        names[grant["appRoleId"]]
        for grant in context.directory.role_assignments.values()
        if (grant["principalId"], grant["resourceId"]) == (own_id, theirs)
        and grant["appRoleId"] in names
    )


def _listed(context: Context, resource: Resource) -> frozenset[str]:
    principal = resource_principal(context, resource) or {}
    return frozenset(role["value"] for role in principal.get("appRoles") or ())
