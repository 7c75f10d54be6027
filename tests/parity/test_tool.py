"""Recordings in any form that they come in, and what is told about them."""

import base64
import gzip
import json
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.sandbox_graph.client import SandboxClient
from tests.parity.__main__ import main
from tests.parity.difference import Difference, Kind
from tests.parity.formats import body_of, headers_of, read_file
from tests.parity.golden import FOLDER, expanded, read_golden
from tests.parity.names import Names
from tests.parity.recording import Recording, Session, sessions
from tests.parity.replay import Outcome
from tests.parity.tally import Tally, listed

BODY: dict[str, Any] = {"value": []}
TEXT = json.dumps(BODY)
PACKED = gzip.compress(TEXT.encode())
GUID = "aaaaaaaa-0000-4000-8000-00000000000a"
OTHER = "bbbbbbbb-0000-4000-8000-00000000000b"


def line(**response: object) -> str:
    request = {"method": "GET", "path": "/v1.0/applications"}
    return json.dumps({"request": request, "response": {"status": 200, **response}})


def interaction(uri: str, body: object = None) -> dict[str, Any]:
    return {
        "request": {"method": "GET", "uri": uri, "body": None, "headers": {"Accept": ["*/*"]}},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"content-type": ["application/json"]},
            "body": body or {"string": TEXT},
        },
    }


@pytest.mark.parametrize(
    "raw",
    [
        BODY,
        TEXT,
        TEXT.encode(),
        PACKED,
        base64.b64encode(PACKED).decode(),
        {"string": TEXT},
        {"string": PACKED},
        {"base64_string": base64.b64encode(TEXT.encode()).decode(), "encoding": "utf-8"},
    ],
    ids=["json", "text", "bytes", "gzip", "base64", "string", "string of gzip", "base64_string"],
)
def test_a_body_is_read_in_every_form(raw: object) -> None:
    assert body_of(raw) == BODY


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (None, None),
        ("", None),
        ({"string": ""}, None),
        ("<html>", "<html>"),
        (b"\xff", "\ufffd"),
        (b"\x1f\x8bnot packed", "\x1f\x8bnot packed"),
        ("H4sI but no base64", "H4sI but no base64"),
        ('{"cut', '{"cut'),
    ],
)
def test_a_body_that_is_no_json_is_text_or_nothing(raw: object, read: object) -> None:
    assert body_of(raw) == read


def test_headers_may_be_lists_texts_or_missing() -> None:
    assert headers_of({"Vary": ["a", "b"], "ETag": "c"}) == {"vary": "a, b", "etag": "c"}
    assert headers_of(None) == {}


def test_json_lines_need_little(tmp_path: Path) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text(f"{line()}\n\n{line(body='<html>')}\n", encoding="utf-8")

    first, second = read_file(path)
    assert (first.source, first.number, first.headers, first.answer) == ("few.jsonl", 0, {}, None)
    assert (second.number, second.answer) == (1, "<html>")


