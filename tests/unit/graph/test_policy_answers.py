"""Graph's policies as values; what is not understood forbids nothing and allows nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from provision.graph.policy_answers import duration, policies
from provision.graph.wire import Answer
from provision.tenant.policies import UNKNOWN_POLICIES, SecretRule

GONE = Answer(404)


def default_policy(*rules: Mapping[str, object], enabled: bool = True) -> Answer:
    restrictions = {"passwordCredentials": list(rules), "keyCredentials": []}
    return Answer(200, {}, {"isEnabled": enabled, "applicationRestrictions": restrictions})


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("P90D", timedelta(days=90)),
        ("P1Y", timedelta(days=365)),
        ("P1M", timedelta(days=28)),
        ("P1DT12H", timedelta(hours=36)),
        ("P", None),
        ("ninety", None),
        (None, None),
    ],
)
def test_reads_durations_at_their_shortest(text: object, span: timedelta | None) -> None:
    assert duration(text) == span


def test_reads_the_restrictions_that_are_in_force() -> None:
    lifetime = {
        "restrictionType": "passwordLifetime",
        "state": "enabled",
        "maxLifetime": "P90D",
        "restrictForAppsCreatedAfterDateTime": "2026-01-01T00:00:00Z",
    }
    off = {"restrictionType": "passwordAddition", "state": "disabled"}
    start = datetime(2026, 1, 1, tzinfo=UTC)

    found = policies(default_policy(lifetime, off), GONE, GONE)

    assert found.for_all == (SecretRule("passwordLifetime", timedelta(days=90), start),)
    assert (found.own, found.user_consent) == (None, None)


def test_a_policy_that_is_switched_off_restricts_nothing() -> None:
    rule = {"restrictionType": "passwordAddition"}
    assert policies(default_policy(rule, enabled=False), GONE, GONE).for_all == ()


def test_a_policy_of_its_own_is_told_even_when_it_restricts_nothing() -> None:
    found = policies(GONE, Answer(200, {}, {"value": [{"isEnabled": False}]}), GONE)
    assert (found.has_own, found.own) == (True, ())


def test_what_users_may_do_is_read() -> None:
    role = {"permissionGrantPoliciesAssigned": ["a.b"], "allowedToCreateApps": False}
    found = policies(GONE, GONE, Answer(200, {}, {"defaultUserRolePermissions": role}))
    assert (found.user_consent, found.users_may_register) == (frozenset({"a.b"}), False)


def test_what_is_refused_is_unknown() -> None:
    assert policies(Answer(403), Answer(403), Answer(403)) == UNKNOWN_POLICIES
