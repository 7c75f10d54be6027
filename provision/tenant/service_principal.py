"""Service principals and the consent that hangs on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An application's presence in the tenant (Graph `servicePrincipal`)."""

    object_id: str
    client_id: str
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """An API whose permissions can be granted, with its delegated scopes."""

    object_id: str
    client_id: str
    scope_ids: Mapping[str, str]
    """Scope name to permission id; empty unless the read asked for names."""


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """Delegated consent that is wanted (Graph `oauth2PermissionGrant`)."""

    client_object_id: str
    """Object id of the client's service principal."""
    resource_object_id: str
    principal_object_id: str | None
    """None grants for every user of the tenant (`AllPrincipals`)."""
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grant:
    """Delegated consent as Graph returned it."""

    grant_id: str
    client_object_id: str
    resource_object_id: str
    consent_type: Literal["AllPrincipals", "Principal"]
    principal_object_id: str | None
    scopes: frozenset[str]
