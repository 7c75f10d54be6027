"""Each folding forgives what it names, and a difference planted beside it is still seen."""

from datetime import date
from typing import Any

import pytest

from tests.contract.sandbox_graph.client import Reply
from tests.parity.foldings import FOLDINGS, MICROSOFT, Context
from tests.parity.recording import Recording
from tests.parity.replay import compared

A = "aaaaaaaa-0000-4000-8000-00000000000a"
B = "bbbbbbbb-0000-4000-8000-00000000000b"
C = "cccccccc-0000-4000-8000-00000000000c"
PRINCIPAL_2022: dict[str, Any] = {
    "id": A,
    "samlSingleSignOnSettings": None,
    "verifiedPublisher": {},
    "addIns": [],
}
PRINCIPAL_2024: dict[str, Any] = {
    "id": A,
    "samlSingleSignOnSettings": None,
    "addIns": [],
    "verifiedPublisher": {},
}


def left(
    expected: object, actual: object, context: Context | None = None
) -> tuple[list[str], set[str]]:
    """Return the differences that nothing forgives, and the foldings that were used."""
    recording = Recording("x", 0, "GET", "/v1.0/x", {}, None, 200, {}, expected)
    outcome = compared(recording, Reply(200, {}, actual), context or Context())
    return [difference.at for difference in outcome.differences], set(outcome.folded)


def of_2022() -> Context:
    return Context(made_on=date(2022, 5, 7))


def microsofts(**members: object) -> dict[str, Any]:
    return {"id": A, "appOwnerOrganizationId": MICROSOFT, **members}


FOLDED: tuple[tuple[str, object, object, date | None], ...] = (
    ("a new name", {"id": A}, {"id": B}, None),
    ("a new name", {"value": [{"appId": A}]}, {"value": [{"appId": B}]}, None),
    (
        "a name that was seen before",
        {"id": A, "web": {"homePageUrl": f"https://x/{A}"}},
        {"id": B, "web": {"homePageUrl": f"https://x/{B}"}},
        None,
    ),
    ("a secret", {"secretText": "replaced-by-recorder"}, {"secretText": "x~" * 10}, None),
    ("the hint of a secret", {"hint": "abc"}, {"hint": "xyz"}, None),
    ("the tenant's domain", {"publisherDomain": "a.example"}, {"publisherDomain": "b.test"}, None),
    (
        "a moment that the service chose",
        {"createdDateTime": "2022-05-07T06:52:43Z"},
        {"createdDateTime": "2026-03-02T08:15:30Z"},
        None,
    ),
    (
        "a moment that the service chose",
        {"error": {"innerError": {"date": "2022-05-07T06:52:43"}}},
        {"error": {"innerError": {"date": "2026-03-02T08:15:30"}}},
        None,
    ),
    (
        "a wording that nobody has recorded",
        {"error": {"code": "x", "message": "…"}},
        {"error": {"code": "x", "message": "No."}},
        None,
    ),
    (
        "a list of Microsoft's own",
        microsofts(appRoles=[{"value": "A"}, {"value": "B"}]),
        microsofts(appRoles=[{"value": "B"}]),
        None,
    ),
    (
        "the recorder's mark",
        microsofts(**{"@recording.truncated": True}),
        microsofts(),
        None,
    ),
    ("a member added since", {"tags": []}, {"tags": [], "uniqueName": None}, date(2022, 5, 7)),
    ("a member moved since", PRINCIPAL_2022, PRINCIPAL_2024, date(2022, 5, 7)),
    (
        "a default changed since",
        {"signInAudience": "AzureADandPersonalMicrosoftAccount"},
        {"signInAudience": "AzureADMyOrg"},
        date(2022, 5, 7),
    ),
)
SEEN: tuple[tuple[str, object, object, date | None, list[str]], ...] = (
    ("an id where none is made", {"templateName": A}, {"templateName": B}, None, ["templateName"]),
    ("an id that is none", {"id": A}, {"id": "x"}, None, ["id"]),
    ("an id that is null", {"id": A}, {"id": None}, None, ["id"]),
    ("two names for one", {"id": A, "appId": A}, {"id": B, "appId": C}, None, ["appId"]),
    ("one name for two", {"id": A, "appId": B}, {"id": C, "appId": C}, None, ["appId"]),
    (
        "an id of Microsoft's",
        {"appId": "00000003-0000-0000-c000-000000000000"},
        {"appId": A},
        None,
        ["appId"],
    ),
    (
        "other words around an id",
        {"error": {"message": f"No {A}."}},
        {"error": {"message": f"Not {A}."}},
        None,
        ["error.message"],
    ),
    ("a secret that is null", {"secretText": "r" * 20}, {"secretText": None}, None, ["secretText"]),
    ("a secret that is short", {"secretText": "r" * 20}, {"secretText": "s"}, None, ["secretText"]),
    ("a secret elsewhere", {"notes": "r" * 20}, {"notes": "s" * 20}, None, ["notes"]),
    ("a hint of another length", {"hint": "abc"}, {"hint": "wxyz"}, None, ["hint"]),
    (
        "another hint on the second read",
        {"passwordCredentials": [{"hint": "abc"}, {"hint": "abc"}]},
        {"passwordCredentials": [{"hint": "xyz"}, {"hint": "zzz"}]},
        None,
        ["passwordCredentials[1].hint"],
    ),
    (
        "no domain",
        {"publisherDomain": "a.example"},
        {"publisherDomain": ""},
        None,
        ["publisherDomain"],
    ),
    (
        "another precision",
        {"createdDateTime": "2022-05-07T06:52:43.5Z"},
        {"createdDateTime": "2026-03-02T08:15:30Z"},
        None,
        ["createdDateTime"],
    ),
    (
        "another zone",
        {"createdDateTime": "2022-05-07T06:52:43Z"},
        {"createdDateTime": "2026-03-02T08:15:30+00:00"},
        None,
        ["createdDateTime"],
    ),
    (
        "no message",
        {"error": {"message": "…"}},
        {"error": {"message": None}},
        None,
        ["error.message"],
    ),
    (
        "a list of somebody else's",
        {"id": A, "appOwnerOrganizationId": B, "appRoles": [{}, {}]},
        {"id": A, "appOwnerOrganizationId": B, "appRoles": [{}]},
        None,
        ["appRoles"],
    ),
    (
        "another member of Microsoft's",
        microsofts(homepage=None),
        microsofts(homepage="x"),
        None,
        ["homepage"],
    ),
    ("a new member", {"tags": []}, {"tags": [], "uniqueName": None}, None, ["uniqueName"]),
    (
        "an unknown member",
        {"tags": []},
        {"tags": [], "colour": None},
        date(2022, 5, 7),
        ["colour"],
    ),
    (
        "a member missing",
        {"tags": [], "uniqueName": None},
        {"tags": []},
        date(2022, 5, 7),
        ["uniqueName"],
    ),
    ("an order of today", PRINCIPAL_2022, PRINCIPAL_2024, date(2024, 9, 6), [""]),
    (
        "another order",
        PRINCIPAL_2022,
        {"samlSingleSignOnSettings": None, "id": A, "addIns": [], "verifiedPublisher": {}},
        date(2022, 5, 7),
        [""],
    ),
    (
        "a default of today",
        {"signInAudience": "AzureADandPersonalMicrosoftAccount"},
        {"signInAudience": "AzureADMyOrg"},
        date(2024, 9, 6),
        ["signInAudience"],
    ),
    (
        "another default",
        {"signInAudience": "AzureADMultipleOrgs"},
        {"signInAudience": "AzureADMyOrg"},
        date(2022, 5, 7),
        ["signInAudience"],
    ),
    ("null for an empty collection", {"tags": []}, {"tags": None}, None, ["tags"]),
    ("a number for a truth", {"isEnabled": True}, {"isEnabled": 1}, None, ["isEnabled"]),
    (
        "another order of entries",
        {"tags": ["a", "b"]},
        {"tags": ["b", "a"]},
        None,
        ["tags[0]", "tags[1]"],
    ),
    ("another count", {"value": [{}]}, {"value": []}, None, ["value"]),
    ("members in another order", {"a": 1, "b": 2}, {"b": 2, "a": 1}, None, [""]),
    ("a body for none", None, {}, None, [""]),
    ("no body", {}, None, None, [""]),
    ("text for a body", "<html>", {}, None, [""]),
)  # fmt: skip


