"""Which handler answers which request, and what the caller must be allowed."""

from dataclasses import dataclass
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.graph import access, applications, deleted_items, grants, people
from provision.sandbox.graph import service_principals as principals
from provision.sandbox.graph.call import Answer, Call, Key, Piece
from provision.sandbox.graph.landing import Handler, land
from provision.sandbox.graph.refusals import method_not_allowed, segment_not_found


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    pattern: tuple[str, ...]
    """Lower case; `*` stands for an object's key."""
    permit: access.Permit
    handler: Handler


_READ_APPS: Final = access.READ_APPLICATIONS
_WRITE_APPS: Final = access.WRITE_APPLICATIONS
_TABLE: Final[tuple[tuple[str, str, access.Permit, Handler], ...]] = (
    ("POST", "applications", _WRITE_APPS, applications.create),
    ("GET", "applications", _READ_APPS, applications.list_all),
    ("GET", "applications/*", _READ_APPS, applications.read),
    ("PATCH", "applications/*", _WRITE_APPS, applications.update),
    ("DELETE", "applications/*", _WRITE_APPS, applications.delete),
    ("POST", "applications/*/addpassword", access.WRITE_PASSWORDS,
     applications.add_application_password),
    ("POST", "applications/*/removepassword", access.WRITE_PASSWORDS,
     applications.remove_application_password),
    ("POST", "serviceprincipals", access.WRITE_PASSWORDS, principals.create),
    ("GET", "serviceprincipals", _READ_APPS, principals.list_all),
    ("GET", "serviceprincipals/*", _READ_APPS, principals.read),
    ("PATCH", "serviceprincipals/*", access.WRITE_PASSWORDS, principals.update),
    ("DELETE", "serviceprincipals/*", access.WRITE_PASSWORDS, principals.delete),
    ("POST", "serviceprincipals/*/addpassword", access.WRITE_PASSWORDS,
     principals.add_principal_password),
    ("POST", "serviceprincipals/*/removepassword", access.WRITE_PASSWORDS,
     principals.remove_principal_password),
    ("GET", "serviceprincipals/*/oauth2permissiongrants", access.READ_GRANTS,
     principals.list_grants),
    ("POST", "oauth2permissiongrants", access.WRITE_GRANTS, grants.create),
    ("GET", "oauth2permissiongrants", access.READ_GRANTS, grants.list_all),
    ("GET", "oauth2permissiongrants/*", access.READ_GRANTS, grants.read),
    ("PATCH", "oauth2permissiongrants/*", access.WRITE_GRANTS, grants.update),
    ("DELETE", "oauth2permissiongrants/*", access.WRITE_GRANTS, grants.delete),
    ("GET", "directory/deleteditems/microsoft.graph.application", _READ_APPS,
     deleted_items.list_applications),
    ("GET", "directory/deleteditems/microsoft.graph.serviceprincipal", _READ_APPS,
     deleted_items.list_service_principals),
    ("GET", "directory/deleteditems/*", _READ_APPS, deleted_items.read),
    ("DELETE", "directory/deleteditems/*", _WRITE_APPS, deleted_items.purge),
    ("POST", "directory/deleteditems/*/restore", _WRITE_APPS, deleted_items.restore),
    ("GET", "organization", access.READ_ORGANIZATION, people.read_organization),
    ("GET", "me", access.READ_ME, people.read_me),
    ("GET", "users", access.READ_USERS, people.list_users),
    ("GET", "users/*", access.READ_USERS, people.read_user),
    ("GET", "policies/defaultappmanagementpolicy", access.READ_POLICIES, people.read_app_policy),
)  # fmt: skip
_ROUTES: Final = tuple(
    _Route(method, tuple(path.split("/")), permit, handler)
    for method, path, permit, handler in _TABLE
)


def dispatch(context: Context, call: Call) -> Answer:
    """Return the answer to one authenticated request.

    Raises:
        GraphRefusal: Whatever Graph would refuse.
    """
    folded = tuple(_folded(piece) for piece in call.pieces)
    candidates = [route for route in _ROUTES if _fits(route.pattern, folded)]
    if not candidates:
        raise segment_not_found(_first_unknown(folded))
    # A cast such as deletedItems/microsoft.graph.application looks like a key, too.
    literal = [route for route in candidates if "*" not in route.pattern]
    route = next((r for r in literal or candidates if r.method == call.method), None)
    if route is None:
        raise method_not_allowed()
    access.authorize(context, call.claims, route.permit)
    return land(context, call, route.handler)


def _folded(piece: Piece) -> Piece:
    return piece if isinstance(piece, Key) else piece.lower()


def _fits(pattern: tuple[str, ...], pieces: tuple[Piece, ...]) -> bool:
    return len(pattern) == len(pieces) and all(
        wanted in ("*", piece) for wanted, piece in zip(pattern, pieces, strict=True)
    )


def _first_unknown(pieces: tuple[Piece, ...]) -> str:
    for length in range(1, len(pieces) + 1):
        begun = pieces[:length]
        if not any(_fits(route.pattern[:length], begun) for route in _ROUTES):
            last = begun[-1]
            return last.value if isinstance(last, Key) else last
    last = pieces[-1] if pieces else ""
    return last.value if isinstance(last, Key) else last
