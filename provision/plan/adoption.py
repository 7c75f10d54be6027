"""An existing application to the manifest under which nothing about it changes; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from provision.errors import NotFound, RefusedError, UsageError
from provision.manifest.adopted import (
    AdoptedValues,
    is_display_name,
    is_permission_name,
    is_redirect_uri,
    is_unique_name,
    render_adopted,
    unique_name_for,
)
from provision.manifest.load import read_manifest
from provision.manifest.model import Manifest
from provision.manifest.permission_ids import DEFAULT_PERMISSIONS, scope_id, scope_name
from provision.manifest.redirect_uri import has_query, has_wildcard, is_loopback, without_port
from provision.plan.consent import SIGN_IN_SCOPES, granted_to
from provision.plan.resource_access import described
from provision.tenant.adoptee import Adoptee
from provision.tenant.application import MICROSOFT_GRAPH, Application, Password, ResourceAccess
from provision.tenant.port import Snapshot

PERSONAL_AUDIENCE = "AzureADandPersonalMicrosoftAccount"
_AUDIENCES = ("AzureADMyOrg", "AzureADMultipleOrgs", PERSONAL_AUDIENCE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a manifest says that the application itself does not tell."""

    tenant: str
    cloud: str
    unique_name: str
    snapshot: Snapshot | None
    """Service principal, grants and permission names of the tenant; None when nobody asked it."""
    key_id: str | None
    """The client secret that is to serve; None leaves the choice."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """A manifest for an existing application, and what it leaves unsaid."""

    text: str
    manifest: Manifest
    kept: tuple[str, ...]
    """What the application has besides, and keeps."""
    remarks: tuple[str, ...]
    """What a person should look at."""
    serving: Password | None
    """The client secret that satisfies the manifest."""


def choose_unique_name(adoptee: Adoptee, wanted: str | None) -> str:
    """Return the unique name that an application has, or is to get.

    Raises:
        RefusedError: It has another one than the wanted one, and no name is ever changed.
        UsageError: The wanted one is none, or its display name suggests none.
    """
    has = adoptee.application.unique_name
    if has is not None:
        if wanted not in (None, has):
            raise RefusedError(
                f"application {adoptee.application.client_id}: its uniqueName is {has!r}, and "
                f"Graph never changes one, so it cannot become {wanted!r}",
                hint="leave --unique-name out",
            )
        return has
    name = unique_name_for(adoptee.application.settings.display_name) if wanted is None else wanted
    if not is_unique_name(name):
        shown = "its display name suggests no uniqueName" if wanted is None else f"{wanted!r}"
        raise UsageError(
            f"application {adoptee.application.client_id}: {shown}: a uniqueName has 1 to 64 "
            "characters out of A-Z a-z 0-9 . _ -",
            hint="name one: provision adopt --unique-name NAME",
        )
    return name


def refuse_holder(unique_name: str, client_id: str, snapshot: Snapshot) -> None:
    """Refuse a unique name that another application has, live or in the bin.

    Raises:
        RefusedError: One has it.
    """
    holder = snapshot.existing
    if holder is None or holder.client_id == client_id:
        return
    where = " in the bin" if snapshot.application is None else ""
    raise RefusedError(
        f"application {client_id}: the uniqueName {unique_name!r} belongs to application "
        f"{holder.client_id}{where}",
        hint="name another: provision adopt --unique-name NAME",
    )


def adopt(adoptee: Adoptee, around: Surroundings, now: datetime) -> Adoption:
    """Return the manifest under which `plan` finds nothing to change.

    Raises:
        RefusedError: The application is of a kind that no manifest describes, or the client secret
            that is to serve cannot.
        NotFound: The application has no such client secret.
    """
    application = adoptee.application
    _refuse_strange(application)
    scope_ids = {} if around.snapshot is None else around.snapshot.microsoft_graph.scope_ids
    names, unnamed, others = _permissions(application, scope_ids)
    uris, unsaid = _redirect_uris(application)
    serving = _serving(application, around.key_id, now)
    everyone, remark = _consent(around.snapshot, frozenset(names))
    kept = (
        *(f"web.redirectUris: {uri}" for uri in unsaid),
        *(f"requiredResourceAccess: {described(access)}" for access in (*unnamed, *others)),
        *(f"{thing.path}: {thing.text}" for thing in adoptee.unmanaged),
        *_trusts(around.snapshot),
        *(_told(p, now) for p in _by_age(application.passwords) if p != serving),
    )
    values = AdoptedValues(
        client_id=application.client_id,
        tenant=around.tenant,
        cloud=around.cloud,
        unique_name=around.unique_name,
        display_name=application.settings.display_name,
        audience=application.settings.sign_in_audience,
        redirect_uris=uris,
        issues_access_tokens=application.settings.issues_access_tokens,
        issues_id_tokens=application.settings.issues_id_tokens,
        permissions=names,
        secret=None if serving is None else (serving.key_id, serving.display_name or ""),
        is_partial=bool(unnamed or unsaid),
        consents_for_everyone=everyone,
        consent_remark=remark,
        kept=kept,
    )
    text = render_adopted(values)
    remarks = (*_unknown(unnamed), *([remark] if remark else []))
    return Adoption(text, read_manifest(text, "manifest"), kept, remarks, serving)


def _refuse_strange(application: Application) -> None:
    settings = application.settings
    if settings.sign_in_audience not in _AUDIENCES:
        raise RefusedError(
            f"application {application.client_id}: the audience {settings.sign_in_audience!r} "
            "serves no organisation's mailbox, so no manifest has it",
            hint="adopt another application, or change its signInAudience first",
        )
    longest = 90 if settings.sign_in_audience == PERSONAL_AUDIENCE else 120
    if not is_display_name(settings.display_name) or len(settings.display_name) > longest:
        raise RefusedError(
            f"application {application.client_id}: its display name is not one line of at most "
            f"{longest} visible characters, so no manifest has it",
            hint="give it another display name first",
        )


def _permissions(
    application: Application, tenant_scope_ids: Mapping[str, str]
) -> tuple[tuple[str, ...], list[ResourceAccess], list[ResourceAccess]]:
    """Return the names of what can be named, what cannot, and what is not the manifest's."""
    names: list[str] = []
    unnamed: list[ResourceAccess] = []
    others: list[ResourceAccess] = []
    of_tenant = {permission_id.lower(): name for name, permission_id in tenant_scope_ids.items()}
    for access in sorted(application.settings.permissions, key=described):
        if access.resource_client_id != MICROSOFT_GRAPH or access.kind != "Scope":
            others.append(access)
            continue
        name = scope_name(access.permission_id) or of_tenant.get(access.permission_id, "")
        meant = scope_id(name) or tenant_scope_ids.get(name)
        if is_permission_name(name) and meant == access.permission_id:
            names.append(name)
        else:
            unnamed.append(access)
    order = {name: place for place, name in enumerate(DEFAULT_PERMISSIONS)}
    names.sort(key=lambda name: (order.get(name, len(order)), name))
    return tuple(names), unnamed, others


