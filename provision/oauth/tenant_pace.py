"""Requests of many threads at their tenant's pace: a few at a time, none while it wants a pause."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from provision.clock import Clock
from provision.errors import Throttled
from provision.oauth.http_response import Answer, Form, Http, retry_after

AT_ONCE: Final = 4
"""Requests under way per tenant; Entra names no number, and throttles by tenant, among others.

Source:
    https://learn.microsoft.com/entra/identity-platform/reference-error-codes (AADSTS90033, 50196)
"""
LONGEST_PAUSE: Final = 600.0
"""Seconds; who is asked to wait longer is told so instead."""
_TOO_MANY_REQUESTS: Final = 429
_FAULT: Final = 500
_PAUSE: Final = 1.0


@dataclass
class _Lane:
    """What is known about one tenant's pace."""

    slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    not_before: float = 0.0
    """On the clock's monotonic scale."""


class TenantPace:
    """The `Http` port over another one, for several threads; it waits, and repeats nothing."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._guard = threading.Lock()
        self._lanes: defaultdict[str, _Lane] = defaultdict(_Lane)

    def get(self, url: str) -> Answer:
        """Fetch a document; discovery and keys are not throttled."""
        return self._http.get(url)

    def post(self, url: str, form: Form, headers: Mapping[str, str]) -> Answer:
        """Send a form when it is its tenant's turn.

        Raises:
            Throttled: The tenant asked for a longer pause than anybody here waits.
        """
        lane = self._lane(url)
        with self._turn(lane, url):
            answer = self._http.post(url, form, headers)
            pause = retry_after(answer)
            if answer.status == _TOO_MANY_REQUESTS or (answer.status >= _FAULT and pause):
                self._hold_back(lane, pause or _PAUSE)
            return answer

    def _lane(self, url: str) -> _Lane:
        parts = urlsplit(url)
        with self._guard:
            return self._lanes[f"{parts.netloc}/{parts.path.split('/')[1]}"]

    @contextmanager
    def _turn(self, lane: _Lane, url: str) -> Iterator[None]:
        with lane.slots:
            # Whoever was under way may have been told of a longer pause meanwhile.
            while (seconds := lane.not_before - self._clock.monotonic()) > 0:
                if seconds > LONGEST_PAUSE:
                    raise Throttled(
                        f"asking {urlsplit(url).netloc}: Entra wants a pause of {seconds:.0f} s",
                        retry_after=seconds,
                        hint="too much was asked at once; the same command works later",
                    )
                self._clock.sleep(seconds)
            yield

    def _hold_back(self, lane: _Lane, seconds: float) -> None:
        with self._guard:
            lane.not_before = max(lane.not_before, self._clock.monotonic() + seconds)
