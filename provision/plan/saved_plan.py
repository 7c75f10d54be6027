"""A plan that somebody approved: what it rests on, so that carrying it out can demand the same."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta

from provision.plan.planner import Plan
from provision.tenant.application import PasswordRequest
from provision.tenant.policies import UNKNOWN_POLICIES
from provision.tenant.port import Snapshot

LIFETIME = timedelta(hours=24)
"""How long an approval holds."""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a plan file says. It authorises these changes and instructs nobody: holds no secret."""

    made_at: datetime
    tool_version: str
    cloud: str
    """A `Cloud.name`."""
    tenant_id: str
    unique_name: str
    application_object_id: str | None
    """None when the application was to be created."""
    service_principal_object_id: str | None
    manifest_digest: str
    consents_on_exchange: bool
    """Whether consent on Exchange Online was asked for, too."""
    read_digest: str
    """Of everything that was read in the tenant."""
    changes_digest: str
    """Of the changes; a client secret counts by name and lifetime, not by its dates."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What does not stand in a plan and must be the same when it is carried out."""

    tool_version: str
    cloud: str
    manifest_digest: str
    consents_on_exchange: bool


def save_plan(plan: Plan, around: Circumstances, now: datetime) -> SavedPlan:
    """Return what approves exactly this plan."""
    application, principal = plan.snapshot.application, plan.snapshot.service_principal
    return SavedPlan(
        made_at=now.replace(microsecond=0),
        tool_version=around.tool_version,
        cloud=around.cloud,
        tenant_id=plan.tenant_id,
        unique_name=plan.unique_name,
        application_object_id=application.object_id if application else None,
        service_principal_object_id=principal.object_id if principal else None,
        manifest_digest=around.manifest_digest,
        consents_on_exchange=around.consents_on_exchange,
        read_digest=digest(_registered(plan.snapshot)),
        changes_digest=digest(plan.changes),
    )


def has_expired(saved: SavedPlan, now: datetime) -> bool:
    """Tell whether an approval is too old, or from the future."""
    return not timedelta(minutes=-5) <= now - saved.made_at <= LIFETIME


def differences(saved: SavedPlan, plan: Plan, around: Circumstances) -> tuple[str, ...]:
    """Return what is not as it was approved, a phrase each; empty when everything is."""
    present = save_plan(plan, around, saved.made_at)
    told = {
        "tool_version": f"made by provision {saved.tool_version}, this is {present.tool_version}",
        "cloud": f"made in cloud {saved.cloud}, this is {present.cloud}",
        "tenant_id": f"made for tenant {saved.tenant_id}, this is {present.tenant_id}",
        "unique_name": f"made for application {saved.unique_name}, this is {present.unique_name}",
        "application_object_id": "the application is another one",
        "service_principal_object_id": "the service principal is another one",
        "manifest_digest": "the manifest says something else",
        "consents_on_exchange": "--exchange-consent was given only once",
        "read_digest": "the tenant is not as it was read",
        "changes_digest": "the changes are others",
    }
    return tuple(
        text for name, text in told.items() if getattr(saved, name) != getattr(present, name)
    )


def digest(value: object) -> str:
    """Return a SHA-256, in hexadecimal, that depends on content alone: sets have no order."""
    text = json.dumps(_canonical(value), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _registered(snapshot: Snapshot) -> Snapshot:
    """Leave out what another administrator may not see: the changes tell what it led to."""
    return replace(snapshot, policies=UNKNOWN_POLICIES, unknown=snapshot.unknown - {"policies"})


def _canonical(value: object) -> object:  # noqa: PLR0911  (one return a case)
    match value:
        case PasswordRequest(display_name=name, start_at=start_at, end_at=end_at):
            return {"displayName": name, "lifetime": (end_at - start_at).total_seconds()}
        case frozenset():
            return sorted(map(_canonical, value), key=json.dumps)
        case tuple():
            return list(map(_canonical, value))
        case Mapping():
            return {str(name): _canonical(member) for name, member in value.items()}
        case datetime():
            return value.isoformat()
        case None | str() | int() | bool():
            return value
        case _ if is_dataclass(value) and not isinstance(value, type):
            members = {f.name: _canonical(getattr(value, f.name)) for f in fields(value)}
            return {"": type(value).__name__, **members}
        case _:
            raise TypeError(type(value).__name__)
