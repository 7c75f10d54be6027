"""The administrator signs in once, and again only when there is a reason."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from provision.clock import ManualClock
from provision.errors import ClientRefused, Throttled, Unreachable, WrongTenant
from provision.graph.credential import Administrator, AdministratorToken
from provision.graph.polling import Pacing
from provision.graph.token_claims import tenant_of
from provision.secret import Secret

START = datetime(2026, 3, 1, tzinfo=UTC)


def token_with(claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.signature"


class FakeSource:
    """Hands out numbered tokens that live for an hour, after what it was told to raise."""

    def __init__(self, clock: ManualClock, log: list[str], troubles: list[Exception]) -> None:
        self._clock = clock
        self._log = log
        self._troubles = troubles

    def request(self, claims: str) -> AdministratorToken:
        self._log.append(f"request {claims}".strip())
        if self._troubles:
            raise self._troubles.pop(0)
        number = len(self._log)
        return AdministratorToken(Secret(f"token-{number}"), self._clock.now() + timedelta(hours=1))

    def close(self) -> None:
        self._log.append("close")


class Desk:
    def __init__(self, *troubles: Exception) -> None:
        self.clock = ManualClock(START)
        self.log: list[str] = []
        self.waits: list[float] = []
        remaining = list(troubles)
        pacing = Pacing(self.clock, lambda: 1.0, lambda _what, seconds: self.waits.append(seconds))
        self.administrator = Administrator(
            lambda: FakeSource(self.clock, self.log, remaining), pacing
        )


def test_signs_nobody_in_before_a_token_is_needed():
    assert Desk().log == []


def test_asks_for_one_token_and_keeps_it():
    desk = Desk()

    first, second = desk.administrator.token(), desk.administrator.token()

    assert first == second
    assert desk.log == ["request"]


def test_a_token_that_was_asked_for_ahead_is_the_first_one():
    desk = Desk()
    desk.administrator.sign_in_ahead()

    first, second = desk.administrator.token(), desk.administrator.token()

    assert (first, second) == (Secret("token-1"), Secret("token-1"))
    assert desk.log == ["request"]


def test_what_a_sign_in_ahead_met_is_raised_once_to_whoever_wants_the_token():
    desk = Desk(ClientRefused("AADSTS7000215"))
    desk.administrator.sign_in_ahead()

    with pytest.raises(ClientRefused):
        desk.administrator.token()

    assert desk.administrator.token() == Secret("token-2")


def test_a_sign_in_ahead_has_the_patience_of_any_other():
    desk = Desk(Throttled("Entra asked for a pause", retry_after=7.0))
    desk.administrator.sign_in_ahead()

    desk.administrator.token()

    assert desk.log == ["request", "close", "request"]


def test_asks_again_a_minute_before_the_token_dies():
    desk = Desk()
    first = desk.administrator.token()
    desk.clock.sleep(3541)

    assert desk.administrator.token() != first


def test_asks_again_when_graph_demands_claims():
    desk = Desk()
    desk.administrator.token()

    desk.administrator.token('{"access_token":{}}')

    assert desk.log == ["request", 'request {"access_token":{}}']


def test_tries_again_with_a_new_source_when_there_was_no_answer():
    desk = Desk(Unreachable("the login host cannot be reached"))

    assert desk.administrator.token().reveal().startswith("token-")
    assert desk.log == ["request", "close", "request"]


def test_waits_as_long_as_entra_asks():
    desk = Desk(Throttled("Entra answered 429", retry_after=7.5))

    desk.administrator.token()

    assert desk.waits == [7.5]


def test_gives_up_on_a_login_host_that_stays_away():
    desk = Desk(*[Unreachable("the login host cannot be reached")] * 99)

    with pytest.raises(Unreachable):
        desk.administrator.token()
    assert desk.clock.monotonic() <= 30


def test_does_not_repeat_a_refusal():
    desk = Desk(ClientRefused("Entra answered AADSTS7000215"))

    with pytest.raises(ClientRefused):
        desk.administrator.token()
    assert desk.log == ["request"]


def test_forgets_the_token_when_closed():
    desk = Desk()
    desk.administrator.token()
    desk.administrator.close()
    desk.administrator.close()

    desk.administrator.token()

    assert desk.log == ["request", "close", "request"]


def test_reads_the_tenant_from_the_token():
    assert tenant_of(Secret(token_with({"tid": "ABC-1"}))) == "abc-1"


@pytest.mark.parametrize(
    "text",
    ["", "opaque", "a.b", "a.!!!!.c", token_with({}), token_with({"tid": 7}), token_with([1])],
)
def test_refuses_a_token_that_names_no_tenant(text):
    with pytest.raises(WrongTenant, match="names no tenant"):
        tenant_of(Secret(text))
