"""A sandbox whose tenant has one registration, ready for mailbox owners to sign in."""

from collections.abc import Iterator

import pytest

from provision.sandbox.process import running_sandbox
from tests.contract.oauth.harness import Registered, registered


@pytest.fixture(scope="session")
def tenant() -> Iterator[Registered]:
    with running_sandbox() as sandbox, registered(sandbox) as made:
        yield made


@pytest.fixture(autouse=True)
def _without_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "tenant" in request.fixturenames:
        request.getfixturevalue("tenant").control("PUT", "/faults", {"use": "none"})
