"""Who signs in: an application or a person, with what their token says."""

from provision.tenant.caller import Caller

ALL_RIGHTS = (
    "Application.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Policy.Read.All",
)
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
APPLICATION_DEVELOPER = "cf1c38e5-3621-4004-a7cb-879624dced7c"


def application(*rights: str, tenant_id: str = "t", roles: tuple[str, ...] | None = None) -> Caller:
    """Return an application with these permissions."""
    held = None if roles is None else frozenset(roles)
    return Caller(tenant_id, "application", "runner", "sp-0", "client-0", frozenset(rights), held)


def person(*scopes: str, tenant_id: str = "t", roles: tuple[str, ...] | None = None) -> Caller:
    """Return a person whose token has these scopes."""
    held = None if roles is None else frozenset(roles)
    name = "ada@contoso.com"
    return Caller(tenant_id, "person", name, "user-0", "az", frozenset(scopes), held)


def unknown(tenant_id: str = "t") -> Caller:
    """Return somebody whose token does not show anything."""
    return Caller(tenant_id, "unknown", "", "", "", frozenset(), None)
