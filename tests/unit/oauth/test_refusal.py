import pytest

from provision.errors import (
    ClientRefused,
    ConsentMissing,
    RefusedError,
    SignInRequired,
    Unreachable,
)
from provision.oauth.refusal import error_for, read_refusal
from tests.unit.oauth.fakes import CORRELATION_ID, TRACE_ID


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"error": "invalid_grant", "error_codes": [70008]}, SignInRequired),
        ({"error": "invalid_grant", "error_codes": [65001]}, ConsentMissing),
        ({"error": "invalid_grant", "suberror": "consent_required"}, ConsentMissing),
        ({"error": "invalid_grant", "error_codes": [90094]}, ConsentMissing),
        ({"error": "interaction_required", "error_codes": [50076]}, SignInRequired),
        ({"error": "invalid_client", "error_codes": [7000215]}, ClientRefused),
        ({"error": "unauthorized_client", "error_codes": [700016]}, ClientRefused),
        ({"error": "invalid_tenant", "error_codes": [90002]}, ClientRefused),
        ({"error": "consent_required"}, ConsentMissing),
        ({"error": "temporarily_unavailable"}, Unreachable),
        ({"error": "invalid_scope", "error_codes": [70011]}, RefusedError),
        ({"error": "invalid_request", "error_codes": [900144]}, RefusedError),
        ({"error": "something_new"}, RefusedError),
        ({"error": "invalid_grant", "error_codes": [99999999]}, SignInRequired),
    ],
)
def test_the_oauth_error_decides_the_class(fields, kind) -> None:
    assert type(error_for(read_refusal(fields), "refreshing")) is kind


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"error_description": "AADSTS54005: Redeemed.", "error_codes": [70002, 54005]}, 54005),
        ({"error_codes": [70002, 54005]}, 54005),
        ({"error_codes": [70000], "error_description": "The grant is expired."}, 70000),
        ({"error_uri": "https://login.example/error?code=65004"}, 65004),
        ({"error_uri": "https://login.example/"}, None),
        ({"error_codes": []}, None),
        ({"error_codes": ["70000"]}, None),
        ({}, None),
    ],
)
def test_the_number_is_found_wherever_the_answer_has_it(fields, code) -> None:
    assert read_refusal({"error": "invalid_grant", **fields}).code == code


def test_ids_come_from_their_members() -> None:
    fields = {"error": "x", "correlation_id": CORRELATION_ID, "trace_id": TRACE_ID}
    assert read_refusal(fields).evidence == (
        ("correlation-id", CORRELATION_ID),
        ("trace-id", TRACE_ID),
    )


def test_the_instant_comes_from_its_member_or_from_the_words() -> None:
    instant = "2026-03-01 12:00:00Z"
    found = (("timestamp", instant),)
    assert read_refusal({"error": "x", "timestamp": instant}).evidence == found
    words = f"AADSTS50011: No.\r\nTimestamp: {instant} and so on"
    assert read_refusal({"error": "x", "error_description": words}).evidence == found


def test_what_is_no_id_is_no_evidence() -> None:
    fields = {"error": "x", "correlation_id": "my-secret", "timestamp": "my-secret"}
    assert read_refusal(fields).evidence == ()


def test_an_error_that_is_no_word_is_not_repeated() -> None:
    assert read_refusal({"error": "<script>"}).error == "an unnamed error"


def test_the_message_names_the_object_and_the_number() -> None:
    refusal = read_refusal({"error": "invalid_grant", "error_codes": [70008]})
    told = error_for(refusal, "refreshing a token of client c")
    assert told.message == (
        "refreshing a token of client c: Entra answered invalid_grant (AADSTS70008)"
    )


def test_the_description_is_not_repeated() -> None:
    refusal = read_refusal({"error": "invalid_grant", "error_description": "You sent hunter2."})
    told = error_for(refusal, "refreshing")
    assert "hunter2" not in f"{told.message} {told.hint} {told.evidence}"


def test_an_unknown_number_still_gets_the_advice_of_its_class() -> None:
    told = error_for(read_refusal({"error": "invalid_grant", "error_codes": [99999999]}), "x")
    assert "provision authorize" in told.hint


def test_an_unknown_number_points_to_microsofts_page_for_it() -> None:
    told = error_for(read_refusal({"error": "invalid_grant", "error_codes": [99999999]}), "x")
    assert dict(told.evidence)["see"].endswith("99999999")


def test_advice_that_needs_the_correlation_id_gets_it() -> None:
    fields = {"error": "access_denied", "error_codes": [53003], "correlation_id": CORRELATION_ID}
    assert CORRELATION_ID in error_for(read_refusal(fields), "x").hint
