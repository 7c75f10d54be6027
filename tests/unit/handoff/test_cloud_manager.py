"""Both secrets as Adobe's program reads them on its standard input."""

import json

import pytest

from provision.errors import SinkFailed
from provision.handoff.cloud_manager import CloudManagerSink
from provision.handoff.port import GivesCopies, Handover
from tests.unit.handoff.values import make_handover

SECRET = {
    "name": "SECRET_SMTP_OAUTH_CLIENT_SECRET",
    "value": "s3~cr.et_",
    "type": "secretString",
}
TOKEN = {
    "name": "SECRET_SMTP_OAUTH_REFRESH_TOKEN",
    "value": "1.AXrefresh",
    "type": "secretString",
}


def given(handover: Handover) -> list[str]:
    written: list[str] = []
    CloudManagerSink(None, written.append).keep(handover)
    return written


@pytest.mark.parametrize(
    ("handover", "variables"),
    [
        (make_handover(), [SECRET, TOKEN]),
        (make_handover(secret=None), [TOKEN]),
        (make_handover(token=None), [SECRET]),
    ],
    ids=["both", "no secret", "no token"],
)
def test_what_is_held_is_an_array_and_an_empty_value_never_removes_one(
    handover: Handover, variables: list[dict[str, str]]
) -> None:
    (text,) = given(handover)

    assert json.loads(text) == variables


def test_nothing_to_give_is_a_failure() -> None:
    with pytest.raises(SinkFailed, match="neither"):
        given(make_handover(secret=None, token=None))


def test_a_token_of_the_longest_length_is_given() -> None:
    (text,) = given(make_handover(token="t" * 2048))

    assert "t" * 2048 in text


def test_a_token_that_would_not_fit_is_not_given_in_part() -> None:
    with pytest.raises(SinkFailed, match="REFRESH_TOKEN has 2049 characters"):
        given(make_handover(token="t" * 2049))


@pytest.mark.parametrize(
    ("environment", "name"),
    [("12345", "AEM Cloud Service environment 12345, by pipe to aio"),
     (None, "AEM Cloud Service environment, by pipe to aio")],
)  # fmt: skip
def test_the_environment_gets_a_copy_that_the_stream_does_not_hold(
    environment: str | None, name: str
) -> None:
    sink = CloudManagerSink(environment, str)

    assert isinstance(sink, GivesCopies)
    assert (sink.copies, sink.gives_secrets, sink.holds_secrets) == ((name,), True, False)
    assert (sink.held_key_id(), sink.clear("c-1")) == (None, False)
