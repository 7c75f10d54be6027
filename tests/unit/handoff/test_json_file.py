"""The JSON sink: one object whose members never change."""

import json

import pytest

from provision.errors import SinkFailed
from provision.handoff.json_file import JsonSink
from tests.unit.handoff.values import MemoryPlace, make_handover

WHOLE = {
    "version": 1,
    "mailbox": "forms@contoso.com",
    "clientId": "c-1",
    "clientSecret": "s3~cr.et_",
    "clientSecretKeyId": "key-1",
    "tenantId": "t-1",
    "authority": "https://login.microsoftonline.com/common",
    "refreshToken": "1.AXrefresh",
    "refreshTokenIssuedAt": "2026-01-31T09:30:00Z",
    "generation": 3,
}


def kept(place: MemoryPlace) -> object:
    return json.loads(str(place.text))


def test_a_handover_has_every_member() -> None:
    place = MemoryPlace()
    JsonSink(place).keep(make_handover())
    assert kept(place) == WHOLE


def test_what_is_not_known_is_null() -> None:
    place = MemoryPlace()
    JsonSink(place).keep(make_handover(secret=None, token=None, mailbox=None))
    assert kept(place) == WHOLE | dict.fromkeys(
        (
            *("mailbox", "clientSecret", "clientSecretKeyId"),
            *("refreshToken", "refreshTokenIssuedAt", "generation"),
        )
    )


def test_a_stored_refresh_token_survives_a_new_client_secret() -> None:
    place = MemoryPlace(json.dumps(WHOLE))
    JsonSink(place).keep(make_handover(token=None, secret="new", key_id="key-2"))
    assert kept(place) == WHOLE | {"clientSecret": "new", "clientSecretKeyId": "key-2"}


def test_a_stored_client_secret_survives_a_new_refresh_token() -> None:
    place = MemoryPlace(json.dumps(WHOLE))
    JsonSink(place).keep(make_handover(secret=None, token="2.AX"))
    assert kept(place) == WHOLE | {"refreshToken": "2.AX"}


def test_the_key_id_beside_the_secret_is_found() -> None:
    assert JsonSink(MemoryPlace(json.dumps(WHOLE))).held_key_id() == "key-1"


@pytest.mark.parametrize("text", [None, "", "\n"])
def test_no_file_holds_no_key(text: str | None) -> None:
    assert JsonSink(MemoryPlace(text)).held_key_id() is None


@pytest.mark.parametrize("text", ["{}", "[]", "nonsense", '{"version": 2}', '{"version": 1}'])
def test_another_programs_file_is_refused_before_a_secret_exists(text: str) -> None:
    with pytest.raises(SinkFailed, match="something else"):
        JsonSink(MemoryPlace(text)).prepare()


def test_an_empty_file_may_be_filled() -> None:
    JsonSink(MemoryPlace("")).prepare()


def test_the_holder_names_format_and_file() -> None:
    sink = JsonSink(MemoryPlace())
    assert (sink.name, sink.holder, sink.holds_secrets) == ("json", "json memory", True)


def test_a_refused_file_does_not_show_its_content() -> None:
    with pytest.raises(SinkFailed) as caught:
        JsonSink(MemoryPlace('{"version": 1, "clientSecret": "hush"}')).prepare()
    assert "hush" not in str(caught.value)
