"""A batch is packed for Graph and taken apart again."""

import json

import pytest

from provision.graph.batch import packed, split, unpacked
from provision.graph.wire import Answer, GraphRequest


def read(name: str) -> GraphRequest:
    return GraphRequest(f"reading {name}", "GET", f"/{name}?$select=id")


def test_packs_relative_urls_under_their_names():
    request = packed({"a": read("a"), "b": read("b")})

    assert (request.method, request.path, request.is_read) == ("POST", "/$batch", True)
    assert json.loads(request.content or b"") == {
        "requests": [
            {"id": "a", "method": "GET", "url": "/a?$select=id"},
            {"id": "b", "method": "GET", "url": "/b?$select=id"},
        ]
    }


def test_splits_what_is_more_than_graph_takes_at_once():
    parts = {str(n): read(str(n)) for n in range(41)}

    batches = split(parts)

    assert [len(batch) for batch in batches] == [20, 20, 1]
    assert {name for batch in batches for name in batch} == set(parts)


def test_refuses_to_pack_more_than_graph_takes_at_once():
    with pytest.raises(ValueError, match="at most 20"):
        packed({str(n): read(str(n)) for n in range(21)})


def test_finds_answers_in_whatever_order_they_come():
    parts = {"a": read("a"), "b": read("b")}
    body = {
        "responses": [
            {"id": "b", "status": 200, "body": {"id": "B"}},
            {"id": "a", "status": 429, "headers": {"Retry-After": "1.5"}, "body": None},
        ]
    }

    answers = unpacked(parts, Answer(200, {}, body))

    assert answers["b"] == Answer(200, {}, {"id": "B"})
    assert answers["a"].retry_after == 1.5


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"responses": None},
        {"responses": 5},
        {"responses": {"a": {"status": 200}}},
        {"responses": ["x"]},
        {"responses": [{"id": "a"}]},
        {"responses": [{"id": "a", "status": "none"}]},
        {"responses": [{"id": "a", "status": 0}]},
    ],
)
def test_counts_a_part_without_an_answer_as_not_answered(body):
    assert unpacked({"a": read("a")}, Answer(200, {}, body))["a"].status == 504


def test_reads_a_status_that_is_text():
    body = {"responses": [{"id": "a", "status": "404"}]}

    assert unpacked({"a": read("a")}, Answer(200, {}, body))["a"].status == 404
