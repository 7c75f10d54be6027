"""The faults' dice without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.sandbox.faults.decisions import Faults
from provision.sandbox.faults.document import parse_rule, parse_rules

STARTED_AT = 1000.0
PATHS = ("/v1.0/applications", "/v1.0/organization", "/common/oauth2/v2.0/token")
Requests = list[tuple[str, str]]
chances = st.floats(0, 1)
requests = st.lists(st.tuples(st.sampled_from(("GET", "POST")), st.sampled_from(PATHS)))


def faults(*rules: dict[str, object], seed: int = 7) -> Faults:
    """Return dice with these rules."""
    return Faults(parse_rules({"version": 1, "rules": list(rules)}, "test"), seed, STARTED_AT)


def test_what_is_older_than_the_sandbox_is_never_hidden() -> None:
    assert not faults({"fault": "hidden-object"}).is_hidden("graph", "key", STARTED_AT - 1)


def test_each_reader_counts_for_itself() -> None:
    dice = faults({"fault": "refused-secret", "requests": [1, 1]})

    seen = [dice.is_hidden("sts-secret", "key", STARTED_AT) for _ in range(3)]
    assert seen == [True, False, False]
    assert not dice.is_hidden("graph", "key", STARTED_AT)


def test_each_object_counts_for_itself() -> None:
    dice = faults({"fault": "hidden-object", "requests": [1, 1]})

    assert [dice.is_hidden("graph", key, STARTED_AT) for key in ("a", "b", "a")] == [
        True,
        True,
        False,
    ]


def test_a_rule_may_strike_only_some_objects() -> None:
    dice = faults({"fault": "hidden-object", "requests": [1, 1], "skip": 1, "times": 1})

    assert [dice.is_hidden("graph", key, STARTED_AT) for key in ("a", "b", "c")] == [
        False,
        True,
        False,
    ]


def test_paths_are_patterns_without_case() -> None:
    dice = faults({"fault": "unavailable", "path": "/v1.0/servicePrincipals*"})

    assert dice.next_http_fault("GET", "/v1.0/serviceprincipals/1") is not None
    assert dice.next_http_fault("GET", "/v1.0/applications") is None


def test_a_part_of_a_batch_is_never_dropped() -> None:
    dice = faults({"fault": "dropped"})

    assert dice.next_http_fault("POST", "/v1.0/applications", in_batch=True) is None


def test_the_control_url_and_pages_are_spared_by_default() -> None:
    dice = faults({"fault": "unavailable"})

    assert dice.next_http_fault("GET", "/common/oauth2/v2.0/authorize") is None
    assert dice.next_http_fault("POST", "/common/oauth2/v2.0/token") is not None


def test_the_description_counts() -> None:
    dice = faults({"fault": "unavailable", "times": 1})
    dice.next_http_fault("GET", "/v1.0/me")
    dice.next_http_fault("GET", "/v1.0/me")

    assert dice.described() == {
        "seed": 7,
        "rules": [{"fault": "unavailable", "chance": 1.0, "times": 1, "seen": 2, "struck": 1}],
    }


def struck(dice: Faults, asked: Requests) -> list[str | None]:
    """Return what went wrong with each request."""
    faults = [dice.next_http_fault(method, path) for method, path in asked]
    return [None if fault is None else fault.name for fault in faults]


def places(outcomes: list[str | None], name: str) -> set[int]:
    return {index for index, outcome in enumerate(outcomes) if outcome == name}


def test_every_third_request_is_struck() -> None:
    dice = faults({"fault": "unavailable", "every": 3, "skip": 1})

    assert places(struck(dice, [("GET", PATHS[0])] * 8), "unavailable") == {3, 6}


def test_a_rule_waits_for_the_request_it_begins_after() -> None:
    dice = faults({"fault": "unavailable", "after": {"method": "POST", "path": "*/applications"}})
    asked = [("GET", PATHS[0]), ("POST", PATHS[1]), ("POST", PATHS[0]), ("GET", PATHS[0])]

    assert places(struck(dice, asked), "unavailable") == {3}


def test_a_rule_may_be_about_one_client() -> None:
    dice = faults({"fault": "unavailable", "clientId": "ABC"})

    assert dice.names_callers
    assert dice.next_http_fault("GET", PATHS[0], client_id="other") is None
    assert dice.next_http_fault("GET", PATHS[0], client_id="abc") is not None


def test_amounts_lie_between_their_ends() -> None:
    dice = faults({"fault": "throttled", "retryAfter": [0.5, 2.5]})
    found = [dice.next_http_fault("GET", PATHS[0]) for _ in range(20)]

    waits = {fault.retry_after for fault in found if fault and fault.retry_after is not None}
    assert len(waits) > 10
    assert all(0.5 <= wait <= 2.5 for wait in waits)


def test_an_added_rule_leaves_counts_and_dice_alone() -> None:
    rule = {"fault": "throttled", "chance": 0.5}
    alone, joined = faults(rule), faults(rule)
    asked = [("GET", PATHS[0])] * 10
    before = struck(alone, asked), struck(joined, asked)
    joined.add(parse_rule({"fault": "unavailable", "path": "*/organization"}, "rule"))

    assert before[0] == before[1]
    assert struck(alone, asked) == struck(joined, asked)
    assert [rule["seen"] for rule in joined.described()["rules"]] == [20, 0]


@given(chances, chances, requests, st.integers(0, 2**31))
def test_seed_rules_and_requests_decide_everything(
    first: float, second: float, asked: Requests, seed: int
) -> None:
    rules = [{"fault": "throttled", "chance": first}, {"fault": "dropped", "chance": second}]
    once, again = faults(*rules, seed=seed), faults(*rules, seed=seed)

    outcomes = struck(once, asked)
    once.replace(parse_rules({"version": 1, "rules": rules}, "test"))
    assert outcomes == struck(again, asked) == struck(once, asked)


@given(chances, chances, requests, st.integers(0, 2**31))
def test_one_rules_dice_do_not_disturb_anothers(
    first: float, second: float, asked: Requests, seed: int
) -> None:
    disturbing = {"fault": "throttled", "chance": first, "path": PATHS[0]}
    watched = {"fault": "dropped", "chance": second}

    alone = places(struck(faults(watched, seed=seed), asked), "dropped")
    together = struck(faults(disturbing, watched, seed=seed), asked)
    assert places(together, "dropped") == alone - places(together, "throttled")


@given(st.lists(st.sampled_from("abc"), max_size=40), st.integers(0, 2**31))
def test_lag_depends_on_nothing_but_the_requests(keys: list[str], seed: int) -> None:
    rule = {"fault": "hidden-object", "requests": [0, 3], "replicas": 3, "chance": 0.7}
    noise = {"fault": "throttled", "chance": 0.5}

    def seen(dice: Faults) -> list[bool]:
        found = []
        for key in keys:
            dice.next_http_fault("GET", PATHS[0])
            found.append(dice.is_hidden("graph", key, STARTED_AT))
        return found

    assert seen(faults(rule, seed=seed)) == seen(faults(noise, rule, seed=seed))


def test_a_success_may_be_followed_by_ignorance_on_another_replica() -> None:
    dice = faults({"fault": "hidden-object", "requests": [0, 3], "replicas": 3})
    seen = "".join("-+"[not dice.is_hidden("graph", "key", STARTED_AT)] for _ in range(20))

    assert "+-" in seen
    assert seen.endswith("+++")


@pytest.mark.parametrize("sticky", [True, False])
def test_one_connection_may_stay_with_its_replica(sticky: bool) -> None:
    dice = faults({"fault": "hidden-object", "requests": 50, "replicas": 50, "sticky": sticky})

    def is_hidden() -> bool:
        dice.land("connection")
        return dice.is_hidden("graph", "key", STARTED_AT)

    seen = [is_hidden() for _ in range(60)]
    assert (False in seen) is sticky


def test_one_request_asks_one_replica_once() -> None:
    dice = faults({"fault": "hidden-object", "requests": [1, 1]})
    dice.land("connection")
    twice = [dice.is_hidden("graph", "key", STARTED_AT) for _ in range(2)]
    dice.land()

    assert (twice, dice.is_hidden("graph", "key", STARTED_AT)) == ([True, True], False)


def test_mail_faults_are_drawn_by_protocol() -> None:
    dice = faults({"fault": "mail-slow-greeting", "protocol": "pop", "seconds": 2})

    assert dice.next_mail_fault("imap") is None
    fault = dice.next_mail_fault("pop")
    assert fault is not None
    assert (fault.name, fault.seconds) == ("mail-slow-greeting", 2.0)
