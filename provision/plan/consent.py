"""Consent: declared permissions to grants, never taking away what was granted."""

from provision.errors import NotFound, NotPermitted
from provision.manifest.model import Manifest
from provision.plan.changes import Change, CreateGrant, ExtendGrant
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import Grant

SIGN_IN_SCOPES = frozenset({"openid", "profile"})
IMPLIED_SCOPES = SIGN_IN_SCOPES | {"email", "offline_access"}
"""Granted along with any sign-in: never drift."""


def wanted_scopes(manifest: Manifest) -> frozenset[str]:
    """Return what every grant must hold."""
    return frozenset(manifest.application.permissions) | SIGN_IN_SCOPES


def consent_changes(manifest: Manifest, snapshot: Snapshot) -> tuple[Change, ...]:
    """Return the grants to create or to extend.

    Raises:
        NotFound: A mailbox owner is no user of this tenant.
        NotPermitted: Users cannot be looked up, and consent for mailboxes needs their ids.
    """
    if "grants" in snapshot.unknown:
        return ()
    match manifest.consent:
        case "none":
            return ()
        case "allPrincipals":
            return _change(manifest, snapshot, None, None)
        case "mailboxes":
            return _for_mailboxes(manifest, snapshot)


def _for_mailboxes(manifest: Manifest, snapshot: Snapshot) -> tuple[Change, ...]:
    everyone = granted_to(snapshot, None)
    if everyone is not None and wanted_scopes(manifest) <= everyone.scopes:
        return ()
    owners = sorted({m.sign_in_as for m in manifest.mailboxes if m.authority == "tenant"})
    if owners and "users" in snapshot.unknown:
        raise NotPermitted(
            "consent for mailboxes: Graph refuses to tell this administrator who the users are",
            hint="grant the administrator User.Read.All, or set consent: allPrincipals",
        )
    changes: list[Change] = []
    for owner in owners:
        object_id = snapshot.user_ids.get(owner)
        if object_id is None:
            raise NotFound(
                f"mailbox owner {owner}: tenant {snapshot.tenant_id} has no such user",
                hint="correct the mailbox in the manifest, or set signInAs to who signs in for it",
            )
        changes.extend(_change(manifest, snapshot, owner, object_id))
    return tuple(changes)


def _change(
    manifest: Manifest, snapshot: Snapshot, principal: str | None, object_id: str | None
) -> tuple[Change, ...]:
    wanted = wanted_scopes(manifest)
    existing = granted_to(snapshot, object_id)
    if existing is None:
        resource = snapshot.microsoft_graph.object_id
        return (CreateGrant(resource, principal, object_id, wanted),)
    if wanted <= existing.scopes:
        return ()
    after = existing.scopes | wanted
    return (ExtendGrant(existing.grant_id, principal, existing.scopes, after),)


def granted_to(snapshot: Snapshot, principal_object_id: str | None) -> Grant | None:
    """Return our client's grant on Microsoft Graph for one user, or for everyone (None)."""
    kind = "AllPrincipals" if principal_object_id is None else "Principal"
    for grant in snapshot.grants:
        if (
            grant.resource_object_id == snapshot.microsoft_graph.object_id
            and grant.consent_type == kind
            and grant.principal_object_id == principal_object_id
        ):
            return grant
    return None
