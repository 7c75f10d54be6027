"""What a tenant's policies say about applications, their secrets and consent."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SecretRule:
    """One restriction on client secrets that is in force (Graph `passwordCredentials`)."""

    kind: str
    """Graph `restrictionType`: `passwordAddition`, `passwordLifetime` and others."""
    longest: timedelta | None
    """Graph `maxLifetime`."""
    after: datetime | None
    """Applications created later are meant; None means all."""


@dataclass(frozen=True, slots=True)
class TenantPolicies:
    """The policies as far as they could be read; None is unknown."""

    for_all: tuple[SecretRule, ...] | None = None
    """Of the tenant's default app management policy; empty where it is switched off."""
    own: tuple[SecretRule, ...] | None = None
    """Of the policy made for this application; counts instead of the default."""
    has_own: bool = False
    """Whether there is one, restrictive or not."""
    user_consent: frozenset[str] | None = None
    """Graph `permissionGrantPoliciesAssigned` of the default user role."""
    users_may_register: bool | None = None
    """Graph `allowedToCreateApps`."""


UNKNOWN_POLICIES = TenantPolicies()
