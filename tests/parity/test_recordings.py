"""The sandbox's Graph against recorded answers of Microsoft's own."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from provision.sandbox.process import running_sandbox
from tests.contract.sandbox_graph.client import SandboxClient
from tests.parity.replay import Recording, Replay, recordings

RECORDINGS = Path(__file__).parents[3] / "shared" / "microsoft" / "recordings" / "graph-2024.jsonl"
# Both read a service principal of somebody else's application, which that tenant happened to have.
DIFFERENT = {("test_app_permission.yaml", 2), ("test_app_permission.yaml", 3)}


@pytest.fixture(scope="module")
def client() -> Iterator[SandboxClient]:
    with running_sandbox() as sandbox:
        client = SandboxClient(sandbox.ready)
        client.sign_in()
        yield client
        client.close()


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the shared recordings are not here")
def test_every_recorded_request_gets_the_recorded_answer(client: SandboxClient) -> None:
    recorded = list(recordings(RECORDINGS))
    differences = {
        (recording.source, recording.number): found
        for _, session in groupby(recorded, lambda recording: recording.source)
        for recording, found in _replayed(client, session)
        if found
    }

    assert len(recorded) == 234
    assert set(differences) == DIFFERENT, differences


def _replayed(
    client: SandboxClient, session: Iterator[Recording]
) -> Iterator[tuple[Recording, list[str]]]:
    replay = Replay(client)
    for recording in session:
        yield recording, replay.differences(recording)
