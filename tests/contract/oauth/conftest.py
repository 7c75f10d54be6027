"""A sandbox with one registration for mailbox owners to sign in to, a cassette, or a tenant."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.cloud import BUILT_IN
from provision.graph.administrator_settings import AdministratorSettings
from provision.oauth.listener import Listener
from provision.sandbox.process import running_sandbox
from tests.contract.oauth.harness import Registered, registered
from tests.contract.oauth.login_host import (
    LoginHost,
    Owner,
    registered_in,
    replayed,
    signed_in,
)
from tests.contract.scrubbing import scrub_answer, scrub_login_request

CASSETTES = Path(__file__).parents[3] / "cassettes" / "entra"


@pytest.fixture(scope="session")
def tenant() -> Iterator[Registered]:
    with running_sandbox() as sandbox, registered(sandbox) as made:
        yield made


@pytest.fixture(autouse=True)
def _without_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "tenant" in request.fixturenames:
        request.getfixturevalue("tenant").control("PUT", "/faults", {"use": "none"})


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
        "before_record_request": scrub_login_request,
        "before_record_response": scrub_answer,
        "decode_compressed_response": True,
    }


@pytest.fixture(scope="session")
def on_sandbox(tenant: Registered) -> Owner:
    return signed_in(tenant)


@pytest.fixture(scope="session")
def on_cassette(request: pytest.FixtureRequest, record_mode: str) -> Iterator[Owner]:
    """For the session, so that what the owner did comes before any cassette opens."""
    if record_mode == "none":
        with replayed() as owner:
            yield owner
    else:
        yield signed_in(request.getfixturevalue("tenant"))


@pytest.fixture(scope="session")
def on_tenant(live_tenant: str) -> Iterator[LoginHost]:
    """Leaves nothing behind but a deleted application, which Microsoft purges after 30 days."""
    name = f"contract-login-host-{secrets.token_hex(4)}"
    with registered_in(BUILT_IN["global"], AdministratorSettings(live_tenant), name) as host:
        yield host


SANDBOX = pytest.param("on_sandbox", id="sandbox")
CASSETTE = pytest.param("on_cassette", id="cassette", marks=pytest.mark.vcr)
LIVE = pytest.param("on_tenant", id="live", marks=pytest.mark.live)


@pytest.fixture(params=[SANDBOX, CASSETTE])
def owner(request: pytest.FixtureRequest, on_cassette: Owner) -> Owner:
    found: Owner = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=[SANDBOX, CASSETTE, LIVE])
def host(request: pytest.FixtureRequest, on_cassette: Owner) -> LoginHost:
    found: Owner | LoginHost = request.getfixturevalue(request.param)
    return found.host if isinstance(found, Owner) else found


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as opened:
        opened.expect("good")
        yield opened


@pytest.fixture
def by_query() -> Iterator[Listener]:
    with Listener("query") as opened:
        opened.expect("good")
        yield opened
