"""What the tenant's policies make of the manifest: shorter secrets, none, or no user's consent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from provision.errors import PolicyRefused
from provision.manifest.application import SecretSection
from provision.manifest.model import Manifest
from provision.tenant.policies import SecretRule
from provision.tenant.port import Snapshot

_DEFAULT_LIFETIME = SecretSection().lifetime
_USERS_MAY_CONSENT = ("microsoft-user-default-legacy", "microsoft-user-default-allow")


@dataclass(frozen=True, slots=True)
class SecretLimits:
    """What the policy that applies to an application says about its client secrets."""

    is_known: bool
    is_forbidden: bool = False
    longest: timedelta | None = None
    """None where no policy says."""


def secret_limits(snapshot: Snapshot, now: datetime) -> SecretLimits:
    """Return the limits for the application as it is, or as it would be created now."""
    policies, application = snapshot.policies, snapshot.existing
    rules = policies.for_all
    if application is not None:
        if policies.own is None:
            # Its own policy may allow what the default forbids, and the other way round.
            return SecretLimits(is_known=False)
        rules = policies.own if policies.has_own else policies.for_all
    if rules is None:
        return SecretLimits(is_known=False)
    created_at = now if application is None else application.created_at
    met = [rule for rule in rules if _applies(rule, created_at)]
    lengths = [r.longest for r in met if r.kind == "passwordLifetime" and r.longest is not None]
    return SecretLimits(
        is_known=True,
        is_forbidden=any(rule.kind == "passwordAddition" for rule in met),
        longest=min(lengths, default=None),
    )


def within_policies(manifest: Manifest, snapshot: Snapshot, now: datetime) -> Manifest:
    """Return the manifest with a client secret that lives no longer than the tenant allows.

    Only the default lifetime gives way: one that somebody wrote is refused when it comes to
    minting. With it, `rotateBefore` and `overlap` shrink to what such a life has room for.
    """
    longest, secret = secret_limits(snapshot, now).longest, manifest.application.secret
    if longest is None or secret is None or secret.lifetime != _DEFAULT_LIFETIME:
        return manifest
    if secret.lifetime <= longest:
        return manifest
    room = longest / 3
    fitting = replace(
        secret,
        lifetime=longest,
        rotate_before=min(secret.rotate_before, room),
        overlap=min(secret.overlap, room),
    )
    return replace(manifest, application=replace(manifest.application, secret=fitting))


def refuse_forbidden_secret(manifest: Manifest, snapshot: Snapshot, now: datetime) -> None:
    """Refuse a plan that would mint a client secret which the tenant refuses.

    Raises:
        PolicyRefused: No secret may be added, or none that lives as long as the manifest says.
    """
    limits, secret = secret_limits(snapshot, now), manifest.application.secret
    name = manifest.application.unique_name
    if secret is None:
        return
    if limits.is_forbidden:
        raise PolicyRefused(
            f"application {name}: an app management policy of tenant {snapshot.tenant_id} forbids "
            "client secrets",
            hint="have an administrator exempt the application with an app management policy of "
            "its own (az rest --method POST --url "
            "https://graph.microsoft.com/v1.0/policies/appManagementPolicies)",
        )
    if limits.longest is not None and secret.lifetime > limits.longest:
        raise PolicyRefused(
            f"application {name}: application.secret.lifetime is {days(secret.lifetime)}, and an "
            f"app management policy of tenant {snapshot.tenant_id} allows {days(limits.longest)}",
            hint=f"write lifetime: {limits.longest.days}d, or leave it out: it is then as long as "
            "allowed",
        )


def policy_remarks(manifest: Manifest, snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """Return what a person should know about the tenant's policies."""
    limits, secret = secret_limits(snapshot, now), manifest.application.secret
    if limits.is_forbidden and secret is not None:
        yield "an app management policy forbids new client secrets for this application"
    if limits.longest is not None and secret is not None and secret.lifetime > limits.longest:
        is_default = secret.lifetime == _DEFAULT_LIFETIME
        then = f"shortened to {days(limits.longest)}" if is_default else "refused at the next mint"
        yield (
            f"an app management policy lets client secrets live {days(limits.longest)}: the "
            f"lifetime of {days(secret.lifetime)} is {then}"
        )
    if manifest.consent == "none" and may_users_consent(snapshot) is False:
        yield (
            "users of the tenant cannot consent to mail permissions by themselves, and the "
            "manifest says consent: none: every sign-in will ask for an administrator"
        )


def may_users_consent(snapshot: Snapshot) -> bool | None:
    """Tell whether users can consent to mail permissions; None where that is not known.

    Source:
        https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent
    """
    assigned = snapshot.policies.user_consent
    if assigned is None:
        return None
    own = {name.rpartition(".")[2] for name in assigned if "ForSelf" in name}
    if own & set(_USERS_MAY_CONSENT):
        return True
    # A policy of the tenant's own making may allow anything.
    return None if any(not name.startswith("microsoft-") for name in own) else False


def days(period: timedelta) -> str:
    """Return a period as a manifest writes it."""
    hours = int(period.total_seconds() // 3600)
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


def _applies(rule: SecretRule, created_at: datetime | None) -> bool:
    return rule.after is None or (created_at is not None and created_at > rule.after)
