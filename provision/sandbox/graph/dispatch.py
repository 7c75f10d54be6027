"""Which handler answers which request, and what the caller must be allowed."""

from dataclasses import dataclass
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.graph import (
    access,
    app_role_assignments,
    applications,
    deleted_items,
    delta,
    grants,
    key_credentials,
    owners,
    passwords,
    people,
    policies,
)
from provision.sandbox.graph import directory_objects as objects
from provision.sandbox.graph import federated_credentials as federated
from provision.sandbox.graph import permits as may
from provision.sandbox.graph import service_principals as principals
from provision.sandbox.graph.call import Answer, Call, Key, Piece
from provision.sandbox.graph.landing import Handler, land
from provision.sandbox.graph.refusals import method_not_allowed, segment_not_found


@dataclass(frozen=True, slots=True)
class Route:
    """One request that Graph answers."""

    method: str
    pattern: tuple[str, ...]
    """Lower case; `*` stands for an object's key."""
    permit: may.Permit
    handler: Handler


_APP: Final = "applications/*"
_SP: Final = "serviceprincipals/*"
_FIC: Final = f"{_APP}/federatedidentitycredentials"
_BIN: Final = "directory/deleteditems"
_POLICY: Final = "policies/appmanagementpolicies"
_GRANT: Final = "oauth2permissiongrants"
_TABLE: Final[tuple[tuple[str, str, may.Permit, Handler], ...]] = (
    ("POST", "applications", may.CREATE_APPLICATION, applications.create),
    ("GET", "applications", may.LIST_APPLICATIONS, applications.list_all),
    ("GET", "applications/$count", may.LIST_APPLICATIONS, applications.list_all),
    ("GET", "applications/delta", may.READ_PRINCIPAL, delta.follow),
    ("GET", _APP, may.READ_APPLICATION, applications.read),
    ("PATCH", _APP, may.WRITE_APPLICATION, applications.update),
    ("DELETE", _APP, may.WRITE_APPLICATION, applications.delete),
    ("GET", f"{_APP}/approles", may.READ_APPLICATION, applications.read_member),
    ("GET", f"{_APP}/keycredentials", may.READ_APPLICATION, applications.read_member),
    ("GET", f"{_APP}/passwordcredentials", may.READ_APPLICATION, applications.read_member),
    ("POST", f"{_APP}/addpassword", may.WRITE_PASSWORDS, passwords.add_password),
    ("POST", f"{_APP}/removepassword", may.WRITE_PASSWORDS, passwords.remove_password),
    ("POST", f"{_APP}/addkey", may.WRITE_PRINCIPAL, key_credentials.add_key),
    ("POST", f"{_APP}/removekey", may.WRITE_PRINCIPAL, key_credentials.remove_key),
    ("GET", f"{_APP}/owners", may.READ_PRINCIPAL, owners.list_owners),
    ("POST", f"{_APP}/owners/$ref", may.WRITE_OWNERS, owners.add_owner),
    ("DELETE", f"{_APP}/owners/*/$ref", may.WRITE_OWNERS, owners.remove_owner),
    ("DELETE", f"{_APP}/owners/*", may.WRITE_OWNERS, owners.refuse_to_delete),
    ("GET", f"{_APP}/appmanagementpolicies", may.READ_POLICIES, policies.list_own),
    ("POST", f"{_APP}/appmanagementpolicies/$ref", may.WRITE_POLICIES, policies.assign),
    ("POST", _FIC, may.WRITE_APPLICATION, federated.create),
    ("GET", _FIC, may.LIST_FEDERATED, federated.list_all),
    ("GET", f"{_FIC}/*", may.WRITE_APPLICATION, federated.read),
    ("PATCH", f"{_FIC}/*", may.WRITE_APPLICATION, federated.update),
    ("DELETE", f"{_FIC}/*", may.WRITE_APPLICATION, federated.delete),
    ("POST", "serviceprincipals", may.WRITE_PRINCIPAL, principals.create),
    ("GET", "serviceprincipals", may.LIST_PRINCIPALS, principals.list_all),
    ("GET", "serviceprincipals/$count", may.LIST_PRINCIPALS, principals.list_all),
    ("GET", "serviceprincipals/delta", may.READ_PRINCIPAL, delta.follow),
    ("GET", _SP, may.READ_PRINCIPAL, principals.read),
    ("PATCH", _SP, may.WRITE_PRINCIPAL, principals.update),
    ("DELETE", _SP, may.WRITE_PRINCIPAL, principals.delete),
    ("GET", f"{_SP}/approles", may.READ_PRINCIPAL, principals.read_member),
    ("GET", f"{_SP}/oauth2permissionscopes", may.READ_PRINCIPAL, principals.read_member),
    ("POST", f"{_SP}/addpassword", may.WRITE_PRINCIPAL, passwords.add_password),
    ("POST", f"{_SP}/removepassword", may.WRITE_PRINCIPAL, passwords.remove_password),
    ("POST", f"{_SP}/addkey", may.WRITE_PRINCIPAL, key_credentials.add_key),
    ("POST", f"{_SP}/removekey", may.WRITE_PRINCIPAL, key_credentials.remove_key),
    ("GET", f"{_SP}/owners", may.READ_PRINCIPAL, owners.list_owners),
    ("POST", f"{_SP}/owners/$ref", may.WRITE_OWNERS, owners.add_owner),
    ("DELETE", f"{_SP}/owners/*/$ref", may.WRITE_OWNERS, owners.remove_owner),
    ("DELETE", f"{_SP}/owners/*", may.WRITE_OWNERS, owners.refuse_to_delete),
    ("GET", f"{_SP}/oauth2permissiongrants", may.READ_GRANTS, grants.list_of_client),
    *(
        (method, f"{_SP}/{side}{key}", permit, handler)
        for side in ("approleassignments", "approleassignedto")
        for method, key, permit, handler in (
            ("GET", "", may.READ_ASSIGNMENTS, app_role_assignments.list_all),
            ("POST", "", may.WRITE_ASSIGNMENTS, app_role_assignments.create),
            ("GET", "/*", may.READ_ASSIGNMENTS, app_role_assignments.read),
            ("DELETE", "/*", may.WRITE_ASSIGNMENTS, app_role_assignments.delete),
        )
    ),
    ("POST", _GRANT, may.WRITE_GRANTS, grants.create),
    ("GET", _GRANT, may.READ_GRANTS, grants.list_all),
    ("GET", f"{_GRANT}/delta", may.FOLLOW_GRANTS, delta.follow),
    ("GET", f"{_GRANT}/*", may.READ_GRANTS, grants.read),
    ("PATCH", f"{_GRANT}/*", may.WRITE_GRANTS, grants.update),
    ("DELETE", f"{_GRANT}/*", may.WRITE_GRANTS, grants.delete),
    ("GET", f"{_BIN}/microsoft.graph.application", may.READ_DELETED, deleted_items.list_all),
    ("GET", f"{_BIN}/microsoft.graph.serviceprincipal", may.READ_DELETED, deleted_items.list_all),
    ("GET", f"{_BIN}/microsoft.graph.user", may.READ_USERS, deleted_items.list_all),
    ("GET", f"{_BIN}/*", may.READ_DELETED, deleted_items.read),
    ("DELETE", f"{_BIN}/*", may.WRITE_DELETED, deleted_items.purge),
    ("POST", f"{_BIN}/*/restore", may.WRITE_DELETED, deleted_items.restore),
    ("POST", "directoryobjects/getbyids", may.READ_OBJECTS, objects.get_by_ids),
    ("GET", "directoryobjects/*", may.READ_OBJECTS, objects.read),
    ("GET", "organization", may.READ_ORGANIZATION, people.read_organization),
    ("GET", "domains", may.READ_DOMAINS, people.list_domains),
    ("GET", "me", may.READ_ME, people.read_me),
    ("GET", "me/ownedobjects", may.READ_OWNED, owners.list_owned),
    ("GET", "users/*/ownedobjects", may.READ_OWNED, owners.list_owned),
    ("GET", "users", may.READ_USERS, people.list_users),
    ("GET", "users/$count", may.READ_USERS, people.list_users),
    ("POST", "users", may.WRITE_USERS, people.create_user),
    ("GET", "users/*", may.READ_USERS, people.read_user),
    ("PATCH", "users/*", may.WRITE_USERS, people.update_user),
    ("DELETE", "users/*", may.WRITE_USERS, people.delete_user),
    ("POST", "users/*/getmembergroups", may.READ_USERS, people.list_groups_of_user),
    ("GET", "policies/defaultappmanagementpolicy", may.READ_POLICIES, policies.read_default),
    ("PATCH", "policies/defaultappmanagementpolicy", may.WRITE_POLICIES, policies.update_default),
    ("GET", "policies/authorizationpolicy", may.READ_AUTHORIZATION, policies.read_authorization),
    ("GET", _POLICY, may.READ_POLICIES, policies.list_all),
    ("POST", _POLICY, may.WRITE_POLICIES, policies.create),
    ("GET", f"{_POLICY}/*", may.READ_POLICIES, policies.read),
    ("PATCH", f"{_POLICY}/*", may.WRITE_POLICIES, policies.update),
    ("DELETE", f"{_POLICY}/*", may.WRITE_POLICIES, policies.delete),
    ("GET", f"{_POLICY}/*/appliesto", may.READ_APPLIES_TO, policies.list_applies_to),
)  # fmt: skip
ROUTES: Final = tuple(
    Route(method, tuple(path.split("/")), permit, handler)
    for method, path, permit, handler in _TABLE
)
"""Everything that the sandbox's Graph answers."""
_BY_LENGTH: Final = {
    length: [route for route in ROUTES if len(route.pattern) == length]
    for length in {len(route.pattern) for route in ROUTES}
}


def dispatch(context: Context, call: Call) -> Answer:
    """Return the answer to one authenticated request.

    Raises:
        GraphRefusal: Whatever Graph would refuse.
    """
    folded = tuple(_folded(piece) for piece in call.pieces)
    candidates = [
        route for route in _BY_LENGTH.get(len(folded), ()) if _fits(route.pattern, folded)
    ]
    if not candidates:
        raise segment_not_found(_first_unknown(folded))
    # A cast such as deletedItems/microsoft.graph.application looks like a key, too.
    literal = [route for route in candidates if route.pattern[-1] == folded[-1]]
    route = next((r for r in literal or candidates if r.method == call.method), None)
    if route is None:
        raise method_not_allowed()
    access.authorize(context, call.claims, route.permit)
    deleted_items.purge_expired(context)
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
        if not any(_fits(route.pattern[:length], begun) for route in ROUTES):
            last = begun[-1]
            return last.value if isinstance(last, Key) else last
    last = pieces[-1] if pieces else ""
    return last.value if isinstance(last, Key) else last