@pytest.mark.parametrize(("name", "expected", "actual", "made_on"), FOLDED)
def test_folds_what_it_names(
    name: str, expected: object, actual: object, made_on: date | None
) -> None:
    differences, folded = left(expected, actual, Context(made_on))

    assert differences == []
    assert name in folded


@pytest.mark.parametrize(("expected", "actual", "made_on"), [row[1:] for row in FOLDED])
def test_sees_what_is_planted_beside_it(
    expected: dict[str, Any], actual: dict[str, Any], made_on: date | None
) -> None:
    planted = {**expected, "colour": "red"}, {**actual, "colour": "blue"}

    assert left(*planted, Context(made_on))[0] == ["colour"]


@pytest.mark.parametrize(
    ("expected", "actual", "made_on", "at"), [row[1:] for row in SEEN], ids=[row[0] for row in SEEN]
)
def test_sees(expected: object, actual: object, made_on: date | None, at: list[str]) -> None:
    assert left(expected, actual, Context(made_on))[0] == at


def test_every_folding_is_tried() -> None:
    assert {row[0] for row in FOLDED} == {folding.name for folding in FOLDINGS}


@pytest.mark.parametrize("folding", FOLDINGS, ids=lambda folding: folding.name)
def test_every_folding_has_a_reason_and_a_source(folding: Any) -> None:
    assert len(folding.reason) > 20
    assert folding.source


def test_an_instant_that_was_sent_comes_back_as_it_was() -> None:
    expected = {"endDateTime": "2100-12-31T11:59:59Z"}
    actual = {"endDateTime": "2028-03-02T08:15:30Z"}

    assert left(expected, actual)[0] == []
    assert left(expected, actual, Context(sent={"2100-12-31T11:59:59Z"}))[0] == ["endDateTime"]


def test_an_id_that_was_sent_comes_back_as_it_was() -> None:
    context = Context()
    context.names.keep(A)

    assert left({"keyId": A}, {"keyId": B}, context)[0] == ["keyId"]


def test_a_name_lasts_for_the_session() -> None:
    context = Context()
    left({"id": A}, {"id": B}, context)

    assert left({"id": A}, {"id": B}, context) == ([], {"a name that was seen before"})
    assert left({"id": A}, {"id": C}, context)[0] == ["id"]
