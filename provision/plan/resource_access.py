"""Permission names to Graph's ids and back."""

from collections.abc import Iterable, Mapping

from provision.errors import NotFound
from provision.manifest.permission_ids import closest, scope_id, scope_name
from provision.tenant.application import MICROSOFT_GRAPH, ResourceAccess


def resource_accesses(
    names: Iterable[str], tenant_scope_ids: Mapping[str, str]
) -> frozenset[ResourceAccess]:
    """Return the declarations for delegated Microsoft Graph permissions.

    Args:
        names: Permission names as the manifest spells them.
        tenant_scope_ids: The tenant's own list, for names that the built-in catalogue lacks.

    Raises:
        NotFound: Neither the catalogue nor the tenant knows a name.
    """
    return frozenset(
        ResourceAccess(MICROSOFT_GRAPH, _id_of(name, tenant_scope_ids), "Scope") for name in names
    )


def _id_of(name: str, tenant_scope_ids: Mapping[str, str]) -> str:
    found = scope_id(name) or tenant_scope_ids.get(name)
    if found is None:
        near = closest(name)
        raise NotFound(
            f"permission {name!r}: Microsoft Graph in this tenant has no delegated permission of "
            "that name",
            hint=f"did you mean {near}?" if near else "see `provision check` and the manifest",
        )
    return found


def described(access: ResourceAccess) -> str:
    """Return a permission as a person would name it: its name, or its ids when unknown."""
    name = scope_name(access.permission_id)
    if access.resource_client_id == MICROSOFT_GRAPH and access.kind == "Scope" and name:
        return name
    return f"{access.resource_client_id}/{access.permission_id}={access.kind}"
