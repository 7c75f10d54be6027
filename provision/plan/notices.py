"""What a person should know about a plan although nothing has to change for it."""

from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import Literal

from provision.manifest.advice import warnings
from provision.manifest.model import Manifest
from provision.plan.application import kept_permissions
from provision.plan.certificates import certificate_remarks
from provision.plan.consent import IMPLIED_SCOPES, granted_to
from provision.plan.consent_state import ConsentState, consent_state
from provision.plan.custody import Custody
from provision.plan.federated import unnamed_credentials
from provision.plan.password import is_lost
from provision.plan.resource_access import described
from provision.tenant.application import Password
from provision.tenant.port import Snapshot


@dataclass(frozen=True, slots=True)
class Notice:
    """One remark; never an obstacle."""

    kind: Literal[
        "unknown", "secret", "certificate", "consent", "service principal", "kept", "policy",
        "advice",
    ]  # fmt: skip
    text: str


def notices_for(
    manifest: Manifest,
    snapshot: Snapshot,
    serving: Password | None,
    custody: Custody,
    now: datetime,
) -> tuple[Notice, ...]:
    """Return the remarks, most pressing first."""
    return (
        *_unknown(snapshot),
        *_service_principal(snapshot),
        *_secrets(manifest, snapshot, serving, custody, now),
        *(Notice("certificate", t) for t in certificate_remarks(manifest, snapshot, now)),
        *_consent(manifest, snapshot),
        *_tokens(consent_state(manifest, snapshot, custody)),
        *_kept(manifest, snapshot),
        *_advice(manifest),
    )


def _unknown(snapshot: Snapshot) -> list[Notice]:
    return [
        Notice("unknown", f"Graph refused to show {what} to this administrator (403): unknown")
        for what in sorted(snapshot.unknown)
    ]


def _service_principal(snapshot: Snapshot) -> list[Notice]:
    principal = snapshot.service_principal
    if principal is None or principal.is_enabled:
        return []
    text = "the service principal is disabled: nobody can sign in (AADSTS7000112)"
    return [Notice("service principal", text)]


def _secrets(
    manifest: Manifest,
    snapshot: Snapshot,
    serving: Password | None,
    custody: Custody,
    now: datetime,
) -> list[Notice]:
    found: list[Notice] = []
    wanted = manifest.application.secret
    if serving is not None:
        if serving.key_id not in custody.held_key_ids:
            text = (
                f"client secret {serving.key_id} (until {serving.end_at:%Y-%m-%d}) is live and not "
                "held here: whoever has its value can use it; nothing here can hand it off"
            )
            found.append(Notice("secret", text))
        if wanted is not None and serving.end_at - now <= wanted.rotate_before:
            days = max(0, (serving.end_at - now).days)
            text = f"client secret {serving.key_id} ends in {days} days: rotation is due"
            found.append(Notice("secret", text))
    passwords = () if snapshot.application is None else snapshot.application.passwords
    found.extend(
        _unheld(password, custody, now)
        for password in sorted(passwords, key=lambda p: p.key_id)
        if password != serving and password.key_id not in custody.held_key_ids
    )
    return found


def _unheld(password: Password, custody: Custody, now: datetime) -> Notice:
    if is_lost(password, custody):
        text = f"the value of client secret {password.key_id} was lost in an interrupted run"
        return Notice("secret", f"{text}: nobody can use it, and it is removed")
    state = "expired" if password.end_at <= now else "live"
    text = (
        f"client secret {password.key_id} ({password.display_name!r}, {state}, until "
        f"{password.end_at:%Y-%m-%d}) is not held here and is left alone"
    )
    return Notice("secret", text)


def _consent(manifest: Manifest, snapshot: Snapshot) -> list[Notice]:
    everyone = granted_to(snapshot, snapshot.microsoft_graph, None)
    if everyone is None:
        return []
    extra = everyone.scopes - frozenset(manifest.application.permissions) - IMPLIED_SCOPES
    found = []
    if extra:
        text = f"granted to everyone but not declared: {' '.join(sorted(extra))} (kept)"
        found.append(Notice("consent", text))
    if manifest.consent != "allPrincipals":
        text = f"consent for every user exists although the manifest says {manifest.consent!r}"
        found.append(Notice("consent", text))
    return found


def _tokens(state: ConsentState) -> list[Notice]:
    return [
        Notice(
            "consent",
            f"the token of {token.address} (of {token.at:%Y-%m-%d}) lacks "
            f"{' '.join(sorted(token.missing))}: "
            f"provision authorize --mailbox {quote(token.address)}",
        )
        for token in state.tokens
        if token.missing
    ]


def _kept(manifest: Manifest, snapshot: Snapshot) -> list[Notice]:
    """Tell what the manifest does not own and `apply` leaves as it is."""
    application = snapshot.existing
    if application is None:
        return []
    found = []
    extra = application.settings.redirect_uris - frozenset(manifest.application.redirect_uris)
    if extra and manifest.application.manage == "partial":
        found.append(f"redirect URIs that the manifest does not name: {' '.join(sorted(extra))}")
    unnamed = kept_permissions(manifest, snapshot.microsoft_graph.scope_ids, application)
    if unnamed:
        told = " ".join(sorted(map(described, unnamed)))
        found.append(f"permissions that the manifest does not name: {told}")
    strangers = unnamed_credentials(manifest, snapshot)
    if strangers and manifest.application.manage == "partial":
        told = " ".join(stranger.trust.name for stranger in strangers)
        found.append(f"federated credentials that the manifest does not name: {told}")
    if application.tags:
        found.append(f"tags: {' '.join(sorted(application.tags))}")
    if snapshot.owners:
        noun = "owner" if len(snapshot.owners) == 1 else "owners"
        found.append(f"{len(snapshot.owners)} {noun}: {' '.join(sorted(snapshot.owners))}")
    return [Notice("kept", text) for text in found]


def _advice(manifest: Manifest) -> list[Notice]:
    return [Notice("advice", f"{remark.path}: {remark.text}") for remark in warnings(manifest)]
