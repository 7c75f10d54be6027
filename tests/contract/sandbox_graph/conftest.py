"""One sandbox for all tests of its Graph; the levers go back after each test."""

from collections.abc import Iterator

import pytest

from provision.sandbox.options import SandboxOptions
from provision.sandbox.process import RunningSandbox, running_sandbox
from tests.contract.sandbox_graph.client import SandboxClient

SEED = 8
ROLES = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Organization.Read.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
    "User.Read.All",
    "User.ReadWrite.All",
]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    # Lags fall by dice: with a seed of its own, every run throws the same.
    with running_sandbox(SandboxOptions(faults="none", seed=SEED)) as running:
        yield running


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[SandboxClient]:
    client = SandboxClient(sandbox.ready)
    switches = client.control("GET", "/switches").body
    client.sign_in()
    yield client
    client.control("PATCH", "/switches", switches)
    client.control("PUT", "/faults", {"use": "none"})
    client.control("POST", f"/applications/{sandbox.ready.admin_client_id}/roles", {"roles": ROLES})
    client.close()
