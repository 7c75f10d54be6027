"""One rule's dice and counts: nobody else's throws change them."""

from fnmatch import fnmatchcase
from random import Random

from provision.sandbox.directory import JsonObject
from provision.sandbox.faults.rules import Rule


class Tally:
    """Decides, time after time, whether a rule strikes."""

    def __init__(self, rule: Rule, seed: str) -> None:
        self.rule = rule
        self.seen = 0
        self.struck = 0
        self._is_armed = rule.after is None
        # Repeatable on purpose; nothing secret comes from these dice.
        self._dice = Random(seed)  # noqa: S311
        self.amounts = Random(f"{seed}:amounts")  # noqa: S311

    def would_strike(self) -> bool:
        """Count one occasion, throw the dice whether they matter or not, and tell the outcome."""
        rule = self.rule
        if not self._is_armed:
            return False
        self.seen += 1
        luck = self._dice.random()
        asked = self.seen - rule.skip
        is_turn = asked > 0 and asked % rule.every == 0
        is_left = rule.times is None or self.struck < rule.times
        return is_turn and is_left and luck < rule.chance

    def strikes(self) -> bool:
        """Count one occasion, and tell whether the rule strikes."""
        is_struck = self.would_strike()
        self.struck += is_struck
        return is_struck

    def drawn(self, ends: tuple[float, float]) -> float:
        """Return an amount between two, in thousandths."""
        return round(self.amounts.uniform(*ends), 3)

    def notice(self, method: str, path: str) -> None:
        """Begin when this is the request that the rule waits for."""
        after = self.rule.after
        if after is not None and not self._is_armed:
            self._is_armed = matches(after.methods, after.paths, method, path)

    def described(self) -> JsonObject:
        """Return the rule as it was written, with its counts."""
        return (
            {"chance": self.rule.chance}
            | self.rule.document
            | {
                "seen": self.seen,
                "struck": self.struck,
            }
        )


def matches(methods: frozenset[str], paths: tuple[str, ...], method: str, path: str) -> bool:
    """Tell whether a request is one of these.

    Args:
        methods: Upper case; none means all.
        paths: Lower-case shell patterns, one of which must match.
        method: Upper case.
        path: In any case.
    """
    lowered = path.lower()
    return (not methods or method in methods) and any(fnmatchcase(lowered, p) for p in paths)
