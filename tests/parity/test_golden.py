"""The sandbox's Graph against sessions that were written from Microsoft's documentation."""

import re
from pathlib import Path

import pytest

from tests.contract.sandbox_graph.client import SandboxClient
from tests.parity.conftest import ROLES, Tell, give_roles
from tests.parity.golden import FOLDER, expanded, golden_cases, read_golden
from tests.parity.recording import Recording, Session
from tests.parity.replay import replay
from tests.parity.tally import Tally

SOURCE = re.compile(r"https://\S+\.\S+|[\w.-]+/[\w.-]+")


@pytest.mark.parametrize("path", golden_cases(), ids=lambda path: path.stem)
def test_a_golden_session_gets_the_answers_it_names(
    client: SandboxClient, tell: Tell, path: Path
) -> None:
    case = read_golden(path)
    give_roles(client, case.roles or ROLES)
    client.control("PATCH", "/switches", case.switches)
    client.control("PUT", "/faults", {"version": 1, "rules": case.faults})
    tally = Tally()
    tally.add(case.session, replay(client, case.session))
    tell("golden cases", tally)

    assert tally.differing == []
    assert tally.total == len(case.session.recordings)


@pytest.mark.parametrize("path", golden_cases(), ids=lambda path: path.stem)
def test_a_golden_session_says_where_it_is_from(path: Path) -> None:
    case = read_golden(path)

    assert SOURCE.search(case.source)
    assert case.about.endswith(".")


def test_there_are_golden_sessions() -> None:
    assert len(golden_cases()) >= 25
    assert {path.suffix for path in FOLDER.iterdir()} == {".md", ".yaml", ".yml"}


def test_somebody_of_the_sandbox_stands_for_somebody_recorded(client: SandboxClient) -> None:
    answer = expanded({"context": "users/$entity", "shape": "user"})
    headers = read_golden(FOLDER / "application.yaml").session.recordings[1].headers
    recorded = [
        Recording(
            "x", 0, "GET", "/v1.0/users/ole%40fabrikam.example", {}, None, 200, headers, answer
        ),
        Recording("x", 1, "GET", f"/v1.0/users/{answer['id']}", {}, None, 200, headers, answer),
    ]
    tally = Tally()
    tally.add(Session("x", tuple(recorded)), replay(client, Session("x", tuple(recorded))))

    assert str(tally) == "2 agreed, 0 explained, 2 total"


def test_the_sandboxs_domain_stands_for_the_recorded_one(client: SandboxClient) -> None:
    case = read_golden(FOLDER / "users.yaml")
    give_roles(client, case.roles)
    tally = Tally()
    tally.add(case.session, replay(client, case.session))

    assert tally.folded["what a person is like"] == 0
    assert tally.differing == []


def test_a_shape_is_filled_in() -> None:
    body = expanded({"context": "x/$entity", "shape": "password", "displayName": "winter"})

    assert list(body)[:3] == ["@odata.context", "customKeyIdentifier", "displayName"]
    assert body["@odata.context"] == "https://graph.microsoft.com/v1.0/$metadata#x/$entity"
    assert body["displayName"] == "winter"


def test_a_name_with_dots_reaches_inside_a_shape() -> None:
    body = expanded({"shape": "application", "web.redirectUris": ["http://localhost"]})

    assert body["web"]["redirectUris"] == ["http://localhost"]
    assert list(expanded({"shape": "application"})) == list(body)


def test_a_member_that_a_shape_lacks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no colour"):
        expanded({"shape": "password", "colour": "blue"})


def test_no_two_refusals_share_an_id() -> None:
    first, second = (expanded({"shape": "refusal"})["error"]["innerError"] for _ in range(2))

    assert first["request-id"] == first["client-request-id"] != second["request-id"]
