"""Fault rules: what goes wrong, for whom and how often, as values."""

from dataclasses import dataclass
from typing import Final, Literal

from provision.sandbox.directory import JsonObject

Range = tuple[float, float]
"""From and to; one of them is drawn."""
HttpFaultName = Literal[
    "throttled", "unavailable", "internal-error", "bad-gateway", "gateway-timeout", "concurrency",
    "lost-request", "dropped", "cut-answer", "reset", "slow", "slow-body", "held",
]  # fmt: skip
LagName = Literal[
    "hidden-object", "stale-object", "msa-missing", "unknown-application", "refused-secret",
    "lingering-secret",
]  # fmt: skip
MailFaultName = Literal[
    "mail-dropped", "mail-bye", "mail-refused", "mail-deferred", "mail-slow-greeting",
    "mail-tls-stalled",
]  # fmt: skip
ForeignWrite = Literal[
    "adds-redirect", "adds-secret", "removes-secret", "adds-grant-scope", "changes-audience",
    "renames",
]  # fmt: skip
Wording = Literal["plain", "identifier", "documented"]
ANY_PATH: Final = ("/v1.0/*", "*/oauth2/v2.0/token")
ANY_PROTOCOL: Final = ("imap", "pop", "smtp")


@dataclass(frozen=True, slots=True)
class Trigger:
    """A request that has to be seen before a rule begins."""

    methods: frozenset[str] = frozenset()
    """Upper case; empty means every method."""
    paths: tuple[str, ...] = ("*",)
    """Lower-case shell patterns, one of which must match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What every rule says."""

    fault: str
    document: JsonObject
    """As it was written."""
    chance: float = 1.0
    skip: int = 0
    """What is let through first."""
    times: int | None = None
    """How often it strikes at most; None: for ever."""
    every: int = 1
    """Strikes only each so manieth of what it is asked about."""
    after: Trigger | None = None
    """None: from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRule(_Rule):
    """A request that is answered badly, late, or not at all."""

    fault: HttpFaultName
    methods: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ANY_PATH
    client_id: str | None = None
    """Lower case; None: whoever asks."""
    retry_after: Range | None = None
    """Seconds; None sends no `Retry-After`."""
    wording: Wording = "plain"
    """Of a 429."""
    status: int = 409
    """Of a concurrency violation."""
    seconds: Range = (1.0, 1.0)
    when: Literal["before", "after"] = "before"
    """Whether it happens before or after the request took effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRule(_Rule):
    """Another administrator who writes just before a request is carried out."""

    methods: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ANY_PATH
    client_id: str | None = None
    writes: tuple[ForeignWrite, ...] = ("adds-redirect",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRule(_Rule):
    """A connection that ends before a request can be sent over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LagRule(_Rule):
    """A change that some replicas of one reader have not heard of."""

    fault: LagName
    requests: tuple[int, int] = (1, 1)
    """For how many requests, from and to, each replica lags behind."""
    replicas: int = 1
    is_sticky: bool = False
    """Whether one connection always reaches the same replica."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRule(_Rule):
    """Budgets of one client in one tenant, on the sandbox's clock.

    Source:
        https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
    """

    resource_units: int = 3500
    window: float = 10.0
    writes: int = 3000
    write_window: float = 150.0
    personal_writes: int = 60
    """In a minute, to applications whose audience includes personal accounts."""
    wording: Wording = "plain"
    is_silent: bool = False
    """Whether the 429 comes without `Retry-After`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRule(_Rule):
    """A mail connection that goes wrong."""

    fault: MailFaultName
    protocols: tuple[str, ...] = ANY_PROTOCOL
    at: Literal["greeting", "login"] = "login"
    seconds: Range = (1.0, 1.0)


Rule = HttpRule | ForeignRule | ConnectionRule | LagRule | QuotaRule | MailRule


@dataclass(frozen=True, slots=True)
class HttpFault:
    """What goes wrong with one request."""

    name: HttpFaultName
    retry_after: float | None = None
    """Seconds; None sends none."""
    wording: Wording = "plain"
    status: int = 409
    seconds: float = 0.0
    when: Literal["before", "after"] = "before"


@dataclass(frozen=True, slots=True)
class MailFault:
    """What goes wrong with one mail connection."""

    name: MailFaultName
    at: Literal["greeting", "login"] = "login"
    seconds: float = 0.0
