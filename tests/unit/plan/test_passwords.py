"""Which client secret serves, where no plan's table shows it."""

from dataclasses import replace
from datetime import timedelta

from provision.manifest.load import read_manifest
from provision.plan.changes import AddPassword
from provision.plan.custody import Custody
from provision.plan.password import PasswordPlan, dated_anew, password_request, plan_passwords
from provision.tenant.application import Application, Password, PasswordRequest
from tests.unit.plan.tenants import NOW, snapshot

MANIFEST = read_manifest("tenant: contoso.com\napplication: {uniqueName: aem-mail}\n", "m")


def secret(key_id: str, days: float, name: str | None = "aem-mail") -> Password:
    return Password(key_id, name, NOW - timedelta(days=1), NOW + timedelta(days=days))


def planned(*passwords: Password, held: str = "") -> PasswordPlan:
    found: Application | None = snapshot({"application": {}}).application
    assert found
    having = replace(found, passwords=frozenset(passwords))
    return plan_passwords(MANIFEST, having, Custody(frozenset(held.split())), NOW)


def test_a_secret_that_is_held_here_serves_before_one_that_lives_longer() -> None:
    serving = planned(secret("longer", 100), secret("held", 50), held="held").serving
    assert serving == secret("held", 50)


def test_of_those_that_are_held_the_one_that_lives_longest_serves() -> None:
    serving = planned(secret("a", 100), secret("b", 50), held="a b").serving
    assert serving == secret("a", 100)


def test_of_those_that_nobody_holds_the_one_that_lives_longest_serves() -> None:
    assert planned(secret("a", 100), secret("b", 50)).serving == secret("a", 100)


def test_a_secret_of_another_name_or_one_that_ends_now_does_not_serve() -> None:
    plan = planned(secret("other", 100, "laptop"), secret("nameless", 100, None), secret("ends", 0))
    assert plan.serving is None
    assert [type(change) for change in plan.changes] == [AddPassword]


def test_why_a_secret_is_made_names_the_last_one_that_expired() -> None:
    (change,) = planned(secret("older", -9), secret("newer", -2)).changes
    assert isinstance(change, AddPassword)
    assert change.reason == "the last one named 'aem-mail' expired on 2026-11-21"


def test_why_the_first_secret_is_made_names_it() -> None:
    (change,) = planned(secret("other", 9, "laptop")).changes
    assert isinstance(change, AddPassword)
    assert change.reason == "there is none named 'aem-mail'"


def test_a_request_begins_at_a_whole_second_and_lives_as_the_manifest_says() -> None:
    wanted = MANIFEST.application.secret
    assert wanted
    asked = password_request(wanted, NOW.replace(microsecond=7))
    assert asked == PasswordRequest("aem-mail", NOW, NOW + timedelta(days=180))


def test_a_request_that_is_dated_anew_lives_as_long_as_before() -> None:
    asked = PasswordRequest("aem-mail", NOW, NOW + timedelta(days=30))
    later = NOW + timedelta(hours=5)
    assert dated_anew(asked, later.replace(microsecond=9)) == PasswordRequest(
        "aem-mail", later, later + timedelta(days=30)
    )
