"""Each refusal that Graph is known for is understood, in each shape that has been seen."""

from collections.abc import Callable
from typing import Any

import pytest

from provision.diagnose import explain_graph
from provision.errors import (
    NameTaken,
    NotPermitted,
    NotYetVisible,
    ProvisionError,
    RefusedError,
    Throttled,
    Unreachable,
)
from provision.graph.batch import unpacked
from provision.graph.graph_error import error_of
from provision.graph.refusals import class_of, refusal
from provision.graph.retry import outcome_of
from provision.graph.wire import Answer, GraphRequest
from tests.unit.graph.known_refusals import GONE, INNER, KNOWN, REQUEST_ID, Known
from tests.unit.graph.scripted_wire import failure

READ = GraphRequest("reading application x", "GET", "/applications/x")
WRITE = GraphRequest("creating application x", "POST", "/applications")
NOON = "Sun, 01 Mar 2026 12:00:00 GMT"
Shape = Callable[[dict[str, Any]], dict[str, Any]]

# The body of one refusal as it is, and the ways in which Graph and its gateways vary it.
SHAPES: dict[str, Shape] = {
    "as documented": lambda error: error,
    "without innerError": lambda error: {n: v for n, v in error.items() if n != "innerError"},
    "innererror": lambda error: {**error, "innererror": INNER, "innerError": None},
    "innerError as text": lambda error: {**error, "innerError": "none"},
    "innerError with the throttle's own words": lambda error: {
        **error,
        "innerError": {"code": "429", "message": "Please retry after", "status": "429", **INNER},
    },
    "details before code": lambda error: dict(reversed(error.items())),
    "details as an object": lambda error: {**error, "details": (error.get("details") or [{}])[0]},
    "details as text": lambda error: {**error, "details": "[]"},
    "details null": lambda error: {**error, "details": None},
    "message as an object": lambda error: {
        **error,
        "message": {"lang": "en", "value": error["message"]},
    },
    "message on two lines": lambda error: {
        **error,
        "message": error["message"].replace(" ", "\r\n", 1),
    },
}

every_known = pytest.mark.parametrize("known", KNOWN, ids=str)


@every_known
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_is_the_narrowest_error_in_every_shape(known: Known, shape: Shape) -> None:
    answer = Answer(known.status, {}, {"error": shape(known.body["error"])})

    assert class_of(answer) is known.error
    assert type(refusal("creating application x", answer)) is known.error


@every_known
def test_says_who_refused_and_what_it_means(known: Known) -> None:
    error = refusal("creating application x", Answer(known.status, {}, known.body))

    assert error.message.startswith(f"creating application x: Graph answered {known.status}")
    assert known.code in error.message
    assert error.hint
    assert dict(error.evidence) == {"request-id": REQUEST_ID}


@every_known
def test_has_its_entry_in_the_catalogue(known: Known) -> None:
    assert known.meaning in explain_graph(known.status, known.code, known.message).meaning


@every_known
def test_is_repeated_only_where_nothing_can_have_happened(known: Known) -> None:
    answer = Answer(known.status, {}, known.body)

    assert outcome_of(READ, answer, is_fresh=False) == known.read
    assert outcome_of(WRITE, answer, is_fresh=False) == known.write


@every_known
def test_is_the_same_as_a_part_of_a_batch(known: Known) -> None:
    part = {"id": "a", "status": known.status, "headers": {}, "body": known.body}
    answer = unpacked({"a": READ}, Answer(200, {}, {"responses": [part]}))["a"]

    assert class_of(answer) is known.error


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (400, RefusedError, "final"),
        (401, NotPermitted, "final"),
        (403, NotPermitted, "final"),
        (429, Throttled, "again"),
        (502, Unreachable, "again"),
        (503, Unreachable, "again"),
        (504, Unreachable, "again"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [None, "", "<html>502 Bad Gateway</html>", [], {}, {"error": None}, {"error": []}, 5],
    ids=repr,
)
def test_a_body_of_another_kind_is_judged_by_its_status(
    status: int, error: type[ProvisionError], outcome: str, body: object
) -> None:
    answer = Answer(status, {}, body)

    assert class_of(answer) is error
    assert outcome_of(READ, answer, is_fresh=False) == outcome
    assert refusal("reading application x", answer).message.endswith(f"answered {status}")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2.128"}, 2.128),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:07 GMT", "date": NOON}, 7.0),
        ({"retry-after": "Sun, 01 Mar 2026 11:59:00 GMT", "date": NOON}, 0.0),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:07 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-1"}, None),
        ({}, None),
    ],
)
def test_reads_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    error = refusal("reading", failure(429, "TooManyRequests", "", **headers))

    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [404, 400])
def test_a_fresh_object_that_is_not_found_is_not_visible_yet(status: int) -> None:
    answer = failure(status, "Request_ResourceNotFound", GONE)

    assert class_of(answer, is_fresh=True) is NotYetVisible
    assert outcome_of(WRITE, answer, is_fresh=True) == "again"


def test_another_refusal_of_a_fresh_object_is_no_delay() -> None:
    answer = failure(403, "Authorization_RequestDenied")

    assert class_of(answer, is_fresh=True) is NotPermitted


def test_an_object_conflict_among_the_details_is_a_taken_name() -> None:
    body = {"error": {"code": "Request_BadRequest", "details": [{"code": "ObjectConflict"}]}}

    assert class_of(Answer(400, {}, body)) is NameTaken


def test_a_cause_among_the_details_is_enough() -> None:
    details = [{"code": "NoBackingApplicationObject"}]

    assert class_of(Answer(400, {}, {"error": {"code": "x", "details": details}})) is NotYetVisible


def test_what_graph_said_stays_on_one_line() -> None:
    message = refusal("reading application x", failure(403, "Denied", "Not\nyou.")).message

    assert message == "reading application x: Graph answered 403 Denied (Not you)"


def test_the_id_of_the_header_comes_first() -> None:
    answer = Answer(403, {"request-id": "9f"}, {"error": {"code": "x", "innerError": INNER}})

    assert dict(error_of(answer).evidence)["request-id"] == "9f"
