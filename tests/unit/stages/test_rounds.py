"""Rounds: a period as it is typed, and when the next one begins."""

from datetime import UTC, datetime, timedelta

import pytest

from provision.clock import ManualClock, StoppableClock
from provision.errors import UsageError
from provision.stages.rounds import period, rounds


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("6h", timedelta(hours=6)),
        ("30m", timedelta(minutes=30)),
        ("1m", timedelta(minutes=1)),
        ("30d", timedelta(days=30)),
        (" 1d ", timedelta(days=1)),
    ],
)
def test_reads_a_period(typed, meant):
    assert period(typed) == meant


@pytest.mark.parametrize("typed", ["", "6", "h", "0h", "6 h", "-6h", "31d", "59s", "1.5h", "721h"])
def test_refuses_what_keeps_no_token_alive(typed):
    with pytest.raises(UsageError, match="from 1m to 30d"):
        period(typed)


@pytest.mark.parametrize(("drawn", "begins"), [(0.0, 3600.0), (1.0, 3240.0), (0.5, 3420.0)])
def test_a_round_begins_at_most_a_tenth_early(drawn, begins):
    clock = ManualClock(datetime(2026, 11, 26, tzinfo=UTC))
    numbers = rounds(timedelta(hours=1), clock, lambda: drawn)

    assert (next(numbers), clock.monotonic()) == (1, 0.0)
    assert next(numbers) == 2
    assert clock.monotonic() == pytest.approx(begins)


def test_a_round_that_took_too_long_is_followed_at_once():
    clock = ManualClock(datetime(2026, 11, 26, tzinfo=UTC))
    numbers = rounds(timedelta(hours=1), clock, lambda: 0.0)
    next(numbers)
    clock.sleep(5000)

    next(numbers)

    assert clock.monotonic() == 5000


def test_ends_when_the_clock_is_stopped():
    clock = StoppableClock()
    numbers = rounds(timedelta(hours=1), clock, lambda: 0.0)
    next(numbers)
    clock.stop()

    assert list(numbers) == []
