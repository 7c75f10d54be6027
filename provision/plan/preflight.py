"""Before the first write: what the changes of a plan need, and who lacks it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from provision.errors import NotPermitted
from provision.plan.changes import (
    AddCertificates,
    AddFederatedCredential,
    AddPassword,
    Change,
    CreateApplication,
    CreateGrant,
    CreateServicePrincipal,
    ExtendGrant,
    RemoveFederatedCredential,
    RemovePassword,
    Restore,
    UpdateApplication,
    UpdateFederatedCredential,
)
from provision.plan.rights import (
    CREATE_APPLICATION,
    CREATE_PRINCIPAL,
    GRANT_CONSENT,
    OWNED_BY,
    RESTORE_APPLICATION,
    WRITE_APPLICATION,
    Right,
    verdict,
)
from provision.tenant.caller import Caller
from provision.tenant.port import Snapshot


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a caller certainly lacks, and what their token does not tell."""

    missing: tuple[Right, ...]
    unknown: tuple[Right, ...]


def rights_for(changes: Iterable[Change]) -> tuple[Right, ...]:
    """Return what carrying the changes out needs, each once, in order."""
    return tuple(dict.fromkeys(map(_needed, changes)))


def shortfall(needed: Iterable[Right], caller: Caller, snapshot: Snapshot) -> Shortfall:
    """Compare what is needed with what the caller's token shows."""
    owners = owners_of(snapshot)
    found = [(right, verdict(right, caller, owners)) for right in needed]
    return Shortfall(
        tuple(right for right, told in found if told == "missing"),
        tuple(right for right, told in found if told == "unknown"),
    )


def owners_of(snapshot: Snapshot) -> frozenset[str] | None:
    """Return who owns the application; None where that is not known, or there is none."""
    if snapshot.application is None or "owners" in snapshot.unknown:
        return None
    return snapshot.owners


def refusal(unique_name: str, right: Right, caller: Caller) -> NotPermitted:
    """Return the error for a right that is certainly missing: its name, and who can give it."""
    said = f"application {unique_name}: {described(caller)} may not {right.what}: "
    if caller.kind == "person":
        return NotPermitted(
            f"{said}the token's scopes have none of {', '.join(right.delegated)}",
            hint="sign in with a program that asks for one of them, such as az login, or have an "
            "administrator consent to it",
        )
    least = right.application[0]
    if least == OWNED_BY and OWNED_BY in caller.rights:
        return NotPermitted(
            f"{said}it holds {OWNED_BY} and does not own the application",
            hint="make it an owner: az ad app owner add --id CLIENT_ID --owner-object-id "
            f"{caller.object_id}",
        )
    return NotPermitted(
        f"{said}it holds none of {', '.join(right.application)}",
        hint=f"a Privileged Role Administrator or Global Administrator grants application "
        f"{caller.client_id} the Microsoft Graph application permission {least}",
    )


def described(caller: Caller) -> str:
    """Return who signed in, in a few words."""
    named = f" {caller.name}" if caller.name else ""
    match caller.kind:
        case "application":
            return f"application{named} {caller.client_id}"
        case "person":
            return f"person{named or ' ' + caller.object_id}"
        case "unknown":
            return "the administrator"


def remarks(unknown: Iterable[Right], caller: Caller) -> Iterator[str]:
    """Return a line for each right that the token does not show."""
    for right in unknown:
        yield (
            f"it is not known whether {described(caller)} may {right.what}: the token does not "
            f"say ({', '.join(right.roles[:2]) or right.application[0]} would)"
        )


def _needed(change: Change) -> Right:
    match change:
        case CreateApplication():
            return CREATE_APPLICATION
        case UpdateApplication() | AddPassword() | RemovePassword() | AddCertificates():
            return WRITE_APPLICATION
        case AddFederatedCredential() | UpdateFederatedCredential() | RemoveFederatedCredential():
            return WRITE_APPLICATION
        case CreateServicePrincipal():
            return CREATE_PRINCIPAL
        case CreateGrant() | ExtendGrant():
            return GRANT_CONSENT
        case Restore():
            return RESTORE_APPLICATION
        case _:
            assert_never(change)
