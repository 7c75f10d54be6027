"""What any test may ask for: a running sandbox, and the real tenant that `--live` names."""

from collections.abc import Iterator

import pytest

from provision.sandbox.process import RunningSandbox, running_sandbox


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--live",
        metavar="TENANT",
        default="",
        help="also run the contract tests on this tenant, as whoever `az login` signed in",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--live"):
        config.option.block_network = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--live"):
        return
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason="needs --live TENANT"))


@pytest.fixture(scope="session")
def live_tenant(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--live"))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    """One sandbox without faults for all; use names of your own in it."""
    with running_sandbox() as running:
        yield running
