"""Who may call what: tokens checked, permissions of Microsoft's reference required."""

from dataclasses import dataclass
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.refusals import not_permitted, unauthenticated
from provision.sandbox.tokens import Claims, TokenRefused

_GRAPH_CLIENT_ID: Final = "00000003-0000-0000-c000-000000000000"
_GRAPH_RESOURCE: Final = "https://graph.microsoft.com"
OWNED_BY: Final = "Application.ReadWrite.OwnedBy"


@dataclass(frozen=True, slots=True)
class Permit:
    """Permissions of which one suffices."""

    delegated: frozenset[str]
    application: frozenset[str] | None
    """None: the handler itself turns applications away."""
    for_personal: bool = False
    """Whether a personal account's token is taken, too."""
    needs_administrator: bool = False
    """Whether a signed-in user must hold an administrator's role besides the scope."""


def _permit(names: str, *, app_only: str = "", delegated_only: str = "", **flags: bool) -> Permit:
    both = frozenset(names.split())
    delegated, application = both | set(delegated_only.split()), both | set(app_only.split())
    return Permit(delegated, application, **flags)


# https://learn.microsoft.com/graph/permissions-reference, as of 2026-08
READ_APPLICATIONS: Final = _permit(
    "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
    app_only=OWNED_BY,
)
WRITE_APPLICATIONS: Final = _permit("Application.ReadWrite.All", app_only=OWNED_BY)
WRITE_PASSWORDS: Final = _permit(
    "Application.ReadWrite.All Directory.ReadWrite.All", app_only=OWNED_BY
)
READ_GRANTS: Final = _permit(
    "DelegatedPermissionGrant.Read.All DelegatedPermissionGrant.ReadWrite.All Directory.Read.All "
    "Directory.ReadWrite.All"
)
WRITE_GRANTS: Final = _permit(
    "DelegatedPermissionGrant.ReadWrite.All Directory.ReadWrite.All", needs_administrator=True
)
READ_ORGANIZATION: Final = _permit(
    "Organization.Read.All Organization.ReadWrite.All Directory.Read.All Directory.ReadWrite.All "
    "User.Read.All",
    delegated_only="User.Read",
)
READ_ME: Final = Permit(
    frozenset({"User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All"})
    | {"User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"},
    application=None,
    for_personal=True,
)
READ_USERS: Final = _permit(
    "User.ReadBasic.All User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
)
READ_POLICIES: Final = _permit("Policy.Read.All Policy.ReadWrite.ApplicationConfiguration")


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
    if claims.user_principal_name is None:
        if permit.application is not None and not claims.roles & permit.application:
            raise not_permitted()
        return
    if not claims.scopes & permit.delegated:
        raise not_permitted()
    if claims.tenant_id != context.directory.tenant_id and not permit.for_personal:
        raise not_permitted()
    if permit.needs_administrator and not is_administrator(context, claims):
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
    if not may_all and target.get("_owner") != claims.object_id:
        raise not_permitted()


def owns_only(claims: Claims) -> bool:
    """Tell whether the caller is an application that may change only what it owns."""
    may_all = claims.roles & {"Application.ReadWrite.All", "Directory.ReadWrite.All"}
    return claims.user_principal_name is None and not may_all


def is_administrator(context: Context, claims: Claims) -> bool:
    """Tell whether the signed-in user holds an administrator's role."""
    account = context.directory.accounts.get((claims.user_principal_name or "").lower())
    return account is not None and account.is_administrator
