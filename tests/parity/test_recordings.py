"""The sandbox's Graph against recorded answers of Microsoft's own."""

import re
from pathlib import Path

import pytest

from tests.contract.sandbox_graph.client import SandboxClient
from tests.parity.conftest import Tell
from tests.parity.foldings import FOLDINGS
from tests.parity.formats import read_file
from tests.parity.golden import golden_cases, read_golden
from tests.parity.recording import Recording, sessions
from tests.parity.replay import replay
from tests.parity.tally import Tally, listed

RECORDINGS = Path(__file__).parents[3] / "shared" / "microsoft" / "recordings" / "graph-2024.jsonl"

# Needed by golden cases, and by azure-cli's recordings of owners.
OF_OTHERS = {
    "a wording that nobody has recorded",
    "a person's name in a refusal",
    "what a person is like",
}


needs_recordings = pytest.mark.skipif(
    not RECORDINGS.exists(),
    reason=f"{RECORDINGS} is not here: only the golden sessions are replayed",
)


def kind_of(recording: Recording) -> tuple[str, str, int]:
    """Return verb, path without keys and filtered property, and status."""
    path, _, query = recording.path.lower().partition("?")
    keyless = re.sub(r"\([^)]*\)|/(?:[0-9a-f-]{36}|[\w-]{43})(?=/|$)", "/*", path)
    filtered = re.search(r"\$filter=\w+", query)
    return recording.method, keyless + (filtered[0] if filtered else ""), recording.status


@needs_recordings
def test_golden_sessions_cover_every_kind_of_answer_that_was_recorded() -> None:
    golden = {kind_of(r) for path in golden_cases() for r in read_golden(path).session.recordings}

    assert {kind_of(recording) for recording in read_file(RECORDINGS)} - golden == set()


@needs_recordings
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
