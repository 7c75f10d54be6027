"""A saved plan approves one plan, and tells what is different about every other."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from provision.manifest.load import read_manifest
from provision.plan.custody import Custody
from provision.plan.planner import Plan, make_plan
from provision.plan.saved_plan import Circumstances, differences, digest, has_expired, save_plan
from tests.unit.plan.tenants import NOW, snapshot

MANIFEST = read_manifest("tenant: contoso.com\napplication: {uniqueName: aem-mail}\n", "m")
AROUND = Circumstances("1.0", "global", MANIFEST.digest, consents_on_exchange=False)
EXISTING: dict[str, Any] = {"application": {"displayName": "old"}}
NOTHING = Custody(frozenset(), ())


def plan(raw: dict[str, Any], now: datetime = NOW) -> Plan:
    return make_plan(MANIFEST, snapshot(raw), NOTHING, now)


@pytest.mark.parametrize("raw", [{}, EXISTING])
def test_approves_the_same_plan_made_an_hour_later(raw):
    saved = save_plan(plan(raw), AROUND, NOW)

    assert differences(saved, plan(raw, NOW + timedelta(hours=1)), AROUND) == ()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("tool_version", "2.0", "made by provision 1.0, this is 2.0"),
        ("cloud", "usgov", "made in cloud global, this is usgov"),
        ("manifest_digest", "other", "the manifest says something else"),
        ("consents_on_exchange", True, "--exchange-consent was given only once"),
    ],
)
def test_tells_which_circumstance_is_another(name, value, told):
    saved = save_plan(plan({}), AROUND, NOW)

    assert differences(saved, plan({}), replace(AROUND, **{name: value})) == (told,)


def test_tells_that_somebody_was_at_the_tenant_although_the_changes_are_the_same():
    saved = save_plan(plan(EXISTING), AROUND, NOW)
    stranger = {"keyId": "k", "displayName": "other", "days": 9}

    found = differences(saved, plan(EXISTING | {"passwords": [stranger]}), AROUND)

    assert found == ("the tenant is not as it was read",)


def test_tells_that_the_changes_are_others():
    saved = save_plan(plan({}), AROUND, NOW)

    assert "the changes are others" in differences(saved, plan(EXISTING), AROUND)
    assert "the application is another one" in differences(saved, plan(EXISTING), AROUND)


@pytest.mark.parametrize(
    ("age", "expired"),
    [(timedelta(hours=24), False), (timedelta(hours=24, seconds=1), True),
     (timedelta(minutes=-4), False), (timedelta(minutes=-6), True)],
)  # fmt: skip
def test_holds_for_a_day_and_not_before_it_was_made(age, expired):
    saved = save_plan(plan({}), AROUND, NOW)

    assert has_expired(saved, NOW + age) is expired


def test_a_digest_does_not_depend_on_the_order_of_a_set():
    assert digest(frozenset("abcdef")) == digest(frozenset("fedcba"))
    assert digest(("a", "b")) != digest(("b", "a"))


def test_what_has_no_canonical_form_is_refused():
    with pytest.raises(TypeError, match="object"):
        digest(object())
