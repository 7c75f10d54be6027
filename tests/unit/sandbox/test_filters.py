"""`$filter` on values."""

import pytest

from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.filters import is_advanced, matches, parse_filter
from provision.sandbox.graph.refusals import GraphRefusal

FILTERABLE = frozenset({"id", "displayName", "identifierUris", "accountEnabled", "principalId"})
MODEL = dict.fromkeys(("id", "displayName", "principalId", "notes", "appId"))
KIND = EntityKind(
    "things",
    "thing",
    MODEL | {"identifierUris": [], "accountEnabled": True},
    FILTERABLE | {"appId"},
)
ITEM = {
    "id": "1",
    "displayName": "O'Brien's Mail",
    "identifierUris": ["api://mail"],
    "accountEnabled": True,
    "principalId": None,
}


@pytest.mark.parametrize(
    "text",
    [
        "id eq '1'",
        "displayName eq 'o''brien''s mail'",
        "startswith(displayName, 'O''B')",
        "STARTSWITH(displayname,'o')",
        "identifierUris/any(s:s eq 'API://mail')",
        "identifierUris/any(x: startswith(x, 'api:'))",
        "id in ('0', '1')",
        "accountEnabled eq true",
        "principalId eq null",
        "id eq '1' and accountEnabled eq true",
        "id eq '2' or (id eq '1' and principalId eq null)",
        "not(id eq '2')",
        "id ne '2'",
        "endswith(displayName,'MAIL')",
    ],
)
def test_what_is_true_of_the_item(text: str) -> None:
    assert matches(parse_filter(text, KIND), ITEM)


@pytest.mark.parametrize(
    "text",
    [
        "id eq '2'",
        "startswith(displayName,'Mail')",
        "identifierUris/any(s:s eq 'api://other')",
        "accountEnabled eq false",
        "id eq '1' and id eq '2'",
        "not id eq '1'",
    ],
)
def test_what_is_false_of_the_item(text: str) -> None:
    assert not matches(parse_filter(text, KIND), ITEM)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id",
        "id eq",
        "id eq '1",
        "id eq '1' id",
        "(id eq '1'",
        "id in '1'",
        "startswith(id 'x')",
    ],
)
def test_what_is_malformed(text: str) -> None:
    with pytest.raises(GraphRefusal) as refused:
        parse_filter(text, KIND)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "text", ["notes eq 'x'", "id gt '1'", "notes/any(n:n eq 'x')", "identifierUris eq 'x'"]
)
def test_what_is_not_supported(text: str) -> None:
    with pytest.raises(GraphRefusal) as refused:
        parse_filter(text, KIND)
    assert refused.value.code == "Request_UnsupportedQuery"


@pytest.mark.parametrize(
    ("text", "advanced"),
    [
        ("id eq '1'", False),
        ("id ne '1'", True),
        ("not(id eq '1')", True),
        ("id eq '1' and endswith(displayName,'x')", True),
        ("identifierUris/any(s:s eq 'x') or id eq '1'", False),
    ],
)
def test_what_needs_eventual_consistency(text: str, advanced: bool) -> None:
    assert is_advanced(parse_filter(text, KIND)) is advanced


UNKNOWN = "Could not find a property named 'colour' on type 'microsoft.graph.thing'."
INCOMPATIBLE = "A binary operator with incompatible types was detected. Found operand types"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour eq 'x'", UNKNOWN),
        ("id eq colour", UNKNOWN),
        (
            "accountEnabled eq 'true'",
            f"{INCOMPATIBLE} 'Edm.Boolean' and 'Edm.String' for operator kind 'Equal'.",
        ),
        (
            "displayName ne 7",
            f"{INCOMPATIBLE} 'Edm.String' and 'Edm.Int32' for operator kind 'NotEqual'.",
        ),
    ],
)
def test_what_does_not_fit_the_type_is_named(text: str, message: str) -> None:
    with pytest.raises(GraphRefusal) as refused:
        parse_filter(text, KIND)
    assert refused.value.message == f"Invalid filter clause: {message}"


def test_a_client_id_that_is_no_guid_is_an_unsupported_clause() -> None:
    with pytest.raises(GraphRefusal, match="clause specified for property 'appId' of resource"):
        parse_filter("appId eq 'mail'", KIND)


def test_a_filter_without_a_bottom_is_refused() -> None:
    with pytest.raises(GraphRefusal, match="Invalid filter clause"):
        parse_filter("(" * 100_000, KIND)
