"""Which permissions let a caller do what, as Microsoft's reference lists them."""

from dataclasses import dataclass
from typing import Final

OWNED_BY: Final = "Application.ReadWrite.OwnedBy"


@dataclass(frozen=True, slots=True)
class Permit:
    """Permissions of which one suffices, by who calls."""

    work: frozenset[str]
    """Delegated by somebody with a work account."""
    personal: frozenset[str]
    """Delegated by somebody with a personal account; empty turns them away."""
    application: frozenset[str] | None
    """None: the handler itself turns applications away."""
    besides: frozenset[str] = frozenset()
    """One of these is needed as well (`AlsoRequires`), unless it is enough by itself."""
    needs_administrator: bool = False
    """Whether a signed-in user must hold an administrator's role besides the scope."""


def _permit(
    both: str, *, app: str = "", work: str = "", personal: str = "", for_admin: bool = False
) -> Permit:
    names = frozenset(both.split())
    return Permit(
        names | set(work.split()),
        frozenset(personal.split()),
        names | set(app.split()),
        needs_administrator=for_admin,
    )


_READ: Final = "Application.Read.All"
_WRITE: Final = "Application.ReadWrite.All"
_DIRECTORY: Final = "Directory.Read.All Directory.ReadWrite.All"
_WRITE_DIRECTORY: Final = "Directory.ReadWrite.All"
_GRANTS: Final = "DelegatedPermissionGrant.ReadWrite.All"
_ASSIGNMENTS: Final = "AppRoleAssignment.ReadWrite.All"
_POLICIES: Final = "Policy.ReadWrite.ApplicationConfiguration"
_USERS: Final = "User.ReadBasic.All User.Read.All User.ReadWrite.All"
_MY: Final = "User.Read User.ReadWrite"
_AGENTS: Final = "AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy"
_DEVICES: Final = " ".join(
    f"DeviceManagement{area}.{verb}.All"
    for area in ("Configuration", "ServiceConfig")
    for verb in ("Read", "ReadWrite")
)

# https://learn.microsoft.com/graph/permissions-reference, as of 2026-08: microsoftgraph/
# microsoft-graph-devx-content permissions/new/permissions.json.
LIST_APPLICATIONS: Final = _permit(
    f"{_READ} {_WRITE} Directory.Read.All",
    app=OWNED_BY,
    work=_WRITE_DIRECTORY,
    personal=f"{_READ} {_WRITE} User.Read",
)
READ_APPLICATION: Final = _permit(
    f"{_READ} {_WRITE} {_DIRECTORY}", app=OWNED_BY, personal=f"{_READ} {_WRITE}"
)
CREATE_APPLICATION: Final = _permit(
    f"{_WRITE} AppRegistration.Create", app=OWNED_BY, personal=_WRITE
)
WRITE_APPLICATION: Final = _permit(_WRITE, app=OWNED_BY, personal=_WRITE)
WRITE_PASSWORDS: Final = _permit(f"{_WRITE} {_WRITE_DIRECTORY}", app=OWNED_BY, personal=_WRITE)
LIST_FEDERATED: Final = _permit(f"{_READ} {_WRITE}", app=OWNED_BY, personal=_WRITE)
LIST_PRINCIPALS: Final = _permit(
    f"{_READ} {_WRITE} Directory.Read.All", app=OWNED_BY, work=_WRITE_DIRECTORY
)
READ_PRINCIPAL: Final = _permit(f"{_READ} {_WRITE} {_DIRECTORY}", app=OWNED_BY)
WRITE_PRINCIPAL: Final = _permit(f"{_WRITE} {_WRITE_DIRECTORY}", app=OWNED_BY)
WRITE_OWNERS: Final = Permit(
    frozenset({_WRITE, _WRITE_DIRECTORY}),
    frozenset(),
    frozenset({_WRITE, _WRITE_DIRECTORY, OWNED_BY}),
    besides=frozenset(_DIRECTORY.split()),
)
READ_GRANTS: Final = _permit(f"{_GRANTS} {_DIRECTORY}")
FOLLOW_GRANTS: Final = _permit(_DIRECTORY, app=_GRANTS)
WRITE_GRANTS: Final = _permit(f"{_GRANTS} {_WRITE_DIRECTORY}", for_admin=True)
# https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments
READ_ASSIGNMENTS: Final = _permit(f"{_READ} {_WRITE} {_ASSIGNMENTS} {_DIRECTORY}", app=OWNED_BY)
WRITE_ASSIGNMENTS: Final = _permit(f"{_ASSIGNMENTS} {_WRITE_DIRECTORY}", for_admin=True)
# https://learn.microsoft.com/graph/api/directory-deleteditems-list
READ_DELETED: Final = _permit(f"{_READ} {_WRITE} {_DIRECTORY}", app=OWNED_BY)
WRITE_DELETED: Final = _permit(f"{_WRITE} User.ReadWrite.All", app=OWNED_BY, for_admin=True)
READ_ORGANIZATION: Final = _permit(
    f"{_DEVICES} {_DIRECTORY} Organization.Read.All Organization.ReadWrite.All User.Read.All",
    work="User.Read",
)
READ_ME: Final = Permit(
    frozenset(f"{_MY} {_USERS} {_DIRECTORY} {_AGENTS}".split()),
    frozenset(_MY.split()),
    application=None,
)
# https://learn.microsoft.com/graph/api/user-list-ownedobjects
READ_OWNED: Final = _permit(f"{_READ} {_WRITE} {_USERS} {_DIRECTORY}", work=_MY)
# https://learn.microsoft.com/graph/api/user-list, user-post-users, directoryobject-getbyids
READ_USERS: Final = _permit(f"{_USERS} {_DIRECTORY}")
WRITE_USERS: Final = _permit(f"User.ReadWrite.All {_WRITE_DIRECTORY}", for_admin=True)
READ_OBJECTS: Final = _permit(f"{_READ} {_WRITE} {_USERS} {_DIRECTORY}")
READ_DOMAINS: Final = _permit(f"Domain.Read.All Domain.ReadWrite.All {_DIRECTORY}")
READ_POLICIES: Final = _permit(f"Policy.Read.All {_POLICIES}")
WRITE_POLICIES: Final = _permit(_POLICIES, for_admin=True)
READ_APPLIES_TO: Final = _permit(f"{_READ} Policy.Read.All {_POLICIES}")
# https://learn.microsoft.com/graph/api/authorizationpolicy-get
READ_AUTHORIZATION: Final = _permit("Policy.Read.All Policy.ReadWrite.Authorization")
