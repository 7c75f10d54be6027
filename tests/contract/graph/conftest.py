"""The three ways to run the contract: on the sandbox, on a cassette, on a real tenant."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provision.clock import ManualClock, SystemClock
from provision.cloud import BUILT_IN, Cloud, load_cloud_file
from provision.graph.administrator_settings import AdministratorSettings
from provision.graph.read_requests import ReadRequests
from provision.sandbox.process import RunningSandbox
from provision.secret import Secret
from tests.contract.graph.backend import (
    ANY_PASSWORD,
    Backend,
    deleting,
    making_nameless,
    name_of,
    opened,
    some_user,
)
from tests.contract.scrubbing import ORIGIN, scrub_answer, scrub_request

CASSETTES = Path(__file__).parents[3] / "cassettes" / "graph"
TENANT = "contoso.onmicrosoft.com"
REPLAYED = replace(BUILT_IN["global"], name="cassette", authority=ORIGIN, graph=ORIGIN)
NOBODY = AdministratorSettings(TENANT, "00000000-0000-4000-8000-00000000cafe", Secret("scrubbed"))


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    return str(CASSETTES)


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    return str(request.node.originalname).removeprefix("test_")


@pytest.fixture
def vcr_config() -> dict[str, object]:
    return {
        "match_on": ["method", "path", "query"],
        "before_record_request": scrub_request,
        "before_record_response": scrub_answer,
        "decode_compressed_response": True,
    }


@pytest.fixture
def sandbox_cloud(sandbox: RunningSandbox) -> Cloud:
    return load_cloud_file(sandbox.ready_file)


@pytest.fixture
def sandbox_administrator(sandbox: RunningSandbox) -> AdministratorSettings:
    ready = sandbox.ready
    return AdministratorSettings(TENANT, ready.admin_client_id, ready.admin_client_secret)


@pytest.fixture
def on_sandbox(
    request: pytest.FixtureRequest,
    sandbox_cloud: Cloud,
    sandbox_administrator: AdministratorSettings,
) -> Iterator[Backend]:
    session, tenant = opened(sandbox_cloud, sandbox_administrator, SystemClock())
    name = f"{name_of(request.node.originalname)[:59]}-live"
    yield Backend(tenant, name, deleting(session), making_nameless(session))
    tenant.close()


@pytest.fixture
def on_cassette(request: pytest.FixtureRequest, record_mode: str) -> Iterator[Backend]:
    cloud, settings = REPLAYED, NOBODY
    clock: SystemClock | ManualClock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    if record_mode != "none":
        cloud = request.getfixturevalue("sandbox_cloud")
        settings = request.getfixturevalue("sandbox_administrator")
        clock = SystemClock()
    session, tenant = opened(cloud, settings, clock)
    name = name_of(request.node.originalname)
    yield Backend(tenant, name, deleting(session), making_nameless(session))
    tenant.close()


@pytest.fixture
def on_tenant(request: pytest.FixtureRequest, live_tenant: str) -> Iterator[Backend]:
    """Leaves nothing behind but deleted applications, which Microsoft purges after 30 days."""
    clock = SystemClock()
    session, tenant = opened(BUILT_IN["global"], AdministratorSettings(live_tenant), clock)
    name = f"{name_of(request.node.originalname)[:55]}-{secrets.token_hex(4)}"
    now = clock.now().replace(microsecond=0)
    password = replace(ANY_PASSWORD, start_at=now, end_at=now + timedelta(days=2))
    nameless: list[str] = []

    def make_nameless(display_name: str) -> str:
        nameless.append(making_nameless(session)(display_name))
        return nameless[-1]

    user = some_user(session)
    yield Backend(tenant, name, deleting(session), make_nameless, password, user)
    left = session.send(ReadRequests(session.graph).application(name))
    if left.is_success and isinstance(left.body, dict):
        nameless.append(left.body["id"])
    for object_id in set(nameless):
        deleting(session)(object_id)
    tenant.close()


@pytest.fixture(
    params=[
        pytest.param("on_sandbox", id="sandbox"),
        pytest.param("on_cassette", id="cassette", marks=pytest.mark.vcr),
        pytest.param("on_tenant", id="live", marks=pytest.mark.live),
    ]
)
def backend(request: pytest.FixtureRequest) -> Backend:
    found: Backend = request.getfixturevalue(request.param)
    return found
