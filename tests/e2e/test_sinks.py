"""Hand-offs that are no files, as typed: who is asked beforehand, what is told, what mends it."""

import pytest

from tests.fakes.key_vault import Fault


@pytest.fixture
def vault(key_vault, work):
    """The key vault, named by the manifest; what a test turned is put back."""
    line = f"  - {{to: keyvault, vault: '{key_vault.origin}', prefix: {work.name}}}\n"
    work.write_manifest(f"handoff:\n{line}")
    work.use_vault(key_vault)
    yield key_vault
    key_vault.denied, key_vault.faults = set(), []


def test_a_vault_that_denies_writing_stops_apply_before_anything_is_made(work, levers, vault):
    vault.denied = {"set"}

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "Key Vault answered 403 Forbidden" in ran.err
    assert "Key Vault Secrets Officer" in ran.err
    assert levers.applications(work.name) == []


def test_a_vault_that_fails_after_the_mint_is_mended_by_the_next_apply(work, vault):
    vault.faults = [Fault("PUT", 500, "InternalServerError")] * 2

    ran = work.run("apply", "--yes")
    again = work.run("apply", "--yes")

    assert (ran.code, again.code) == (1, 0)
    assert "Key Vault answered 500 InternalServerError" in ran.err
    assert vault.latest(f"{work.name}-client-secret")["tags"]["uniqueName"] == work.name


def test_a_step_of_github_actions_gets_its_values_and_a_masked_log(work):
    work.environment["GITHUB_OUTPUT"] = str(work.file("step"))
    work.file("step").touch()
    work.signed_in()

    ran = work.run("handoff", "--to", "github-actions", "--output", "json", shows_secrets=True)

    assert ran.code == 0
    assert {line.partition("::add-mask::")[0] for line in ran.out.splitlines()} == {""}
    assert len(ran.out.splitlines()) == 2
    assert '"handedOver"' in ran.err
    assert "MAIL_OAUTH_REFRESH_TOKEN<<" in work.file("step").read_text()


def test_a_manifest_that_nobody_reviewed_runs_nothing(work):
    work.write_manifest("handoff:\n  - {to: command, command: [touch, ran]}\n")

    planned, applied = work.run("plan"), work.run("apply", "--yes")

    assert (planned.code, applied.code) == (0, 1)
    assert "nobody but the manifest says so" in applied.err
    assert not work.file("ran").exists()


def test_check_names_every_kind_there_is(work):
    work.write_manifest("handoff:\n  - {to: kubernets, path: x, name: y}\n")

    ran = work.run("check")

    assert ran.code == 64
    assert "did you mean kubernetes?" in ran.err
