import pytest

from provision.errors import Throttled, Unreachable
from provision.oauth.http_response import json_object, raise_if_temporary, retry_after
from tests.unit.oauth.fakes import answer

DATE = "Sun, 01 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "3"}, 3.0),
        ({"retry_after": "0.75"}, 0.75),
        ({"retry_after": " 10 "}, 10.0),
        ({"retry_after": "Sun, 01 Mar 2026 12:00:07 GMT", "date": DATE}, 7.0),
        ({"retry_after": "Sun, 01 Mar 2026 11:59:00 GMT", "date": DATE}, 0.0),
        ({"retry_after": "Sun, 01 Mar 2026 12:00:07 GMT"}, None),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
def test_reads_how_long_to_wait(headers, seconds) -> None:
    assert retry_after(answer(429, {}, **headers)) == seconds


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[1]", b"\xff\xfe", b"null", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_a_body_that_is_no_json_object_is_none(body) -> None:
    assert json_object(answer(200, body)) is None


def test_too_many_requests_is_throttled_with_its_pause() -> None:
    with pytest.raises(Throttled) as caught:
        raise_if_temporary(answer(429, {}, retry_after="2.5"), "refreshing")
    assert caught.value.retry_after == 2.5


def test_a_failure_that_names_a_pause_is_throttled() -> None:
    with pytest.raises(Throttled):
        raise_if_temporary(answer(503, {}, retry_after="1"), "refreshing")


def test_a_failure_without_a_pause_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        raise_if_temporary(answer(502, b"<html>"), "refreshing")


@pytest.mark.parametrize("status", [200, 400, 401, 499])
def test_other_answers_are_not_temporary(status) -> None:
    raise_if_temporary(answer(status, {}), "refreshing")
