"""Graph's policies → the values of `provision.tenant`; pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from provision.graph.answers import instant, items
from provision.graph.wire import Answer
from provision.tenant.policies import SecretRule, TenantPolicies

_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_DAYS = {"years": 365.0, "months": 28.0, "days": 1.0, "hours": 1 / 24, "minutes": 1 / 1440,
         "seconds": 1 / 86400}  # fmt: skip
"""The shortest that each may be: what is asked for must be allowed in any reading."""


def policies(default: Answer, own: Answer, authorization: Answer) -> TenantPolicies:
    """Return what the three answers say; one that is no success leaves its part unknown.

    Source:
        https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy
        https://learn.microsoft.com/graph/api/resources/authorizationpolicy
    """
    made_for_it = items(own.body) if own.is_success else []
    role = _object(_object(authorization.body).get("defaultUserRolePermissions"))
    consent = role.get("permissionGrantPoliciesAssigned")
    may_register = role.get("allowedToCreateApps")
    is_known = authorization.is_success
    return TenantPolicies(
        for_all=tuple(_rules(default.body, "applicationRestrictions"))
        if default.is_success
        else None,
        own=tuple(rule for policy in made_for_it for rule in _rules(policy, "restrictions"))
        if own.is_success
        else None,
        has_own=bool(made_for_it),
        user_consent=frozenset(map(str, consent))
        if is_known and isinstance(consent, list)
        else None,
        users_may_register=may_register if isinstance(may_register, bool) else None,
    )


def duration(text: object) -> timedelta | None:
    """Return an ISO 8601 duration, at its shortest; None for anything else."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None or not any(found.groups()):
        return None
    parts = found.groupdict()
    return timedelta(days=sum(int(parts[unit] or 0) * days for unit, days in _DAYS.items()))


def _rules(policy: object, section: str) -> Iterator[SecretRule]:
    raw = _object(policy)
    if raw.get("isEnabled") is not True:
        return
    rules = _object(raw.get(section)).get("passwordCredentials")
    for rule in map(_object, rules if isinstance(rules, list) else []):
        if rule.get("state", "enabled") == "enabled":
            yield SecretRule(
                kind=str(rule.get("restrictionType")),
                longest=duration(rule.get("maxLifetime")),
                after=_after(rule.get("restrictForAppsCreatedAfterDateTime")),
            )


def _after(raw: object) -> datetime | None:
    return instant(raw) if raw else None


def _object(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, dict) else {}
