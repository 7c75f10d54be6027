"""Federated credentials as they are typed: in the manifest, and then in the tenant."""

import json

import pytest

from tests.e2e.workplace import Workplace

TRUSTS = """  secret: none
  manage: {manage}
  federatedCredentials:
    - {{name: main, github: contoso/mail, ownerId: 7, repositoryId: 8, branch: {branch}}}
"""


def declare(work: Workplace, manage: str = "full", branch: str = "main") -> None:
    work.write_manifest(application=TRUSTS.format(manage=manage, branch=branch))


def held(work: Workplace) -> dict[str, str]:
    object_id = work.levers.application(work.name)["id"]
    path = f"/applications/{object_id}/federatedIdentityCredentials"
    return {found["name"]: found["subject"] for found in work.levers.graph("GET", path)["value"]}


def add_by_hand(work: Workplace, name: str) -> None:
    object_id = work.levers.application(work.name)["id"]
    body = {"name": name, "issuer": "https://a.example", "subject": name, "audiences": ["x"]}
    path = f"/applications/{object_id}/federatedIdentityCredentials"
    work.levers.graph("POST", path, body)


@pytest.fixture
def applied(work: Workplace) -> Workplace:
    declare(work)
    work.done("apply", "--yes")
    return work


def test_an_application_without_a_secret_trusts_whom_the_manifest_names(applied):
    assert held(applied) == {"main": "repo:contoso@7/mail@8:ref:refs/heads/main"}
    assert applied.levers.application(applied.name)["passwordCredentials"] == []
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_a_changed_branch_is_written_and_told(applied):
    declare(applied, branch="release")

    plan = json.loads(applied.done("plan", "--output", "json").out)
    applied.done("apply", "--yes")

    assert [c["resource"] for c in plan["changes"]] == ["federatedIdentityCredential"]
    assert held(applied) == {"main": "repo:contoso@7/mail@8:ref:refs/heads/release"}


def test_one_that_nobody_names_is_removed_where_the_list_is_ours(applied):
    add_by_hand(applied, "stranger")

    applied.done("apply", "--yes")

    assert set(held(applied)) == {"main"}


def test_one_that_nobody_names_is_kept_where_the_list_is_partial(applied):
    declare(applied, manage="partial")
    add_by_hand(applied, "stranger")

    ran = applied.done("apply", "--yes")

    assert set(held(applied)) == {"main", "stranger"}
    assert "does not name: stranger" in ran.out + ran.err


def test_they_are_read_in_the_same_batch(applied):
    applied.levers.forget_requests()

    applied.done("plan")

    assert len(applied.levers.graph_requests()) == 1


def test_an_approved_plan_adds_them_and_no_others(work):
    declare(work)
    work.done("plan", "--out", "approved.plan")
    declare(work, branch="release")

    ran = work.run("apply", "approved.plan")

    assert ran.code == 1
    assert "the manifest says something else" in ran.err
