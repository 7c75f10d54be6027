"""Programs that nobody here wrote, against the sandbox: what each did is told at the end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from provision.sandbox.process import RunningSandbox, running_sandbox
from tests.contract.sandbox_graph.client import SandboxClient

Witness = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Deed:
    """What one client of one version did."""

    client: str
    version: str
    what: str


_DEEDS = pytest.StashKey[list[Deed]]()


@pytest.fixture(scope="module")
def own_sandbox() -> Iterator[RunningSandbox]:
    """A sandbox that no other file uses, with Microsoft's names in its certificate."""
    from provision.sandbox.options import SandboxOptions  # noqa: PLC0415  (only here)

    with running_sandbox(SandboxOptions(faults="none", microsoft_names=True)) as running:
        yield running


@pytest.fixture
def graph(own_sandbox: RunningSandbox) -> Iterator[SandboxClient]:
    """Graph as the administrator sees it: what a client left behind."""
    client = SandboxClient(own_sandbox.ready)
    client.sign_in()
    yield client
    client.close()


@pytest.fixture
def witness(request: pytest.FixtureRequest) -> Witness:
    """Note what a client did, once it has done it: client, version, deed."""
    deeds = request.config.stash.setdefault(_DEEDS, [])

    def note(client: str, version: str, what: str) -> None:
        deeds.append(Deed(client, version, what))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List each client with its version and what it did, and those that were not here."""
    deeds = terminalreporter.config.stash.get(_DEEDS, [])
    if not deeds:
        return
    terminalreporter.section("real clients")
    for client, version in dict.fromkeys((deed.client, deed.version) for deed in deeds):
        done = [deed.what for deed in deeds if (deed.client, deed.version) == (client, version)]
        terminalreporter.write_line(f"{client} {version}: {'; '.join(done)}")
