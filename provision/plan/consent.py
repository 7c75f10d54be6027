"""Consent: declared permissions to grants, never taking away what was granted."""

from dataclasses import dataclass

from provision.errors import NotFound, NotPermitted
from provision.manifest.model import Manifest
from provision.manifest.permission_ids import NEEDED_BY
from provision.plan.changes import Change, CreateGrant, ExtendGrant
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import Grant, Resource

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
    if "grants" in snapshot.unknown or manifest.consent == "none":
        return ()
    return tuple(
        change
        for wish in _wishes(manifest, snapshot)
        for change in _for_resource(manifest, snapshot, wish)
    )


@dataclass(frozen=True, slots=True)
class _Wish:
    name: str
    resource: Resource
    scopes: frozenset[str]


def _wishes(manifest: Manifest, snapshot: Snapshot) -> list[_Wish]:
    """Return what is to be granted where: on Microsoft Graph, and on Exchange Online if asked."""
    wishes = [_Wish("Microsoft Graph", snapshot.microsoft_graph, wanted_scopes(manifest))]
    if snapshot.exchange_online is not None:
        mail = frozenset(NEEDED_BY.values()) & frozenset(manifest.application.permissions)
        wishes.append(_Wish("Exchange Online", snapshot.exchange_online, mail))
    return wishes


def _for_resource(manifest: Manifest, snapshot: Snapshot, wish: _Wish) -> tuple[Change, ...]:
    if manifest.consent == "allPrincipals":
        return _change(snapshot, wish, None, None)
    everyone = granted_to(snapshot, wish.resource, None)
    if everyone is not None and wish.scopes <= everyone.scopes:
        return ()
    return tuple(
        change
        for owner, object_id in _owners(manifest, snapshot)
        for change in _change(snapshot, wish, owner, object_id)
    )


def _owners(manifest: Manifest, snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return who signs in for a mailbox of this tenant, with their object ids."""
    owners = sorted({m.sign_in_as for m in manifest.mailboxes if m.authority != "consumers"})
    if owners and "users" in snapshot.unknown:
        raise NotPermitted(
            "consent for mailboxes: Graph refuses to tell this administrator who the users are",
            hint="grant the administrator User.Read.All, or set consent: allPrincipals",
        )
    for owner in owners:
        if owner not in snapshot.user_ids:
            raise NotFound(
                f"mailbox owner {owner}: tenant {snapshot.tenant_id} has no such user",
                hint="correct the mailbox in the manifest, or set signInAs to who signs in for it",
            )
    return [(owner, snapshot.user_ids[owner]) for owner in owners]


def _change(
    snapshot: Snapshot, wish: _Wish, principal: str | None, object_id: str | None
) -> tuple[Change, ...]:
    existing = granted_to(snapshot, wish.resource, object_id)
    if existing is None:
        resource_id = wish.resource.object_id
        return (CreateGrant(wish.name, resource_id, principal, object_id, wish.scopes),)
    if wish.scopes <= existing.scopes:
        return ()
    after = existing.scopes | wish.scopes
    return (ExtendGrant(wish.name, existing.grant_id, principal, existing.scopes, after),)


def granted_to(
    snapshot: Snapshot, resource: Resource, principal_object_id: str | None
) -> Grant | None:
    """Return our client's grant on a resource for one user, or for everyone (None)."""
    kind = "AllPrincipals" if principal_object_id is None else "Principal"
    for grant in snapshot.grants:
        if (
            grant.resource_object_id == resource.object_id
            and grant.consent_type == kind
            and grant.principal_object_id == principal_object_id
        ):
            return grant
    return None
