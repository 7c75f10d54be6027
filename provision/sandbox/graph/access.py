"""Who may call what: tokens checked, permissions of Microsoft's reference required."""

from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.permits import Permit
from provision.sandbox.graph.refusals import not_permitted, unauthenticated
from provision.sandbox.tokens import Claims, TokenRefused

_GRAPH_CLIENT_ID: Final = "00000003-0000-0000-c000-000000000000"
_GRAPH_RESOURCE: Final = "https://graph.microsoft.com"


def authenticate(context: Context, authorization: str) -> Claims:
    """Return what the bearer token says.

    Raises:
        GraphRefusal: No token, a bad one, or one for another resource.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("Access token is empty.")
    try:
        claims = context.tokens.verify(token.strip())
    except TokenRefused as refused:
        if refused.reason == "expired":
            raise unauthenticated("Access token has expired or is not yet valid.") from refused
        raise unauthenticated(
            "CompactToken validation failed with reason code: 80049228."
        ) from refused
    own = {_GRAPH_RESOURCE, _GRAPH_CLIENT_ID, context.origin}
    if claims.audience.rstrip("/") not in own:
        raise unauthenticated("Access token validation failure. Invalid audience.")
    return claims


def authorize(context: Context, claims: Claims, permit: Permit) -> None:
    """Return when the caller may do this.

    Raises:
        GraphRefusal: It may not.
    """
    is_guest = claims.tenant_id != context.directory.tenant_id
    if claims.user_principal_name is None:
        held, sufficient = claims.roles, permit.application
    else:
        held, sufficient = claims.scopes, permit.personal if is_guest else permit.work
    if sufficient is None:
        return
    found = held & sufficient
    if not found or (permit.besides and not held & permit.besides):
        raise not_permitted()
    is_user = claims.user_principal_name is not None
    if is_user and permit.needs_administrator and not is_administrator(context, claims):
        raise not_permitted()


def require_hold(context: Context, claims: Claims, target: JsonObject) -> None:
    """Return when the caller may change this application or service principal.

    Raises:
        GraphRefusal: An app that may change only what it owns, or a user who is neither an
            administrator nor the owner.
    """
    if claims.user_principal_name is None:
        may_all = not owns_only(claims)
    else:
        may_all = is_administrator(context, claims)
    if not may_all and claims.object_id not in target.get("_owners", ()):
        raise not_permitted()


def owns_only(claims: Claims) -> bool:
    """Tell whether the caller is an application that may change only what it owns."""
    may_all = claims.roles & {"Application.ReadWrite.All", "Directory.ReadWrite.All"}
    return claims.user_principal_name is None and not may_all


def is_administrator(context: Context, claims: Claims) -> bool:
    """Tell whether the signed-in user holds an administrator's role."""
    account = context.directory.accounts.get((claims.user_principal_name or "").lower())
    return account is not None and account.is_administrator
