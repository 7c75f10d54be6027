"""The sandbox's Graph against recorded answers of Microsoft's own."""

from pathlib import Path

import pytest

from tests.contract.sandbox_graph.client import SandboxClient
from tests.parity.conftest import Tell
from tests.parity.foldings import FOLDINGS
from tests.parity.formats import read_file
from tests.parity.recording import sessions
from tests.parity.replay import replay
from tests.parity.tally import Tally, listed

RECORDINGS = Path(__file__).parents[3] / "shared" / "microsoft" / "recordings" / "graph-2024.jsonl"

# Needed by golden cases, and by azure-cli's recordings of owners.
OF_OTHERS = {
    "a wording that nobody has recorded",
    "a person's name in a refusal",
    "what a person is like",
}


@pytest.mark.skipif(
    not RECORDINGS.exists(),
    reason="../shared is not here: only the golden cases are replayed",
)
def test_every_recorded_request_gets_the_recorded_answer(client: SandboxClient, tell: Tell) -> None:
    tally = Tally(listed())
    for session in sessions(read_file(RECORDINGS)):
        tally.add(session, replay(client, session))
    tell("recordings", tally)

    assert tally.differing == []
    assert tally.total == 234
    # What docs/sandbox/parity.md lists still differs, and each folding is still needed.
    assert tally.explained == listed()
    assert set(tally.folded) == {row.name for row in FOLDINGS} - OF_OTHERS
