"""One sandbox for all, a workplace for each test, and a canary over what is printed."""

from collections.abc import Iterator

import jwt
import pytest

from provision.sandbox.options import SandboxOptions
from provision.sandbox.process import running_sandbox
from tests.canary import Canary
from tests.e2e.levers import Levers
from tests.e2e.workplace import Ran, Workplace
from tests.fakes.key_vault import MemoryKeyVault, running_key_vault

VAULT_AUDIENCE = "https://vault.azure.net"


@pytest.fixture(scope="session")
def shared_levers(tmp_path_factory) -> Iterator[Levers]:
    """One sandbox without faults for all; use names of your own in it."""
    state = tmp_path_factory.mktemp("tenant")
    with running_sandbox(SandboxOptions(faults="none", state=state)) as running:
        yield Levers(running.ready_file, state)


@pytest.fixture(scope="session")
def slow_levers(tmp_path_factory) -> Iterator[Levers]:
    """A sandbox that takes its time, so that a run can be met in the middle."""
    state = tmp_path_factory.mktemp("slow-tenant")
    options = SandboxOptions(faults="none", state=state, latency_ms=40.0)
    with running_sandbox(options) as running:
        yield Levers(running.ready_file, state)


@pytest.fixture(scope="session")
def key_vault(tmp_path_factory) -> Iterator[MemoryKeyVault]:
    """One key vault for all, which wants a token of the sandbox for Key Vault; use own prefixes."""
    with running_key_vault(tmp_path_factory.mktemp("key-vault")) as vault:
        vault.accepts = is_for_key_vault
        yield vault


def is_for_key_vault(token: str) -> bool:
    """Tell whether an access token says that it is for Key Vault."""
    if token.count(".") != 2:
        return False
    return bool(jwt.decode(token, options={"verify_signature": False})["aud"] == VAULT_AUDIENCE)


@pytest.fixture
def levers(shared_levers: Levers) -> Iterator[Levers]:
    """What a test may turn; everything is put back after it."""
    yield shared_levers
    shared_levers.restore()


@pytest.fixture
def runs() -> list[Ran]:
    """Everything that the test has the program print."""
    return []


@pytest.fixture
def work(levers: Levers, tmp_path, monkeypatch, runs: list[Ran]) -> Workplace:
    """A machine with a manifest whose unique name no other test has."""
    return Workplace(tmp_path, levers, monkeypatch, runs)


@pytest.fixture
def slow(slow_levers: Levers, tmp_path, monkeypatch, runs: list[Ran]) -> Workplace:
    """A machine before the slow sandbox."""
    return Workplace(tmp_path, slow_levers, monkeypatch, runs)


@pytest.fixture(autouse=True)
def nothing_leaked(request: pytest.FixtureRequest, runs: list[Ran]) -> Iterator[None]:
    """Look for every secret of the tenants in everything that was printed."""
    yield
    used = [n for n in ("shared_levers", "slow_levers") if n in request.fixturenames]
    secrets = {k: v for n in used for k, v in request.getfixturevalue(n).secrets().items()}
    printed = {
        f"{stream} {number}": text.encode()
        for number, ran in enumerate(runs)
        for stream, text in (("stdout", "" if ran.shows_secrets else ran.out), ("stderr", ran.err))
    }
    assert Canary(secrets).leaks(printed) == []
