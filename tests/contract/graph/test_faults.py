"""Throttling, outages and slow replication end in the same registration, and in no second one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.clock import ManualClock, SystemClock
from provision.cloud import load_cloud_file
from provision.errors import OutcomeUnknown
from provision.graph.administrator_settings import AdministratorSettings
from provision.graph.tenant import GraphTenant
from provision.sandbox.options import SandboxOptions
from provision.sandbox.process import running_sandbox
from provision.tenant.port import Hint, TenantQuery
from provision.tenant.service_principal import GrantRequest
from tests.contract.graph.backend import ANY_PASSWORD, Backend, opened
from tests.contract.graph.tenant_contract import settings_of

GRAPH = "/v1.0/*"
NAME = "survivor"
HARMLESS = [
    {"fault": "unavailable", "path": "*/oauth2/v2.0/token", "times": 1},
    {"fault": "unavailable", "method": "POST", "path": "/v1.0/$batch", "times": 1},
    {"fault": "throttled", "path": GRAPH, "chance": 0.4, "retryAfter": [0.1, 2.9]},
    {"fault": "concurrency", "method": "PATCH", "path": GRAPH, "times": 1},
    {"fault": "hidden-object", "requests": [1, 4]},
    {"fault": "msa-missing", "requests": [2, 3]},
]
LOST = [{"fault": "dropped", "method": "POST", "path": "/v1.0/serviceprincipals", "times": 1}]


@pytest.fixture
def tenant_with(tmp_path: Path) -> Iterator[object]:
    """Return how to open a tenant whose sandbox has these faults; its clock moves by itself."""
    opened_tenants: list[GraphTenant] = []
    sandboxes = []

    def open_with(rules: list[dict[str, object]]) -> GraphTenant:
        faults = tmp_path / "faults.json"
        faults.write_text(json.dumps({"version": 1, "rules": rules}), encoding="utf-8")
        context = running_sandbox(SandboxOptions(faults=str(faults), seed=7))
        ready = context.__enter__()
        sandboxes.append(context)
        secret = ready.ready.admin_client_secret
        settings = AdministratorSettings(ready.ready.tenant_id, ready.ready.admin_client_id, secret)
        clock = ManualClock(SystemClock().now())
        _, tenant = opened(load_cloud_file(ready.ready_file), settings, clock)
        opened_tenants.append(tenant)
        return tenant

    yield open_with
    for tenant in opened_tenants:
        tenant.close()
    for context in sandboxes:
        context.__exit__(None, None, None)


def desired(tenant: GraphTenant):
    backend = Backend(tenant, NAME, lambda _object_id: None, str)
    return settings_of(
        backend, sign_in_audience="AzureADandPersonalMicrosoftAccount", token_version=2
    )


def test_a_registration_survives_everything_that_may_be_repeated(tenant_with):
    tenant = tenant_with(HARMLESS)
    query = TenantQuery(NAME, f"{NAME} display")
    before = tenant.read(query)
    wanted = desired(tenant)

    made = tenant.create_application(NAME, wanted, ANY_PASSWORD)
    second = tenant.add_password(made.application.object_id, ANY_PASSWORD)
    tenant.remove_password(made.application.object_id, second.password.key_id)
    principal = tenant.create_service_principal(made.application.client_id)
    grant = tenant.create_grant(
        GrantRequest(
            principal.object_id, before.microsoft_graph.object_id, None, frozenset({"Mail.Read"})
        )
    )
    after = tenant.read(TenantQuery(NAME, "x", Hint(principal.client_id, principal.object_id)))

    assert after.application == made.application
    assert after.service_principal == principal
    assert after.grants == {grant}
    assert tenant.meter.read().requests == 7
    assert tenant.meter.read().retries > 0


def test_a_write_whose_answer_is_lost_is_not_repeated_and_not_forgotten(tenant_with):
    tenant = tenant_with(LOST)
    made = tenant.create_application(NAME, desired(tenant), None)

    with pytest.raises(OutcomeUnknown, match="creating the service principal"):
        tenant.create_service_principal(made.application.client_id)

    assert tenant.read(TenantQuery(NAME, "x")).service_principal is not None
    assert tenant.meter.read().retries == 0
