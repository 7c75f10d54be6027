"""The faults' dice: seeded, counted in requests, so that a run can be repeated."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Final

from provision.sandbox.directory import JsonObject
from provision.sandbox.fault_rules import DelayRule, HttpFaultName, HttpRule, Rule

_DELAYS_OF_READER: Final = {
    "graph": "hidden-object",
    "graph-personal": "msa-missing",
    "sts-application": "unknown-application",
    "sts-secret": "refused-secret",
}


@dataclass(frozen=True, slots=True)
class HttpFault:
    """What goes wrong with one request."""

    name: HttpFaultName
    retry_after: float
    """Seconds; only a throttled answer carries it."""


@dataclass(slots=True)
class _Count:
    seen: int = 0
    struck: int = 0


class Faults:
    """Decides, request by request, what goes wrong."""

    def __init__(self, rules: tuple[Rule, ...], seed: int, started_at: float) -> None:
        self.seed = seed
        self._started_at = started_at
        """Seconds since the epoch: what is older has long been replicated."""
        self.replace(rules)

    def replace(self, rules: tuple[Rule, ...]) -> None:
        """Go on with other rules, the dice thrown anew from the same seed."""
        # Repeatable on purpose; nothing secret comes from these dice.
        self._dice = Random(self.seed)  # noqa: S311
        self._http_rules = [rule for rule in rules if isinstance(rule, HttpRule)]
        self._delay_rules = {rule.fault: rule for rule in rules if isinstance(rule, DelayRule)}
        self._counts = {id(rule): _Count() for rule in rules}
        self._rules = rules
        self._unseen: dict[tuple[str, str], int] = {}

    def is_hidden(self, reader: str, key: str, created_at: float) -> bool:
        """Tell whether a fresh object is not seen yet; every call counts as a request for it.

        Args:
            reader: `graph`, `graph-personal`, `sts-application` or `sts-secret`.
            key: Object id, client id or key id.
            created_at: Seconds since the epoch.
        """
        fault = _DELAYS_OF_READER[reader]
        rule = next((r for name, r in self._delay_rules.items() if name == fault), None)
        if rule is None or created_at < self._started_at:
            return False
        slot = (reader, key)
        if slot not in self._unseen:
            self._unseen[slot] = self._dice.randint(*rule.requests) if self._strikes(rule) else 0
        self._unseen[slot] -= 1
        return self._unseen[slot] >= 0

    def next_http_fault(
        self, method: str, path: str, *, in_batch: bool = False
    ) -> HttpFault | None:
        """Return what goes wrong with this request, if anything.

        Args:
            method: Upper case.
            path: Of the request, or of a part of a `$batch`, from `/v1.0` on.
            in_batch: Whether it is a part: a part is throttled at most.
        """
        if not self._http_rules:
            return None
        lowered = path.lower()
        for rule in self._http_rules:
            if in_batch and rule.fault != "throttled":
                continue
            if rule.methods and method not in rule.methods:
                continue
            if any(fnmatchcase(lowered, p) for p in rule.paths) and self._strikes(rule):
                return HttpFault(rule.fault, round(self._dice.uniform(*rule.retry_after), 3))
        return None

    def described(self) -> JsonObject:
        """Return seed and rules with how often each struck, for the control URL."""
        return {
            "seed": self.seed,
            "rules": [
                {
                    "fault": rule.fault,
                    "chance": rule.chance,
                    "seen": self._counts[id(rule)].seen,
                    "struck": self._counts[id(rule)].struck,
                }
                for rule in self._rules
            ],
        }

    def _strikes(self, rule: Rule) -> bool:
        count = self._counts[id(rule)]
        count.seen += 1
        if count.seen <= rule.skip or (rule.times is not None and count.struck >= rule.times):
            return False
        if rule.chance < 1.0 and self._dice.random() >= rule.chance:
            return False
        count.struck += 1
        return True
