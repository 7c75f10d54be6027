"""What a tenant in memory finds in its content."""

from datetime import UTC, datetime

from provision.tenant.application import Application, DeletedApplication, Namesake
from provision.tenant.federated_credential import FederatedCredential
from provision.tenant.port import TenantQuery
from provision.tenant.service_principal import Grant
from tests.fakes.levers import Content

DELETED_AT = datetime(2026, 11, 20, tzinfo=UTC)


def in_bin_of(shown: Content, unique_name: str) -> DeletedApplication | None:
    found = next((a for a in shown.bin.values() if a.unique_name == unique_name), None)
    return None if found is None else DeletedApplication(found, DELETED_AT)


def federated_of(
    shown: Content, application: Application | None, query: TenantQuery
) -> frozenset[FederatedCredential] | None:
    if not query.wants_federated:
        return None
    live = shown.applications.values()
    adoptee = next((a for a in live if a.client_id == query.adoptee_client_id), application)
    return shown.federated.get("" if adoptee is None else adoptee.object_id, frozenset())


def in_seconds(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)


def same_parties(one: Grant, other: Grant) -> bool:
    def parties(g: Grant) -> tuple[str, str, str | None]:
        return g.client_object_id, g.resource_object_id, g.principal_object_id

    return parties(one) == parties(other)


def namesakes_of(live: list[Application], query: TenantQuery) -> tuple[Namesake, ...]:
    found = [
        Namesake(a.object_id, a.client_id, a.unique_name, a.settings.display_name)
        for a in live
        if a.settings.display_name == query.display_name and a.unique_name != query.unique_name
    ]
    return tuple(sorted(found, key=lambda n: n.object_id))
