"""What any test may ask for: a running sandbox, and the real tenant that `--live` names."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from provision.sandbox.process import RunningSandbox, running_sandbox

# Examples of each property: few while somebody waits, many for `HYPOTHESIS_PROFILE=thorough`.
settings.register_profile("quick", max_examples=20, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))  # noqa: TID251  (how to test is no setting of the product)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--live",
        metavar="TENANT",
        default="",
        help="also run the contract tests on this tenant, as whoever `az login` signed in",
    )
    parser.addoption(
        "--installed",
        action="store_true",
        help="also run the programs that have to be installed (make parity)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--live"):
        config.option.block_network = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons = {
        "live": "" if config.getoption("--live") else "needs --live TENANT",
        "installed": "" if config.getoption("--installed") else "make parity runs it",
    }
    for item in items:
        for name, reason in reasons.items():
            if reason and item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """Keep what thousands of collected tests are made of out of every later collection."""
    gc.freeze()


@pytest.fixture(scope="session")
def live_tenant(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--live"))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    """One sandbox without faults for all; use names of your own in it."""
    with running_sandbox() as running:
        yield running
