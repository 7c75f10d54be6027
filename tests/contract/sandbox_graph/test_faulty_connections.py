"""Connections that are lost, cut or slow, before and after a write took effect."""

from collections.abc import Callable
from http.client import IncompleteRead, RemoteDisconnected
from time import monotonic

import pytest

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
