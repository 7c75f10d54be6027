"""App management policies as they bite: what a tenant allows of credentials, for whom."""

import re
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from provision.sandbox.context import Context
from provision.sandbox.directory import Directory, JsonObject
from provision.sandbox.graph.credential_shape import parse_instant
from provision.sandbox.graph.refusals import GraphRefusal

DEFAULT: Final = "default"
"""Under which the tenant's own policy is stored; the others are stored by id."""
SECTIONS: Final = ("applicationRestrictions", "servicePrincipalRestrictions", "restrictions")
DURATION: Final = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_DAYS: Final = {"years": 365.0, "months": 30.0, "days": 1.0, "hours": 1 / 24,
                "minutes": 1 / 1440, "seconds": 1 / 86400}  # fmt: skip


def check_passwords(context: Context, owner: JsonObject, requested: list[JsonObject]) -> None:
    """Return when the policy that applies lets these secrets be added.

    Raises:
        GraphRefusal: None may be added, or not with a text of the client's own.
    """
    if _restriction(context, owner, "passwordCredentials", "passwordAddition"):
        raise _type_refused(context, owner)
    is_custom = any(body.get("secretText") for body in requested)
    if is_custom and _restriction(context, owner, "passwordCredentials", "customPasswordAddition"):
        raise _type_refused(context, owner)


def check_password_lifetime(
    context: Context, owner: JsonObject, start_at: datetime, end_at: datetime
) -> None:
    """Return when a secret may live this long."""
    _check_lifetime(context, owner, "passwordCredentials", "passwordLifetime", end_at - start_at)


def check_key_lifetime(
    context: Context, owner: JsonObject, start_at: datetime, end_at: datetime
) -> None:
    """Return when a certificate may live this long."""
    _check_lifetime(context, owner, "keyCredentials", "asymmetricKeyLifetime", end_at - start_at)


def policy_of(directory: Directory, owner: JsonObject) -> JsonObject | None:
    """Return the policy that is made for one application or service principal."""
    return next((p for p in directory.policies.values() if owner["id"] in
                 p.get("_applies_to", ())), None)  # fmt: skip


def filled(rule: JsonObject) -> JsonObject:
    """Return a restriction with every member that Graph shows."""
    return {
        "restrictionType": rule["restrictionType"],
        "state": rule.get("state", "enabled"),
        "maxLifetime": rule.get("maxLifetime"),
        "restrictForAppsCreatedAfterDateTime": rule.get("restrictForAppsCreatedAfterDateTime"),
    }


def _policy_id(directory: Directory) -> str:
    return str(uuid5(NAMESPACE_URL, f"policy:{directory.tenant_id}"))


def tenant_policy(directory: Directory) -> JsonObject:
    """Return the tenant's policy: what was written to it, and what the switches say."""
    switches, written = directory.switches, directory.policies.get(DEFAULT, {})
    switched: list[JsonObject] = []
    if switches.passwords_forbidden:
        switched.append(filled({"restrictionType": "passwordAddition"}))
    if switches.password_lifetime_days is not None:
        longest = f"P{switches.password_lifetime_days}D"
        switched.append(filled({"restrictionType": "passwordLifetime", "maxLifetime": longest}))
    policy: JsonObject = {
        "id": _policy_id(directory),
        "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on "
        "applications and service principals.",
        "isEnabled": bool(switched),
    }
    policy |= {name: {"passwordCredentials": [], "keyCredentials": []} for name in SECTIONS[:2]}
    policy |= written
    if switched:
        section = policy[SECTIONS[0]]
        merged = section | {"passwordCredentials": [*section["passwordCredentials"], *switched]}
        policy |= {"isEnabled": True, SECTIONS[0]: merged}
    return policy


def _restriction(context: Context, owner: JsonObject, section: str, kind: str) -> JsonObject | None:
    policy = policy_of(context.directory, owner)
    is_application = "uniqueName" in owner
    found = policy or tenant_policy(context.directory)
    name = SECTIONS[2] if policy else SECTIONS[0 if is_application else 1]
    if not found["isEnabled"]:
        return None
    created_at = owner["_created_at"]
    rules: list[JsonObject] = (found[name] or {}).get(section, [])
    for rule in rules:
        after = rule["restrictForAppsCreatedAfterDateTime"]
        is_young = after is None or created_at > parse_instant(after).timestamp()
        if rule["restrictionType"] == kind and rule["state"] == "enabled" and is_young:
            return rule
    return None


def _check_lifetime(
    context: Context, owner: JsonObject, section: str, kind: str, lifetime: timedelta
) -> None:
    rule = _restriction(context, owner, section, kind)
    if rule is None or rule["maxLifetime"] is None or lifetime <= _span(rule["maxLifetime"]):
        return
    message = (
        "Credential lifetime exceeds the max value allowed as per assigned policy "
        f"'{_id_of(context, owner)}'."
    )
    detail = {"code": "InvalidKeyEndDate", "message": message, "target": "EndDate"}
    raise GraphRefusal(400, "CredentialInvalidLifetimeAsPerAppPolicy", message, (detail,))


def _type_refused(context: Context, owner: JsonObject) -> GraphRefusal:
    return GraphRefusal(
        400,
        "CredentialTypeNotAllowedAsPerAppPolicy",
        f"Credential type not allowed as per assigned policy '{_id_of(context, owner)}'.",
    )


def _id_of(context: Context, owner: JsonObject) -> str:
    policy = policy_of(context.directory, owner)
    return str(policy["id"]) if policy else _policy_id(context.directory)


def _span(text: str) -> timedelta:
    found = DURATION.fullmatch(text)
    parts = {} if found is None else found.groupdict()
    return timedelta(days=sum(int(parts.get(unit) or 0) * days for unit, days in _DAYS.items()))
