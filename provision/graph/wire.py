"""One request to Graph and its answer as plain values, and the wire that carries them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal, Protocol

from provision.errors import Unreachable
from provision.tenant.caller import Caller

Method = Literal["GET", "POST", "PATCH", "DELETE"]

BATCH_PATH = "/$batch"
API_VERSION = "/v1.0"


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """A request as it will be sent, and what it is for."""

    action: str
    """What it does to which object, for a person: `adding password 'laptop' to application 3f…`."""
    method: Method
    path: str
    """Below `/v1.0`, percent-encoded, query included: `/applications?$filter=…`."""
    content: bytes | None = None
    """JSON; None when there is no body."""

    @property
    def is_read(self) -> bool:
        """Whether repeating it can do no harm; the batches we send hold reads only."""
        return self.method == "GET" or self.path == BATCH_PATH


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, a refusal included."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: object = None
    """Decoded JSON; None when there was none, or it was not JSON."""

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004  (the very definition of 2xx)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the service asks to wait, possibly fractional; None when it names none.

        A gateway may name an instant instead, which is measured against the answer's own `Date`.

        Source:
            https://learn.microsoft.com/graph/throttling; RFC 9110 section 10.2.3
        """
        told = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", told):
            return float(told)
        try:
            answered_at, again_at = map(parsedate_to_datetime, (self.headers["date"], told))
            return max(0.0, (again_at - answered_at).total_seconds())
        except (KeyError, TypeError, ValueError):
            return None


class NotSent(Unreachable):
    """No connection: the request cannot have had an effect."""

    is_permanent = False
    """Whether another attempt would meet the same end (a certificate that is not trusted)."""


class AnswerLost(Unreachable):
    """The request left, no answer came: a write may have had its effect."""


class Wire(Protocol):
    """Carries one request, once."""

    def tenant_id(self) -> str:
        """Return the tenant that the caller's token belongs to."""
        ...

    def caller(self) -> Caller:
        """Return whose token it is, and what it allows."""
        ...

    def send(self, request: GraphRequest) -> Answer:
        """Send once and return whatever was answered.

        Raises:
            NotSent: There was no connection.
            AnswerLost: The connection broke, or time was up, before the answer was complete.
        """
        ...

    def close(self) -> None:
        """Release connections; harmless when repeated."""
        ...
