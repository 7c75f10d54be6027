"""What `doctor` finds: one line a finding, and what to do about it; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from provision.errors import ProvisionError
from provision.manifest.model import Manifest
from provision.plan.difference import title
from provision.plan.notices import Notice
from provision.plan.planner import Plan
from provision.plan.policies import (
    days,
    may_users_consent,
    policy_remarks,
    secret_limits,
)
from provision.plan.preflight import described, owners_of, rights_for
from provision.plan.rights import COMMANDS, Right, role_names, superfluous, verdict
from provision.tenant.caller import Caller
from provision.tenant.port import Snapshot

Mark = Literal["good", "warning", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    mark: Mark
    """`bad` stops something now; a `warning` will, or is worth a thought."""
    text: str
    then: str = ""
    """What to type or to do next; empty where there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read, as far as it could be."""

    manifest: Manifest
    caller: Caller
    snapshot: Snapshot | None
    """None where the tenant could not be read."""
    plan: Plan | None
    """None where none could be made."""
    now: datetime


def failed(error: ProvisionError) -> Finding:
    """Return the finding that an error amounts to."""
    return Finding("bad", error.message, error.hint)


def administrator_findings(facts: Facts) -> Iterator[Finding]:
    """Say who signed in, what they may do, what they lack, and what they hold without need."""
    caller = facts.caller
    yield Finding("good", f"tenant {caller.tenant_id} (in the manifest: {facts.manifest.tenant})")
    yield Finding("good", f"signed in: {described(caller)}, as {caller.credential or 'itself'}")
    if caller.kind == "unknown":
        yield Finding("unknown", "the token does not show what it allows")
        return
    noun = "permissions" if caller.kind == "application" else "scopes"
    yield Finding("good", f"{noun}: {' '.join(sorted(caller.rights)) or 'none'}")
    roles = role_names(caller)
    if roles:
        yield Finding("good", f"directory roles: {', '.join(roles)}")
    needed = frozenset(rights_for(facts.plan.changes)) if facts.plan else frozenset()
    owners = None if facts.snapshot is None else owners_of(facts.snapshot)
    for right in _every_right(facts.manifest):
        yield _right(right, caller, owners, is_needed=right in needed)
    spare = superfluous(caller)
    if spare:
        text = f"holds what no command needs: {' '.join(spare)}"
        yield Finding("warning", text, "take these permissions from the application")


def policy_findings(facts: Facts) -> Iterator[Finding]:
    """Say what the tenant's policies allow."""
    snapshot = facts.snapshot
    if snapshot is None:
        yield Finding("unknown", "the tenant could not be read")
        return
    yield from _secret_policy(facts.manifest, snapshot, facts.now)
    may_consent = may_users_consent(snapshot)
    if may_consent is None:
        text = "whether users can consent by themselves is not known"
        yield Finding("unknown", text, "grant the administrator Policy.Read.All")
    elif may_consent:
        yield Finding("good", "users can consent by themselves")
    elif facts.manifest.consent == "none":
        text = "users cannot consent by themselves, and the manifest says consent: none"
        yield Finding("bad", text, "set consent: allPrincipals in the manifest, then apply")
    else:
        yield Finding("good", "users cannot consent by themselves: apply does it for them")
    reference = facts.manifest.application.service_management_reference
    if reference is not None:
        yield Finding("good", f"serviceManagementReference: {reference}")
    else:
        text = "whether a serviceManagementReference is demanded shows only when Graph refuses"
        yield Finding("unknown", text, "then set application.serviceManagementReference")


def registration_findings(facts: Facts) -> Iterator[Finding]:
    """Say how the registration differs from the manifest, and which secrets are due."""
    plan, name = facts.plan, facts.manifest.application.unique_name
    if plan is None:
        yield Finding("unknown", f"application {name}: no plan could be made")
        return
    if not plan.changes:
        yield Finding("good", f"application {name} is as the manifest wants it")
    for change in plan.changes:
        yield Finding("warning", f"to do: {title(change)}", "provision apply")
    serving = plan.serving
    if serving is not None:
        yield Finding("good", f"client secret {serving.key_id} until {serving.end_at:%Y-%m-%d}")
    for notice in plan.notices:
        yield from _noticed(notice)


def _every_right(manifest: Manifest) -> tuple[Right, ...]:
    every = dict.fromkeys(right for rights in COMMANDS.values() for right in rights)
    is_looked_up = manifest.consent == "mailboxes"
    return tuple(r for r in every if is_looked_up or "consent: mailboxes" not in r.what)


def _right(
    right: Right, caller: Caller, owners: frozenset[str] | None, *, is_needed: bool
) -> Finding:
    least = right.application if caller.kind == "application" else right.delegated
    match verdict(right, caller, owners):
        case "held":
            return Finding("good", f"may {right.what}")
        case "unknown":
            roles = " or ".join(right.roles[:2])
            then = f"where it is refused: {roles}" if roles else ""
            return Finding("unknown", f"may {right.what}? The token does not say", then)
        case "missing":
            then = f"grant {least[0]}"
            if right.without:
                return Finding("unknown", f"may not {right.what}: {right.without} is unknown", then)
            mark: Mark = "bad" if is_needed else "warning"
            return Finding(mark, f"may not {right.what}", then)


def _secret_policy(manifest: Manifest, snapshot: Snapshot, now: datetime) -> Iterator[Finding]:
    secret = manifest.application.secret
    if secret is None:
        return
    if not secret_limits(snapshot, now).is_known:
        text = "whether a policy forbids or shortens client secrets is not known"
        yield Finding("unknown", text, "grant the administrator Policy.Read.All")
        return
    said = [t for t in policy_remarks(manifest, snapshot, now) if "consent" not in t]
    yield from (Finding("warning", text) for text in said)
    if not said:
        life = days(secret.lifetime)
        yield Finding("good", f"client secrets may live as long as the manifest wants: {life}")


def _noticed(notice: Notice) -> Iterator[Finding]:
    match notice.kind:
        case "secret":
            is_due = notice.text.endswith("rotation is due")
            yield Finding("warning", notice.text, "provision rotate" if is_due else "")
        case "consent" | "certificate":
            yield Finding("warning", notice.text)
        case "service principal":
            yield Finding("bad", notice.text, "enable it: az ad sp update --id CLIENT_ID --set "
                          "accountEnabled=true")  # fmt: skip
        case "unknown":
            yield Finding("unknown", notice.text)
        case "kept" | "policy" | "advice":
            return
