"""A tenant's pace: what one request is told about pauses, every later one keeps."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from provision.clock import ManualClock
from provision.errors import Throttled
from provision.oauth.http_response import Answer, Form
from provision.oauth.tenant_pace import TenantPace

ONE = "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token"
TWO = "https://login.microsoftonline.com/tenant-2/oauth2/v2.0/token"
FINE = Answer(200, {}, b"{}")


class Script:
    """Answers in turn, and notes when each request came."""

    def __init__(self, clock: ManualClock, *answers: Answer) -> None:
        self.clock, self.answers = clock, list(answers)
        self.came: list[tuple[str, float]] = []
        self.during: list[Callable[[], object]] = []

    def get(self, url: str) -> Answer:
        return self.post(url, {}, {})

    def post(self, url: str, form: Form, headers: Mapping[str, str]) -> Answer:
        self.came.append((url, self.clock.monotonic()))
        if self.during:
            self.during.pop(0)()
        return self.answers.pop(0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 26, tzinfo=UTC))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(429, {"retry-after": "7.5"}, b""),
        Answer(503, {"retry-after": "7.5"}, b""),
    ],
)
def test_a_pause_that_one_request_is_told_holds_for_the_next(clock, answer):
    http = Script(clock, answer, FINE)
    pace = TenantPace(http, clock)

    assert pace.post(ONE, {}, {}) == answer
    assert pace.post(ONE, {}, {}) == FINE

    assert [at for _, at in http.came] == [0.0, 7.5]


def test_a_429_without_a_number_is_a_second(clock):
    http = Script(clock, Answer(429, {}, b""), FINE)
    pace = TenantPace(http, clock)

    pace.post(ONE, {}, {})
    pace.post(ONE, {}, {})

    assert http.came[1][1] == 1.0


def test_a_failure_without_a_number_holds_nobody_back(clock):
    http = Script(clock, Answer(503, {}, b""), FINE)
    pace = TenantPace(http, clock)

    pace.post(ONE, {}, {})
    pace.post(ONE, {}, {})

    assert http.came[1][1] == 0.0


def test_one_tenants_pause_is_nobody_elses(clock):
    http = Script(clock, Answer(429, {"retry-after": "60"}, b""), FINE, FINE)
    pace = TenantPace(http, clock)

    pace.post(ONE, {}, {})
    pace.post(TWO, {}, {})
    pace.get(ONE)

    assert [at for _, at in http.came] == [0.0, 0.0, 0.0]


def test_a_shorter_pause_does_not_shorten_a_longer_one(clock):
    longer, shorter = (Answer(429, {"retry-after": told}, b"") for told in ("60", "1"))
    http = Script(clock, longer, shorter, FINE)
    pace = TenantPace(http, clock)
    # Under way while the first is answered.
    http.during.append(lambda: pace.post(ONE, {}, {}))

    pace.post(ONE, {}, {})
    pace.post(ONE, {}, {})

    assert [at for _, at in http.came] == [0.0, 0.0, 60.0]


def test_nobody_waits_for_an_hour(clock):
    http = Script(clock, Answer(429, {"retry-after": "3600"}, b""))
    pace = TenantPace(http, clock)
    pace.post(ONE, {}, {})

    with pytest.raises(Throttled, match="wants a pause of 3600 s") as caught:
        pace.post(ONE, {}, {})

    assert caught.value.retry_after == 3600.0
    assert clock.monotonic() == 0.0
