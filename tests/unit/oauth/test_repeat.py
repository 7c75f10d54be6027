from collections.abc import Callable

import pytest

from provision.errors import (
    ClientRefused,
    OutcomeUnknown,
    ProvisionError,
    Throttled,
    Unreachable,
)
from provision.oauth.retry import Patience
from tests.unit.oauth.fakes import manual_clock


def failing(*errors: ProvisionError) -> Callable[[], str]:
    left = list(errors)

    def attempt() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return attempt


def always(error: ProvisionError) -> Callable[[], str]:
    def attempt() -> str:
        raise error

    return attempt


def test_pauses_grow_and_stay_below_a_quarter_minute() -> None:
    told: list[float] = []
    patience = Patience(manual_clock(), 100.0, waiting=lambda _, seconds: told.append(seconds))
    patience.repeat(failing(*[Unreachable("x")] * 6))
    assert told == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


def test_a_fractional_pause_of_the_service_is_kept() -> None:
    clock = manual_clock()
    Patience(clock, 10.0).repeat(failing(Throttled("x", retry_after=0.25)))
    assert clock.monotonic() == 0.25


@pytest.mark.parametrize("pause", [None, 0.0])
def test_throttling_without_a_pause_waits_like_any_other_failure(pause) -> None:
    clock = manual_clock()
    Patience(clock, 10.0).repeat(failing(Throttled("x", retry_after=pause)))
    assert clock.monotonic() == 1.0


def test_a_pause_beyond_the_deadline_is_not_begun() -> None:
    clock = manual_clock()
    with pytest.raises(Throttled):
        Patience(clock, 10.0).repeat(always(Throttled("x", retry_after=11.0)))
    assert clock.monotonic() == 0.0


def test_gives_up_at_the_deadline_with_the_last_error() -> None:
    clock = manual_clock()
    with pytest.raises(Unreachable):
        Patience(clock, 10.0).repeat(always(Unreachable("x")))
    assert clock.monotonic() == 7.0


@pytest.mark.parametrize("error", [ClientRefused("x"), OutcomeUnknown("x")])
def test_does_not_repeat_what_is_final_or_unknown(error) -> None:
    with pytest.raises(type(error)):
        Patience(manual_clock(), 10.0).repeat(failing(error))


def test_a_fresh_refusal_has_a_deadline_of_its_own() -> None:
    clock = manual_clock()
    patience = Patience(clock, 0.0, 5.0, lambda error: isinstance(error, ClientRefused))
    with pytest.raises(ClientRefused):
        patience.repeat(always(ClientRefused("x")))
    assert clock.monotonic() == 3.0


def test_tells_what_is_waited_for() -> None:
    told: list[str] = []
    patience = Patience(manual_clock(), 10.0, waiting=lambda reason, _: told.append(reason))
    patience.repeat(failing(Unreachable("the login host is away")))
    assert told == ["the login host is away"]
