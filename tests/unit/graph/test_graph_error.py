"""A refusal is understood in each of the shapes in which it has been seen."""

import pytest

from provision.graph.graph_error import error_of
from provision.graph.wire import Answer

OBJECT = {"code": "Request_BadRequest", "message": "Bad."}


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": OBJECT}, "Request_BadRequest", "Bad."),
        ({"error": {**OBJECT, "message": {"lang": "en", "value": "Bad."}}}, OBJECT["code"], "Bad."),
        ({"error": "invalid_request", "error_description": "Bad."}, "invalid_request", "Bad."),
        ({"error": {"code": None, "message": None}}, "", ""),
        ({"error": {"message": "one\r\n two"}}, "", "one two"),
        ({"error": None}, "", ""),
        ({}, "", ""),
        (None, "", ""),
        ("<html>", "", ""),
        ([1], "", ""),
    ],
)
def test_reads_code_and_message_of_any_shape(body, code, message):
    error = error_of(Answer(400, {}, body))

    assert (error.code, error.message) == (code, message)


@pytest.mark.parametrize(
    ("details", "codes"),
    [
        ([{"code": "A"}, {"code": "B"}], {"A", "B"}),
        ({"code": "A"}, {"A"}),
        ("A", set()),
        ([None, "A", {"code": None}], set()),
        (None, set()),
    ],
)
def test_reads_the_codes_of_details_of_any_shape(details, codes):
    error = error_of(Answer(400, {}, {"error": {**OBJECT, "details": details}}))

    assert error.detail_codes == codes


def test_takes_the_request_id_from_the_headers_first():
    body = {"error": {**OBJECT, "innerError": {"request-id": "from-body"}}}

    assert error_of(Answer(400, {"request-id": "from-header"}, body)).evidence == (
        ("request-id", "from-header"),
    )


@pytest.mark.parametrize("member", ["innerError", "innererror"])
def test_takes_the_request_id_from_the_body_otherwise(member):
    body = {"error": {**OBJECT, member: {"request-id": "r", "client-request-id": "c"}}}

    assert error_of(Answer(400, {}, body)).evidence == (
        ("request-id", "r"),
        ("client-request-id", "c"),
    )


def test_names_an_id_once_when_both_are_equal():
    body = {"error": {**OBJECT, "innerError": {"request-id": "r", "client-request-id": "r"}}}

    assert error_of(Answer(400, {}, body)).evidence == (("request-id", "r"),)


def test_cuts_a_message_that_would_fill_the_screen():
    assert len(error_of(Answer(400, {}, {"error": {"message": "x" * 5000}})).message) == 300