def _redirect_uris(application: Application) -> tuple[tuple[str, ...], list[str]]:
    """Return the redirect URIs that a manifest can name, and those that it cannot."""
    is_personal = application.settings.sign_in_audience == PERSONAL_AUDIENCE
    said: dict[str, str] = {}
    unsaid: list[str] = []
    ordered = sorted(application.settings.redirect_uris, key=lambda u: (not is_loopback(u), u))
    for uri in ordered:
        strange = not is_redirect_uri(uri) or (
            is_personal and (has_query(uri) or has_wildcard(uri))
        )
        # For Entra two that differ only in localhost's port are one, and so they are in a manifest.
        if strange or without_port(uri) in said:
            unsaid.append(uri)
        else:
            said[without_port(uri)] = uri
    return tuple(said.values()), unsaid


def _serving(application: Application, key_id: str | None, now: datetime) -> Password | None:
    """Return the client secret that the manifest recognises by its name, if there is one."""
    usable = [
        p for p in application.passwords if p.end_at > now and is_display_name(p.display_name)
    ]
    if key_id is None:
        return max(usable, key=lambda p: (p.end_at, p.key_id), default=None)
    found = next((p for p in application.passwords if p.key_id.lower() == key_id.lower()), None)
    if found is None:
        present = ", ".join(p.key_id for p in _by_age(application.passwords)) or "none"
        raise NotFound(
            f"application {application.client_id}: it has no client secret with key id {key_id}",
            hint=f"it has: {present}",
        )
    if found not in usable:
        why = "has expired" if found.end_at <= now else "has no display name to recognise it by"
        raise RefusedError(
            f"client secret {key_id}: it {why}, so no manifest can rely on it",
            hint="leave --secret-key-id out, and let `provision apply` make a new one",
        )
    return found


def _consent(snapshot: Snapshot | None, names: frozenset[str]) -> tuple[bool, str]:
    """Return whether every user is consented for, and what to know where that is not so."""
    if snapshot is None:
        return False, "The tenant was not asked what is granted; see `provision plan`."
    if "grants" in snapshot.unknown:
        return False, "Graph refused to show what is granted (403)."
    everyone = granted_to(snapshot, snapshot.microsoft_graph, None)
    if everyone is None:
        return False, ""
    missing = (names | SIGN_IN_SCOPES) - everyone.scopes
    if missing:
        told = " ".join(sorted(missing))
        return False, f"Every user is consented for, but not with {told}: allPrincipals adds that."
    return True, ""


def _unknown(unnamed: Iterable[ResourceAccess]) -> Iterator[str]:
    for access in unnamed:
        if scope_name(access.permission_id) is None:
            yield (
                f"permission {access.permission_id} of Microsoft Graph has no name here; it is "
                "kept (manage: partial)"
            )


def _trusts(snapshot: Snapshot | None) -> Iterator[str]:
    found = (snapshot and snapshot.federated_credentials) or ()
    for credential in sorted(found, key=lambda f: f.trust.name):
        trust = credential.trust
        yield f"federatedIdentityCredentials: {trust.name} ({trust.subject} of {trust.issuer})"


def _told(password: Password, now: datetime) -> str:
    state = "expired" if password.end_at <= now else "live"
    return (
        f"passwordCredentials: {password.key_id} ({password.display_name!r}, {state}, until "
        f"{password.end_at:%Y-%m-%d})"
    )


def _by_age(passwords: Iterable[Password]) -> list[Password]:
    return sorted(passwords, key=lambda p: (p.start_at, p.key_id))
