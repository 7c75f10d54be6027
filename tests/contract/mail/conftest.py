"""A sandbox with one registration and its people signed in, for all tests here."""

from collections.abc import Iterator

import pytest

from provision.sandbox.process import running_sandbox
from tests.contract.mail.harness import People
from tests.contract.oauth.harness import registered


@pytest.fixture(scope="session")
def people() -> Iterator[People]:
    with running_sandbox() as sandbox, registered(sandbox) as tenant:
        yield People(tenant)
