"""Some cases of `make chaos`: every command and every trouble at least once."""

import pytest

from tests.chaos.driving import problems_of
from tests.chaos.scenarios import SCENARIOS
from tests.chaos.troubles import TROUBLES, Sent

SCENARIO = {scenario.name: scenario for scenario in SCENARIOS}
TROUBLE = {trouble.name: trouble for trouble in TROUBLES}
CASES = [
    ("apply (new)", "POST", "/v1.0/applications", "killed after"),
    ("apply (changed)", "POST", "/v1.0/applications/*/addPassword", "other host"),
    ("apply (trusting)", "PATCH", "/v1.0/applications/*", "lag"),
    ("apply (restored)", "POST", "/v1.0/directory/deletedItems/*/restore", "lag"),
    ("adopt", "PATCH", "/v1.0/applications/*", "answer lost"),
    ("rotate (due)", "POST", "/v1.0/applications/*/addPassword", "answer lost"),
    ("rotate (due)", "POST", "/*/oauth2/v2.0/token", "503"),
    ("rotate (retire)", "POST", "/v1.0/applications/*/removePassword", "killed before"),
    ("refresh", "POST", "/*/oauth2/v2.0/token", "killed after"),
    ("destroy", "DELETE", "/v1.0/applications/*", "429"),
    ("destroy (purge)", "POST", "/v1.0/$batch", "writer"),
]


@pytest.mark.parametrize(("command", "method", "path", "trouble"), CASES)
def test_the_next_run_converges_and_the_secret_that_is_kept_works(
    levers, command, method, path, trouble
):
    sent = Sent(0, method, path)

    assert problems_of(SCENARIO[command], sent, TROUBLE[trouble], levers) == []


def test_every_command_and_every_trouble_is_among_the_cases():
    assert {case[0] for case in CASES} == set(SCENARIO)
    assert {case[3] for case in CASES} == set(TROUBLE)
