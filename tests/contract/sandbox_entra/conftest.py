"""A fresh tenant in process for each test; one over TLS for all of them."""

from collections.abc import Iterator

import pytest

from provision.sandbox.process import running_sandbox
from tests.contract.sandbox_entra.registered import Registered, register
from tests.contract.sandbox_entra.tenant import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture(scope="package")
def registered() -> Iterator[Registered]:
    with running_sandbox() as running:
        yield register(running.ready)
