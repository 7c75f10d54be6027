"""Fault files: what is read, and how a mistake is named."""

from pathlib import Path

import pytest

from provision.errors import UsageError
from provision.sandbox.faults.document import document_schema, load_rules, parse_rules

RULE = {"fault": "throttled"}


def test_the_built_in_rules_are_there() -> None:
    assert load_rules("none") == ()
    assert len(load_rules("default")) >= 7


def test_a_fault_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text('{"version": 1, "rules": [{"fault": "throttled", "retryAfter": [0.1, 0.2]}]}')

    (rule,) = load_rules(str(path))
    assert rule.fault == "throttled"


def test_a_missing_fault_file_is_named() -> None:
    with pytest.raises(UsageError, match=r"/nowhere/faults\.json"):
        load_rules("/nowhere/faults.json")


@pytest.mark.parametrize("text", ["rules:", "[" * 100_000, '{"version": ' + "9" * 5000 + "}"])
def test_a_fault_file_that_is_not_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)

    with pytest.raises(UsageError, match="not JSON"):
        load_rules(str(path))


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "file: not a version 1 fault document"),
        ({"version": 2}, "file: not a version 1 fault document"),
        ({"version": True}, "file: not a version 1 fault document"),
        ({"version": 1, "rules": {}}, "file: `rules` is a list"),
        ({"version": 1, "rule": []}, "no member 'rule'; did you mean 'rules'?"),
    ],
)
def test_what_is_no_fault_document_is_refused(document: object, complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_rules(document, "file")
    assert complaint in refused.value.message


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ([], "is an object with `fault`"),
        ({}, "unknown fault None; known are"),
        ({"fault": "throtled"}, "unknown fault 'throtled'; did you mean 'throttled'?"),
        ({"fault": ["throttled"]}, "unknown fault ['throttled']"),
        ({**RULE, "chnace": 1}, "throttled has no member 'chnace'; did you mean 'chance'?"),
        ({"fault": "hidden-object", "path": "/"}, "hidden-object has no member 'path'"),
        ({**RULE, "chance": "often"}, '`chance` is a number from 0 to 1, not "often"'),
        ({**RULE, "chance": 1.1}, "`chance` is a number from 0 to 1, not 1.1"),
        ({**RULE, "chance": True}, "`chance` is a number from 0 to 1, not true"),
        ({**RULE, "chance": float("nan")}, "`chance` is a number from 0 to 1, not NaN"),
        ({**RULE, "retryAfter": float("inf")}, "`retryAfter` is a number from 0 to 1000000"),
        ({**RULE, "retryAfter": -1}, "`retryAfter` is a number from 0 to 1000000, not -1"),
        ({**RULE, "retryAfter": 10**400}, "`retryAfter` is a number from 0 to 1000000"),
        ({**RULE, "retryAfter": [2, 1]}, "runs from the smaller to the larger number, not [2, 1]"),
        ({**RULE, "retryAfter": [1]}, "`retryAfter` is one number, or a list of two"),
        ({**RULE, "times": 1.5}, "`times` is a whole number from 0 to 1000000, not 1.5"),
        ({**RULE, "skip": -1}, "`skip` is a whole number"),
        ({**RULE, "every": 0}, "`every` is a whole number from 1"),
        ({**RULE, "path": []}, "`path` is one value or a list of some, not []"),
        ({**RULE, "path": ""}, "`path` is a text"),
        ({**RULE, "method": "GTE"}, "did you mean 'GET'?"),
        ({**RULE, "wording": "rude"}, "`wording` is one of plain, identifier, documented"),
        ({**RULE, "after": "POST"}, "`after` is an object with `method` and `path`"),
        ({**RULE, "after": {"mehtod": "POST"}}, "after has no member 'mehtod'"),
        ({"fault": "hidden-object", "requests": [0.5, 1]}, "`requests` is a whole number"),
        ({"fault": "hidden-object", "requests": [3, 1]}, "`requests` runs from"),
        ({"fault": "hidden-object", "sticky": 1}, "`sticky` is true or false, not 1"),
        ({"fault": "concurrency", "status": 500}, "`status` is one of 409, 400, 503, not 500"),
        ({"fault": "foreign-write", "write": "adds-redirct"}, "did you mean 'adds-redirect'?"),
        ({"fault": "quota", "window": 0}, "`window` is a number above 0"),
        ({"fault": "mail-bye", "protocol": "nntp"}, "`protocol` is one of imap, pop, smtp"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(rule: object, complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_rules({"version": 1, "rules": [RULE, rule]}, "file")
    assert refused.value.message.startswith("file: rules[1]: ")
    assert complaint in refused.value.message


def test_the_schema_describes_every_rule_and_refers_to_what_it_defines() -> None:
    schema = document_schema()
    rules = schema["properties"]["rules"]["items"]["oneOf"]
    used = {
        member["$ref"].removeprefix("#/$defs/")
        for rule in rules
        for name, member in rule["properties"].items()
        if name != "fault"
    }

    assert {"throttled", "quota", "stale-object", "mail-bye"} <= {rule["title"] for rule in rules}
    assert used == set(schema["$defs"])