def test_a_cassette_is_read_and_other_hosts_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "test_x.yaml"
    uris = [
        "https://graph.microsoft.com/v1.0/applications?$filter=appId%20eq%20'x'",
        "https://login.microsoftonline.com/t/oauth2/v2.0/token",
        "https://management.azure.com/subscriptions",
    ]
    cassette = {"interactions": [interaction(uri) for uri in uris], "version": 1}
    path.write_text(yaml.safe_dump(cassette), encoding="utf-8")

    (session,) = sessions(read_file(path))
    assert [recording.path for recording in session.recordings] == [
        "/v1.0/applications?$filter=appId%20eq%20'x'"
    ]
    assert session.recordings[0].headers == {"content-type": "application/json"}
    assert session.elsewhere == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", "not json"),
        ("a.jsonl", "{}"),
        ("a.jsonl", "[1]"),
        ("a.yaml", "interactions: 5"),
        ("a.yaml", "[1, 2]"),
        ("a.yaml", "a: [unclosed"),
        ("a.yaml", "interactions: [{request: {method: GET}}]"),
    ],
)
def test_a_file_of_another_form_is_refused(
    tmp_path: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    assert main([str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.startswith("cannot be read: ")


def test_the_tool_tells_what_agrees_and_what_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], parity_client: SandboxClient
) -> None:
    path = tmp_path / "test_y.yaml"
    uris = ["https://graph.microsoft.com/v1.0/nothing", "https://login.microsoftonline.com/t"]
    path.write_text(yaml.safe_dump({"interactions": [interaction(uri) for uri in uris]}))

    assert main([str(path)], nullcontext(parity_client)) == 1
    told = capsys.readouterr().out.splitlines()
    assert (
        told[0]
        == "test_y.yaml@undated 0: GET /v1.0/nothing: status: '400 BadRequest' instead of 200"
    )
    assert "left out: 1 requests to other hosts than Graph" in told
    assert told[-1] == "0 agreed, 0 explained, 1 total"


def test_a_person_is_somebody_to_me_and_owns_what_is_created(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], parity_client: SandboxClient
) -> None:
    me = expanded({"context": "users/$entity", "shape": "user"})
    first, second = read_golden(FOLDER / "application.yaml").session.recordings[:2]
    rest = dict(list(me.items())[1:-1])
    owner = {"@odata.type": "#microsoft.graph.user", "id": me["id"], **rest}
    context = "https://graph.microsoft.com/v1.0/$metadata#directoryObjects"
    owners = {"@odata.context": context, "value": [owner]}
    path = tmp_path / "mine.jsonl"
    asked = [
        ("GET", f"/v1.0/users/{me['userPrincipalName']}", None, 200, second.headers, me),
        ("GET", "/v1.0/me", None, 200, second.headers, me),
        ("POST", first.path, first.body, 201, first.headers, first.answer),
        ("GET", f"{second.path}/owners", None, 200, second.headers, owners),
    ]
    lines = [
        json.dumps(
            {
                "request": {"method": method, "path": target, "body": body},
                "response": {"status": status, "headers": headers, "body": answer},
            }
        )
        for method, target, body, status, headers, answer in asked
    ]
    path.write_text("\n".join(lines), encoding="utf-8")

    assert main(["--as-person", str(path)], nullcontext(parity_client)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "4 agreed, 0 explained, 4 total"


def test_a_session_is_as_old_as_its_answers() -> None:
    answers = [
        {"createdDateTime": "2022-05-07T06:52:43Z"},
        {"value": [{"createdDateTime": "2022-05-08T06:52:43.1Z", "endDateTime": "2100-01-01T"}]},
        {"error": {"innerError": {"date": "2022-05-06T06:52:43"}}},
        None,
        "2030-01-01T",
    ]
    recordings = (
        Recording("x", number, "GET", "/v1.0/x", {}, None, 200, {}, answer)
        for number, answer in enumerate(answers)
    )

    assert Session("x", tuple(recordings)).made_on == date(2022, 5, 8)


def outcome(number: int, *differences: Difference) -> Outcome:
    recording = Recording("s", number, "GET", "/v1.0/x?y", {}, None, 200, {}, None)
    return Outcome(recording, list(differences))


def test_counts_what_agrees_is_explained_and_differs() -> None:
    tally = Tally(frozenset({("s@undated", 1), ("s@undated", 2)}))
    status = Difference("status", Kind.VALUE, 200, 404)
    tally.add(Session("s", ()), [outcome(0), outcome(1, status), outcome(2), outcome(3, status)])

    assert str(tally) == "2 agreed, 1 explained, 4 total"
    assert tally.differing == ["s@undated 3: GET /v1.0/x: status: 404 instead of 200"]
    assert tally.needless == {("s@undated", 2)}


def test_tells_apart_what_agrees_in_an_older_shape() -> None:
    tally = Tally()
    older = outcome(0)
    older.folded["a member added since"] += 3
    tally.add(Session("s", ()), [older, outcome(1)])

    assert str(tally) == "2 agreed (1 in the shape of their day), 0 explained, 2 total"


def test_reads_what_the_page_explains(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "| o/r a.yaml@2022-05-07, number 1: elsewhere | x | y |\n"
        "## Recorded answers that differ\n| behaviour | grade | witness |\n|---|---|---|\n"
        "| o/r b.yaml@2022-05-07, numbers 2, 3 and 14: why | x | y |\n",
        encoding="utf-8",
    )

    assert listed(page) == {("o/r b.yaml@2022-05-07", number) for number in (2, 3, 14)}


def test_the_id_of_a_grant_follows_its_parts() -> None:
    names = Names()
    theirs, ours = (
        "AAAAEKqqAECAAAAAAAAABAAAABCqqgBAgAAAAAAAAKo",
        "AAAAEKqqAECAAAAAAAAABAAAABCqqgBAgAAAAAAAALs",
    )

    assert names.pair_ids(f"/{theirs}", f"/{ours}")
    assert (
        names.ours("10000000-aaaa-4000-8000-0000000000aa") == "10000000-aaaa-4000-8000-0000000000bb"
    )
    assert names.ours(theirs) == ours


def test_a_name_that_was_refused_leaves_nothing_behind() -> None:
    names = Names()
    names.pair(GUID, GUID)

    assert not names.pair(OTHER, GUID)
    assert names.ours(OTHER) == OTHER
