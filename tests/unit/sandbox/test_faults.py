"""The faults' dice without a server."""

from pathlib import Path

import pytest

from provision.errors import UsageError
from provision.sandbox.fault_rules import load_rules, parse_rules
from provision.sandbox.faults import Faults

STARTED_AT = 1000.0


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
        "rules": [{"fault": "unavailable", "chance": 1.0, "seen": 2, "struck": 1}],
    }


def test_the_built_in_rules_are_there() -> None:
    assert load_rules("none") == ()
    assert len(load_rules("default")) == 7


def test_a_fault_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text('{"version": 1, "rules": [{"fault": "throttled", "retryAfter": [0.1, 0.2]}]}')

    (rule,) = load_rules(str(path))
    assert rule.fault == "throttled"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "not a version 1 fault document"),
        ({"version": 2}, "not a version 1 fault document"),
        ({"version": 1, "rules": [{}]}, "fault"),
        ({"version": 1, "rules": [{"fault": "throttled", "often": 1}]}, "no member 'often'"),
        ({"version": 1, "rules": [{"fault": "hidden-object", "path": "/"}]}, "no member 'path'"),
    ],
)
def test_a_wrong_document_is_refused(document: object, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse_rules(document, "file")


def test_a_missing_fault_file_is_named() -> None:
    with pytest.raises(UsageError, match=r"/nowhere/faults\.json"):
        load_rules("/nowhere/faults.json")


def test_a_fault_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text("rules:")

    with pytest.raises(UsageError, match="not JSON"):
        load_rules(str(path))
