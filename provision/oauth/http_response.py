"""One answer of the login host, and the port through which it is asked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol

from provision.errors import Throttled, Unreachable
from provision.secret import Secret

Form = Mapping[str, str | Secret]
"""The fields of a form-encoded body."""

_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response, already read."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Http(Protocol):
    """Sends one request and never repeats it.

    Both methods raise Unreachable when the request certainly never arrived, OutcomeUnknown when
    it may have, and RefusedError when the host cannot prove who it is.
    """

    def get(self, url: str) -> Answer:
        """Fetch a document."""
        ...

    def post(self, url: str, form: Form, headers: Mapping[str, str]) -> Answer:
        """Send a form."""
        ...


def json_object(answer: Answer) -> dict[str, object] | None:
    """Return the body's members; None when the body is no JSON object."""
    try:
        decoded = json.loads(answer.body)
    except (ValueError, RecursionError):  # the latter: thousands of brackets, one in the other
        return None
    return decoded if isinstance(decoded, dict) else None


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that the answer asks to wait; None when it names none.

    Microsoft sends fractions too. A date is measured against the answer's own `Date`.

    Source:
        RFC 9110 section 10.2.3
    """
    told = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d+)?", told):
        return float(told)
    try:
        until = parsedate_to_datetime(told)
        pause = (until - parsedate_to_datetime(answer.headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0.0, pause)


def raise_if_temporary(
    answer: Answer, doing: str, evidence: tuple[tuple[str, str], ...] = ()
) -> None:
    """Raise for an answer that the service itself calls passing, by its status.

    Raises:
        Throttled: 429, or any failure that says how long to wait.
        Unreachable: 5xx without such a word.
    """
    pause = retry_after(answer)
    is_failure = answer.status >= _SERVER_ERROR
    if answer.status == _TOO_MANY_REQUESTS or (is_failure and pause is not None):
        raise Throttled(
            f"{doing}: Entra answered {answer.status} and asks for a pause",
            retry_after=pause,
            hint="too much was asked at once; the same command works later",
            evidence=evidence,
        )
    if is_failure:
        raise Unreachable(
            f"{doing}: Entra answered {answer.status}",
            hint="a passing fault on the other side; the same command works later",
            evidence=evidence,
        )
