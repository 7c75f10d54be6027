"""The doctor, as typed."""

import json

from tests.e2e.levers import ROLES


def test_says_that_all_is_well(work, levers):
    levers.administrator_may(*ROLES)
    work.applied()

    ran = work.done("doctor")

    assert ran.out.startswith("administrator\n  ✓ tenant ")
    assert f"✓ application {work.name} is as the manifest wants it" in ran.out
    assert "holds what no command needs: Organization.Read.All\n" in ran.out
    assert ran.out.endswith("→ take these permissions from the application\n")


def test_says_what_is_missing_and_what_to_do_first(work, levers):
    levers.administrator_may("Application.ReadWrite.All", "Directory.Read.All", "Policy.Read.All")

    ran = work.run("doctor")

    assert ran.code == 1
    assert "  ✗ may not grant consent\n" in ran.out
    assert ran.out.endswith(
        "First: may not grant consent\n  → grant DelegatedPermissionGrant.ReadWrite.All\n"
    )
    assert levers.applications(work.name) == []


def test_a_403_on_an_optional_read_is_unknown(work, levers):
    levers.administrator_may("Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All")
    work.applied()

    ran = work.done("doctor", "--output", "json")

    found = json.loads(ran.out)
    policies = next(s["findings"] for s in found["sections"] if s["name"] == "policies")
    assert found["ok"] is True
    assert [finding["mark"] for finding in policies] == ["unknown"] * 3


def test_a_refused_sign_in_is_the_diagnosis(work):
    work.environment["AZURE_CLIENT_SECRET"] = "not-the-secret-at-all"

    ran = work.run("doctor")

    assert ran.code == 1
    assert "Entra answered AADSTS7000215" in ran.out
    assert "First: " in ran.out
