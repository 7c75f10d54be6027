"""Graph's quotas: resource units and writes of one client in a window, as the service counts them.

Source:
    https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
"""

from dataclasses import dataclass
from typing import Final

from provision.sandbox.faults.rules import QuotaRule
from provision.sandbox.faults.tally import Tally

_NEAR: Final = 0.8
"""Of a budget: from here on an answer tells how much is spent."""
_FULL: Final = 1.8
"""What the header shows at most."""
_MINUTE: Final = 60.0


@dataclass(slots=True)
class _Window:
    ends_at: float
    spent: int = 0


@dataclass(frozen=True, slots=True)
class _Budget:
    name: str
    information: str
    """`x-ms-throttle-information`."""
    limit: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Spent:
    """How one client stands after a charge."""

    share: float
    """Of the budget that is spent most."""
    retry_after: float | None = None
    """Seconds until there is more; None while there is enough."""
    information: str = ""

    @property
    def percentage(self) -> str | None:
        """`x-ms-throttle-limit-percentage`; None while it is not worth telling."""
        return f"{min(self.share, _FULL):.2g}" if self.share >= _NEAR else None


class Quota:
    """One quota rule and what every client has spent."""

    def __init__(self, rule: QuotaRule, tally: Tally) -> None:
        self.rule = rule
        self._tally = tally
        self._units = _Budget(
            "units", "ResourceUnitLimitExceeded", rule.resource_units, rule.window
        )
        writes = "WriteLimitExceeded"
        self._writes = _Budget("writes", writes, rule.writes, rule.write_window)
        self._personal = _Budget("personal", writes, rule.personal_writes, _MINUTE)
        self._windows: dict[tuple[str, str], _Window] = {}

    def charge(self, client_id: str, now: float, *, is_write: bool, is_personal: bool) -> Spent:
        """Charge one request before it is served; it is refused when `retry_after` is given.

        Args:
            client_id: Who pays: one resource unit, until `settle` knows better.
            now: Seconds since the epoch, on the sandbox's clock.
            is_write: Whether it costs a write besides.
            is_personal: Whether it writes to an application for personal accounts.
        """
        self._tally.seen += 1
        budgets = [self._units]
        budgets += [self._writes] if is_write else []
        budgets += [self._personal] if is_write and is_personal else []
        standings = [self._spend(budget, client_id, now, 1) for budget in budgets]
        refused = [standing for standing in standings if standing.retry_after is not None]
        self._tally.struck += bool(refused)
        return max(refused or standings, key=lambda s: s.retry_after or s.share)

    def settle(self, client_id: str, now: float, units: int) -> None:
        """Charge what an answer cost besides the first resource unit."""
        self._spend(self._units, client_id, now, units - 1)

    def _spend(self, budget: _Budget, client_id: str, now: float, cost: int) -> Spent:
        key = (budget.name, client_id)
        window = self._windows.get(key)
        if window is None or now >= window.ends_at:
            window = self._windows[key] = _Window(now + budget.seconds)
        window.spent += cost  # refused requests count, too: a client that insists stays out
        share = window.spent / budget.limit
        if window.spent <= budget.limit:
            return Spent(share)
        return Spent(share, round(window.ends_at - now, 3), budget.information)
