"""What whoever runs provision must be allowed to do in the tenant, as one table.

Source:
    https://learn.microsoft.com/graph/permissions-reference
    https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from provision.tenant.caller import Caller

OWNED_BY: Final = "Application.ReadWrite.OwnedBy"
_ALL: Final = "Application.ReadWrite.All"
_DIRECTORY: Final = "Directory.ReadWrite.All"
# What Azure CLI's token has: whatever the person themself may do.
_AS_USER: Final = "Directory.AccessAsUser.All"

DIRECTORY_ROLES: Mapping[str, str] = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "cf1c38e5-3621-4004-a7cb-879624dced7c": "Application Developer",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
}
"""Names by template id, which are the same in every tenant."""
_DEFAULTS: Final = frozenset(
    {"b79fbf4d-3ef9-4689-8143-76b194e85509", "0997a1d0-0d1d-4acb-b408-d5ca73121e90"}
)
"""What a token lists for a user or a service principal without a role."""
_APPLICATIONS: Final = (
    "Cloud Application Administrator",
    "Application Administrator",
    "Global Administrator",
)

Verdict = Literal["held", "missing", "unknown"]


@dataclass(frozen=True, slots=True)
class Right:
    """One thing to be allowed, and what allows it."""

    what: str
    """Ends the sentence "may not …"."""
    application: tuple[str, ...]
    """Application permissions of which one suffices, the least first."""
    delegated: tuple[str, ...]
    """Scopes of which a person's token needs one, likewise."""
    roles: tuple[str, ...] = ()
    """Directory roles of which a person needs one besides; they suffice for an application."""
    owners: bool = False
    """Whether an owner of the application needs no directory role."""
    without: str = ""
    """What is not known without it; empty where the command cannot do without."""


READ_APPLICATIONS: Final = Right(
    "read applications and service principals",
    ("Application.Read.All", OWNED_BY, _ALL, "Directory.Read.All", _DIRECTORY),
    ("Application.Read.All", _ALL, "Directory.Read.All", _DIRECTORY, _AS_USER),
)
READ_GRANTS: Final = Right(
    "read consent",
    ("Directory.Read.All", "DelegatedPermissionGrant.ReadWrite.All", _DIRECTORY),
    ("Directory.Read.All", "DelegatedPermissionGrant.ReadWrite.All", _DIRECTORY, _AS_USER),
    without="whether consent is as declared",
)
READ_POLICIES: Final = Right(
    "read the tenant's policies",
    ("Policy.Read.All",),
    ("Policy.Read.All", _AS_USER),
    without="whether a policy forbids or shortens secrets",
)
READ_USERS: Final = Right(
    "look users up (with `consent: mailboxes`)",
    ("User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", _DIRECTORY),
    (
        "User.ReadBasic.All",
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
        _DIRECTORY,
        _AS_USER,
    ),
    without="who owns the mailboxes; the plan is refused",
)
CREATE_APPLICATION: Final = Right(
    "create an application",
    (OWNED_BY, _ALL),
    (_ALL, _AS_USER),
    ("Application Developer", *_APPLICATIONS),
)
WRITE_APPLICATION: Final = Right(
    "change an application and its secrets",
    (OWNED_BY, _ALL),
    (_ALL, _DIRECTORY, _AS_USER),
    _APPLICATIONS,
    owners=True,
)
CREATE_PRINCIPAL: Final = Right(
    "create a service principal",
    (OWNED_BY, _ALL, _DIRECTORY),
    (_ALL, _DIRECTORY, _AS_USER),
    ("Application Developer", *_APPLICATIONS),
)
GRANT_CONSENT: Final = Right(
    "grant consent",
    ("DelegatedPermissionGrant.ReadWrite.All", _DIRECTORY),
    ("DelegatedPermissionGrant.ReadWrite.All", _DIRECTORY, _AS_USER),
    ("Privileged Role Administrator", *_APPLICATIONS),
)
DELETE_APPLICATION: Final = Right(
    "delete an application",
    (OWNED_BY, _ALL),
    (_ALL, _AS_USER),
    _APPLICATIONS,
    owners=True,
)
RESTORE_APPLICATION: Final = Right(
    "restore or purge what was deleted",
    (OWNED_BY, _ALL),
    (_ALL, _AS_USER),
    _APPLICATIONS,
)

_READS: Final = (READ_APPLICATIONS, READ_GRANTS, READ_POLICIES, READ_USERS)
COMMANDS: Mapping[str, tuple[Right, ...]] = {
    "plan": _READS,
    "apply": (
        *_READS,
        CREATE_APPLICATION,
        WRITE_APPLICATION,
        CREATE_PRINCIPAL,
        GRANT_CONSENT,
        RESTORE_APPLICATION,
    ),
    "adopt": (*_READS, WRITE_APPLICATION),
    "rotate": (*_READS, WRITE_APPLICATION),
    "destroy": (*_READS, DELETE_APPLICATION, RESTORE_APPLICATION),
}
"""What each command may come to need; the others talk to no Graph as an administrator."""
_HARMLESS: Final = frozenset({"openid", "profile", "email", "offline_access", "User.Read"})


def verdict(right: Right, caller: Caller, owners: frozenset[str] | None) -> Verdict:
    """Tell whether a caller may do something, as far as their token says.

    Args:
        right: What is to be done.
        caller: Whose token it is.
        owners: Of the application that it is done to; None where they are not known, or it does
            not exist yet.
    """
    match caller.kind:
        case "unknown":
            return "unknown"
        case "application":
            return _of_application(right, caller, owners)
        case "person":
            return _of_person(right, caller, owners)


def superfluous(caller: Caller) -> tuple[str, ...]:
    """Return the application permissions that no command uses, as far as that can be told.

    A person's scopes are those of the program that they signed in to, so nothing is said of them.
    """
    if caller.kind != "application":
        return ()
    every = [right for rights in COMMANDS.values() for right in rights]
    least = {next((n for n in r.application if n in caller.rights), "") for r in every}
    # Whoever owns only some applications uses this one for the others.
    return tuple(sorted(caller.rights - least - _HARMLESS - {_ALL}))


def role_names(caller: Caller) -> tuple[str, ...]:
    """Return the directory roles of a caller by name; those that nobody knows, by id."""
    found = (caller.directory_roles or frozenset()) - _DEFAULTS
    return tuple(sorted(DIRECTORY_ROLES.get(role, role) for role in found))


def _of_application(right: Right, caller: Caller, owners: frozenset[str] | None) -> Verdict:
    held = caller.rights & frozenset(right.application)
    roles = role_names(caller)
    if held - {OWNED_BY} or frozenset(right.roles) & frozenset(roles):
        return "held"
    if held and (not right.owners or owners is None or caller.object_id in owners):
        return "held"
    # A role of the tenant's own making may allow anything.
    return "unknown" if any(role not in DIRECTORY_ROLES.values() for role in roles) else "missing"


def _of_person(right: Right, caller: Caller, owners: frozenset[str] | None) -> Verdict:
    if not caller.rights & frozenset(right.delegated):
        return "missing"
    if not right.roles or (right.owners and owners is not None and caller.object_id in owners):
        return "held"
    # A role may come through a group or be of the tenant's own making: its absence proves nothing.
    return "held" if frozenset(right.roles) & frozenset(role_names(caller)) else "unknown"
