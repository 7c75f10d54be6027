"""The built-in catalogue of Microsoft Graph's delegated scopes."""

import json
from pathlib import Path

import pytest

from provision.manifest.permission_ids import (
    DEFAULT_PERMISSIONS,
    catalogue,
    closest,
    needs_lookup,
    scope_id,
    scope_name,
)
from tests.unit.manifest.reading import application, only_problem, problems_of

FACTS = Path(__file__).parents[4] / "shared" / "microsoft" / "data"
RECENT = FACTS / "graph-delegated-scopes-2026-08.json"


@pytest.mark.parametrize("name", DEFAULT_PERMISSIONS)
def test_knows_the_default_permissions_both_ways(name):
    found = scope_id(name)
    assert found is not None
    assert scope_name(found.upper()) == name


def test_knows_540_scopes_with_distinct_ids():
    assert len(catalogue()) == len(set(catalogue().values())) == 540


@pytest.mark.skipif(not RECENT.exists(), reason="needs the collected facts about Microsoft")
def test_agrees_with_a_newer_list():
    newer = json.loads(RECENT.read_text(encoding="utf-8"))["scopes"]
    assert {s["Value"]: s["Id"] for s in newer}.items() <= catalogue().items()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("IMAP.AccessUser.All", "IMAP.AccessAsUser.All"),
        ("imap.accessasuser.all", "IMAP.AccessAsUser.All"),
        ("IMAP.AccessAsUser", "IMAP.AccessAsUser.All"),
        ("POP3.AccessAsUser.All", "POP.AccessAsUser.All"),
        ("SMTP.Sned", "SMTP.Send"),
        ("Offline_Access", "offline_access"),
        ("offline-access", "offline_access"),
        ("User.Read.Al", "User.Read.All"),
        ("Mail.Send.All", "Mail.Send"),
    ],
)
def test_a_typo_is_understood(written, meant):
    assert closest(written) == meant
    assert only_problem(application(f"permissions: [{written}]")).suggestion == meant


@pytest.mark.parametrize("name", ["BrandNew.Read.Something", "Zebra.Ride"])
def test_a_strange_name_is_left_to_the_tenant(name):
    assert closest(name) is None
    assert needs_lookup(name)
    assert problems_of(application(f"permissions: [{name}]")) == ()


def test_a_known_name_has_no_better_one():
    assert closest("SMTP.Send") is None
    assert not needs_lookup("SMTP.Send")


@pytest.mark.parametrize(
    "written",
    [
        "https://outlook.office.com/SMTP.Send",
        "https://graph.microsoft.com/SMTP.Send",
        "258f6531-6087-4cc4-bb90-092c5fb3ed3f",
        "https://graph.microsoft.com/smtp.send/",
    ],
)
def test_a_permission_is_given_by_its_bare_name(written):
    assert only_problem(application(f"permissions: ['{written}']")).suggestion == "SMTP.Send"


@pytest.mark.parametrize("written", ["a b", "", "-x", "x" * 121])
def test_what_cannot_be_a_permission_is_refused(written):
    found = only_problem(application(f"permissions: ['{written}']"))
    assert found.path == "application.permissions[0]"
