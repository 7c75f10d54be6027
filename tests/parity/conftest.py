"""One sandbox for all replays, and at the end how many answers agree."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from provision.sandbox.process import running_sandbox
from tests.contract.sandbox_graph.client import SandboxClient
from tests.parity.tally import Tally, told

ROLES = [
    "Application.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "User.Read.All",
    "Organization.Read.All",
]
LABELS = ("recordings", "golden cases")
_PROPERTY = "parity"

Tell = Callable[[str, Tally], None]


@pytest.fixture(scope="session")
def parity_client() -> Iterator[SandboxClient]:
    with running_sandbox() as sandbox:
        client = SandboxClient(sandbox.ready)
        yield client
        client.close()


@pytest.fixture
def client(parity_client: SandboxClient) -> Iterator[SandboxClient]:
    """The administrator's client of a sandbox in which every lever goes back after the test."""
    switches = parity_client.control("GET", "/switches").body
    parity_client.sign_in()
    yield parity_client
    parity_client.control("PATCH", "/switches", switches)
    parity_client.control("PUT", "/faults", {"use": "none"})
    give_roles(parity_client, ROLES)


def give_roles(client: SandboxClient, roles: list[str]) -> None:
    """Give the administrator's client permissions, and take a token that carries them."""
    client.control("POST", f"/applications/{client.ready.admin_client_id}/roles", {"roles": roles})
    client.sign_in()


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Note the outcome of a replay for the summary."""

    def note(label: str, tally: Tally) -> None:
        record_property(_PROPERTY, [label, *tally.numbers])

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many answers agree, are explained and were compared."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for label, *numbers in _told(terminalreporter):
        counts[label] = [sum(pair) for pair in zip(counts[label], numbers, strict=True)]
    if not counts:
        return
    terminalreporter.section("parity")
    for label in LABELS:
        line = told(*counts[label]) if label in counts else "not here, none replayed"
        terminalreporter.write_line(f"{label}: {line}")


def _told(terminalreporter: pytest.TerminalReporter) -> Iterator[Any]:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            yield from (value for name, value in report.user_properties if name == _PROPERTY)
