"""Federated credentials: which trusts to add, to change, and, when the list is ours, to remove."""

from provision.errors import RefusedError
from provision.manifest.model import Manifest
from provision.plan.changes import (
    AddFederatedCredential,
    Change,
    RemoveFederatedCredential,
    UpdateFederatedCredential,
)
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from provision.tenant.port import Snapshot

UNKNOWN = "federated credentials"


def federated_changes(manifest: Manifest, snapshot: Snapshot) -> tuple[Change, ...]:
    """Return the changes, removals first: Entra takes issuer and subject once, and 20 in all.

    Credentials are told apart by name. One that the manifest does not name is removed where the
    manifest gives a list and says `manage: full`, and kept where it says `manage: partial`.

    Raises:
        RefusedError: A credential that is kept has the issuer and subject of a wanted one.
    """
    wanted = manifest.trusts
    if wanted is None or UNKNOWN in snapshot.unknown:
        return ()
    existing = {found.trust.name.casefold(): found for found in _existing(snapshot)}
    strangers = unnamed_credentials(manifest, snapshot)
    if manifest.application.manage == "partial":
        _refuse_twins(wanted, strangers)
    removed = strangers if manifest.application.manage == "full" else ()
    changes: list[Change] = [RemoveFederatedCredential(found) for found in removed]
    for trust in wanted:
        found = existing.get(trust.name.casefold())
        if found is None:
            changes.append(AddFederatedCredential(trust))
        elif _differs(found.trust, trust):
            changes.append(UpdateFederatedCredential(found.credential_id, found.trust, trust))
    return tuple(changes)


def unnamed_credentials(manifest: Manifest, snapshot: Snapshot) -> tuple[FederatedCredential, ...]:
    """Return the credentials that the manifest does not name, by name; none where nobody asked."""
    names = {trust.name.casefold() for trust in manifest.trusts or ()}
    found = [f for f in _existing(snapshot) if f.trust.name.casefold() not in names]
    return tuple(sorted(found, key=lambda f: f.trust.name))


def _existing(snapshot: Snapshot) -> frozenset[FederatedCredential]:
    return snapshot.federated_credentials or frozenset()


def _differs(found: FederatedTrust, wanted: FederatedTrust) -> bool:
    # The name is the same but for its case, which nobody can change.
    return (found.issuer, found.subject, found.audience) != (
        wanted.issuer,
        wanted.subject,
        wanted.audience,
    )


def _refuse_twins(
    wanted: tuple[FederatedTrust, ...], strangers: tuple[FederatedCredential, ...]
) -> None:
    for stranger in strangers:
        for trust in wanted:
            if (stranger.trust.issuer, stranger.trust.subject) == (trust.issuer, trust.subject):
                raise RefusedError(
                    f"federated credential {trust.name!r}: the application trusts that issuer and "
                    f"subject as {stranger.trust.name!r} already, and Entra takes a pair once",
                    hint=f"name it {stranger.trust.name!r} in the manifest",
                )
