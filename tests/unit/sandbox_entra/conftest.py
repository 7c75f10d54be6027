"""A fresh tenant for each test."""

from collections.abc import Iterator

import pytest

from tests.contract.sandbox_entra.tenant import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()
