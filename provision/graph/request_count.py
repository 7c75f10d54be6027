"""How many requests a run took: distinct ones, repetitions, and where the last write stood."""

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Count:
    """A reading of the meter."""

    requests: int
    """Distinct requests; a `$batch` is one, the token request is none."""
    retries: int
    """Repetitions of a request, or of parts of a `$batch`."""
    last_write_index: int
    """Distinct requests up to and including the last write; 0 when nothing was written."""


class Meter:
    """Counts requests; shared by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests = 0
        self._retries = 0
        self._last_write_index = 0

    def request(self, *, is_write: bool) -> None:
        """Count a request that has not been sent before."""
        with self._lock:
            self._requests += 1
            if is_write:
                self._last_write_index = self._requests

    def retry(self) -> None:
        """Count a repetition."""
        with self._lock:
            self._retries += 1

    def read(self) -> Count:
        """Return the present count."""
        with self._lock:
            return Count(self._requests, self._retries, self._last_write_index)
