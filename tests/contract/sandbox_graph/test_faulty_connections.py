"""Connections that are lost, cut or slow, before and after a write took effect."""

from collections.abc import Callable, Iterator
from http.client import IncompleteRead, RemoteDisconnected
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from provision.clock import SystemClock
from tests.contract.sandbox_graph.client import Reply, SandboxClient
from tests.contract.sandbox_graph.rules import path_of, use


@pytest.mark.parametrize(
    ("rule", "error", "took_effect"),
    [
        ({"fault": "lost-request"}, RemoteDisconnected, False),
        ({"fault": "dropped"}, RemoteDisconnected, True),
        ({"fault": "reset"}, ConnectionResetError, False),
        ({"fault": "reset", "when": "after"}, ConnectionResetError, True),
        ({"fault": "cut-answer"}, IncompleteRead, True),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_a_lost_connection_leaves_open_whether_the_write_took_effect(
    client: SandboxClient,
    rule: dict[str, object],
    error: type[Exception],
    took_effect: bool,
) -> None:
    path = f"{path_of(client.create('lost'))}/addPassword"
    use(client, rule | {"method": "POST", "times": 1})

    with pytest.raises(error):
        client.graph("POST", path, {})
    client.close()
    held = client.graph("GET", path.removesuffix("/addPassword")).body["passwordCredentials"]
    assert len(held) == took_effect


def test_a_connection_is_closed_before_a_request_was_sent(client: SandboxClient) -> None:
    use(client, {"fault": "closed-connection", "times": 1})
    client.close()

    with pytest.raises((RemoteDisconnected, ConnectionResetError, BrokenPipeError)):
        client.graph("GET", "/organization")
    client.close()
    assert client.graph("GET", "/organization").status == 200


def timed(ask: Callable[[], Reply]) -> tuple[float, int]:
    begun = monotonic()
    status = ask().status
    return monotonic() - begun, status


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "slow", "seconds": 0.3},
        {"fault": "slow", "seconds": [0.3, 0.4], "when": "after"},
        {"fault": "slow-body", "seconds": 0.3},
    ],
)
def test_a_slow_answer_is_the_right_one(client: SandboxClient, rule: dict[str, object]) -> None:
    use(client, rule)

    seconds, status = timed(lambda: client.graph("GET", "/organization"))
    assert status == 200
    assert seconds >= 0.25


def test_a_slow_answer_without_a_body_arrives(client: SandboxClient) -> None:
    path = path_of(client.create("slow"))
    use(client, {"fault": "slow-body", "seconds": 0.01})

    assert client.graph("PATCH", path, {"displayName": "x"}).status == 204


def held_names(client: SandboxClient, other: SandboxClient, when: str) -> Iterator[set[str]]:
    """Hold the creation of an application; yield what there is, then let go and yield once more."""
    use(client, {"fault": "held", "method": "POST", "when": when, "times": 1})
    asking = Thread(target=client.graph, args=("POST", "/applications", {"displayName": when}))
    asking.start()
    wait_until(lambda: any(r.get("held") for r in requests_of(other)))
    yield names_of(other)
    other.control("DELETE", "/faults")
    asking.join(20)
    yield names_of(other)


def requests_of(client: SandboxClient) -> list[dict[str, Any]]:
    return list(client.control("GET", "/requests").body["requests"])


def names_of(client: SandboxClient) -> set[str]:
    return {a["displayName"] for a in client.graph("GET", "/applications").body["value"]}


def wait_until(holds: Callable[[], bool]) -> None:
    while not holds():
        SystemClock().sleep(0.02)


@pytest.fixture
def other(client: SandboxClient) -> Iterator[SandboxClient]:
    second = SandboxClient(client.ready)
    second.sign_in()
    yield second
    second.close()


@pytest.mark.parametrize(("when", "is_there"), [("before", False), ("after", True)])
def test_a_held_request_waits_until_the_rules_are_replaced(
    client: SandboxClient, other: SandboxClient, when: str, is_there: bool
) -> None:
    meanwhile, afterwards = held_names(client, other, when)

    assert (when in meanwhile, when in afterwards) == (is_there, True)


def test_a_held_request_whose_client_gave_up_is_never_carried_out(
    client: SandboxClient, other: SandboxClient
) -> None:
    use(client, {"fault": "held", "method": "POST", "times": 1})
    with pytest.raises(TimeoutError):
        client.impatient("POST", "/applications", {"displayName": "given up"}, seconds=0.3)

    wait_until(lambda: not any(r.get("held") for r in requests_of(other)))
    other.control("DELETE", "/faults")
    assert "given up" not in names_of(other)
