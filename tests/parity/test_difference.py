"""Two answers are held against each other member by member, headers and batches included."""

import pytest

from tests.contract.sandbox_graph.client import Reply
from tests.parity.difference import Difference, Kind, body_differences
from tests.parity.foldings import Context
from tests.parity.recording import Recording
from tests.parity.replay import compared


def left(expected: list[object], actual: list[object]) -> list[str]:
    """Return where two batches differ."""
    pair = {"responses": expected}, {"responses": actual}
    return [difference.at for difference in body_differences(*pair)]


def test_a_header_that_differs_is_seen() -> None:
    recording = Recording("x", 0, "GET", "/v1.0/x", {}, None, 200, {"vary": "a", "date": "b"}, None)
    outcome = compared(recording, Reply(200, {"odata-version": "4.0"}, None), Context())

    assert [d.at for d in outcome.differences] == ["header odata-version", "header vary"]


def test_headers_that_nobody_kept_are_not_compared() -> None:
    recording = Recording("x", 0, "GET", "/v1.0/x", {}, None, 200, {}, None)
    outcome = compared(recording, Reply(200, {"odata-version": "4.0"}, None), Context())

    assert outcome.differences == []


def test_another_status_says_it_all() -> None:
    recording = Recording("x", 0, "GET", "/v1.0/x", {}, None, 200, {}, {"id": "x"})
    refused = Reply(404, {}, {"error": {"code": "Request_ResourceNotFound"}})

    assert list(map(str, compared(recording, refused, Context()).differences)) == [
        "status: '404 Request_ResourceNotFound' instead of 200"
    ]


def test_the_responses_of_a_batch_have_no_order() -> None:
    first = {"id": "1", "status": 200, "headers": {"Content-Type": "a", "Date": "b"}, "body": None}
    second = {"id": "2", "status": 404, "headers": {}, "body": {"error": {"code": "x"}}}
    other = {**second, "body": {"error": {"code": "y"}}}

    assert left([first, second], [second, first]) == []
    assert left([first, second], [other, first]) == ["responses[1].body.error.code"]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_difference_is_one_line(kind: Kind) -> None:
    line = str(Difference("web.redirectUris", kind, ["a\nb"], None))

    assert "\n" not in line
    assert line.startswith("web.redirectUris: ")
