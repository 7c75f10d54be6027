"""A plan as text for people and as JSON for programs."""

import sys
from typing import assert_never

from provision.cli import console
from provision.plan.changes import (
    AddCertificates,
    AddFederatedCredential,
    AddPassword,
    Change,
    CreateApplication,
    CreateGrant,
    CreateServicePrincipal,
    ExtendGrant,
    FieldChange,
    RemoveFederatedCredential,
    RemovePassword,
    Restore,
    UpdateApplication,
    UpdateFederatedCredential,
)
from provision.plan.difference import fields, title
from provision.plan.planner import Plan

FORMAT_VERSION = 1


def lines(plan: Plan) -> list[str]:
    """Return the plan as a person reads it, coloured for standard output."""
    text: list[str] = []
    for change in plan.changes:
        text.append(_painted(f"{sign(change)} {title(change)}", sign(change)))
        text.extend(_field_line(field) for field in fields(change))
    if plan.changes:
        text.append("")
    # Advice is for who is about to change something; a pipeline need not read it every day.
    shown = [n for n in plan.notices if plan.changes or n.kind != "advice"]
    text.extend(console.styled(f"{n.kind}: {n.text}", "dim", sys.stdout) for n in shown)
    if shown:
        text.append("")
    text.append(summary(plan))
    return text


def summary(plan: Plan) -> str:
    """Return the plan in one line."""
    if not plan.changes:
        return f"No changes: application {plan.unique_name} is as the manifest wants it."
    count = len(plan.changes)
    noun = "change" if count == 1 else "changes"
    return f"{count} {noun} to application {plan.unique_name} in tenant {plan.tenant_id}."


def as_json(plan: Plan) -> dict[str, object]:
    """Return the plan for programs; holds no secret."""
    return {
        "formatVersion": FORMAT_VERSION,
        "uniqueName": plan.unique_name,
        "tenantId": plan.tenant_id,
        "hasChanges": bool(plan.changes),
        "changes": [
            {
                "action": _action(change),
                "resource": _resource(change),
                "title": title(change),
                "fields": [
                    {"path": f.path, "before": f.before, "after": f.after} for f in fields(change)
                ],
            }
            for change in plan.changes
        ],
        "notices": [{"kind": n.kind, "text": n.text} for n in plan.notices],
        "consent": [
            {
                "resource": grant.resource,
                "principal": grant.principal,
                "declared": sorted(grant.declared),
                "granted": sorted(grant.granted),
                "missing": sorted(grant.missing),
                "undeclared": sorted(grant.undeclared),
            }
            for grant in plan.consent.grants
        ],
        "tokens": [
            {
                "mailbox": token.address,
                "inToken": sorted(token.in_token),
                "missing": sorted(token.missing),
                "at": token.at.isoformat(),
            }
            for token in plan.consent.tokens
        ],
    }


def _field_line(field: FieldChange) -> str:
    if field.before is None:
        return _painted(f"    + {field.path}: {field.after}", "+")
    if field.after is None:
        return _painted(f"    - {field.path}: {field.before}", "-")
    return _painted(f"    ~ {field.path}: {field.before} → {field.after}", "~")


def _painted(text: str, sign: str) -> str:
    return console.styled(text, {"+": "good", "-": "bad", "~": "warn"}[sign], sys.stdout)


def sign(change: Change) -> str:
    """Return `+`, `-` or `~`."""
    return {"create": "+", "restore": "+", "delete": "-", "update": "~"}[_action(change)]


def _action(change: Change) -> str:
    match change:
        case CreateApplication() | CreateServicePrincipal() | CreateGrant() | AddPassword():
            return "create"
        case AddFederatedCredential() | AddCertificates():
            return "create"
        case Restore():
            return "restore"
        case UpdateApplication() | ExtendGrant() | UpdateFederatedCredential():
            return "update"
        case RemovePassword() | RemoveFederatedCredential():
            return "delete"
        case _:
            assert_never(change)


def _resource(change: Change) -> str:
    match change:
        case CreateApplication() | UpdateApplication() | Restore(kind="application"):
            return "application"
        case CreateServicePrincipal() | Restore():
            return "servicePrincipal"
        case CreateGrant() | ExtendGrant():
            return "oauth2PermissionGrant"
        case AddPassword() | RemovePassword():
            return "passwordCredential"
        case AddFederatedCredential() | UpdateFederatedCredential() | RemoveFederatedCredential():
            return "federatedIdentityCredential"
        case AddCertificates():
            return "keyCredential"
        case _:
            assert_never(change)
