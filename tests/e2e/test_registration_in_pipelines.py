"""The steps of the guides for GitHub Actions and Azure DevOps, with a file as the key vault."""

import json

import pytest

from tests.e2e.workplace import Visit, Workplace


@pytest.fixture
def pipeline(work: Workplace) -> Workplace:
    """A runner, which keeps nothing."""
    work.environment["PROVISION_VAULT"] = "none"
    work.write_manifest("handoff: [{to: json, path: kept.json}]\n")
    return work


def test_a_runner_without_a_vault_carries_out_what_was_approved_and_nothing_twice(pipeline):
    assert "+ create application" in pipeline.done("plan", "--output", "markdown").out
    pipeline.done("plan", "--out", "approved.json")

    pipeline.done("apply", "approved.json", "--yes")
    made = pipeline.levers.writes()

    pipeline.done("apply", "--yes")
    assert pipeline.levers.writes() == made
    assert pipeline.run("plan", "--detailed-exitcode").code == 0


def test_a_person_signs_in_elsewhere_with_the_secret_that_the_sink_keeps(pipeline):
    pipeline.done("apply", "--yes")
    person = pipeline.elsewhere("person")
    person.environment["PROVISION_VAULT"] = str(person.file("vault") / "vault.db")
    kept = json.loads(pipeline.file("kept.json").read_text())
    person.environment["PROVISION_CLIENT_SECRET"] = kept["clientSecret"]

    person.done("authorize", "--mailbox", "forms@contoso.com", visit=Visit())
    person.done("handoff")
    person.done("verify")

    assert json.loads(person.file("kept.json").read_text())["refreshToken"]
    assert pipeline.run("plan", "--detailed-exitcode").code == 0
