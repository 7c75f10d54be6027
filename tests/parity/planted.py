"""Pairs of bodies: what each folding forgives, and what none does."""

from datetime import date
from typing import Any

from tests.parity.foldings import MICROSOFT

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
        "a person's name in a refusal",
        {"error": {"message": "Resource 'example@example.com' does not exist."}},
        {"error": {"message": "Resource 'ada@contoso.com' does not exist."}},
        None,
    ),
    (
        "what a person is like",
        {"userPrincipalName": "a@a.example", "displayName": "A", "mail": None},
        {"userPrincipalName": "b@b.example", "displayName": "B", "mail": "b@b.example"},
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
        "other words around a person's name",
        {"error": {"message": "Resource 'example@example.com' does not exist."}},
        {"error": {"message": "No resource 'ada@contoso.com'."}},
        None,
        ["error.message"],
    ),
    (
        "a person that the session made",
        {"userPrincipalName": "a@a.example", "displayName": "A"},
        {"userPrincipalName": "a@a.example", "displayName": "B"},
        None,
        ["displayName"],
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
