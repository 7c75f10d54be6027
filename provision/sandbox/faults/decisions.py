"""What goes wrong: the rules at work, seeded and counted in requests, so that runs repeat."""

from asyncio import Event
from collections import Counter
from typing import Final

from provision.sandbox.directory import JsonObject, StoredSecret
from provision.sandbox.faults.replication import Lag, Landings, Replication, is_any_behind
from provision.sandbox.faults.rules import (
    ConnectionRule,
    ForeignRule,
    ForeignWrite,
    HttpFault,
    HttpRule,
    LagRule,
    MailFault,
    MailRule,
    QuotaRule,
    Rule,
)
from provision.sandbox.faults.tally import Tally, matches
from provision.sandbox.faults.throttling import Quota

_LAG_OF_READER: Final = {
    "graph": "hidden-object",
    "graph-personal": "msa-missing",
    "sts-application": "unknown-application",
    "sts-secret": "refused-secret",
}


class Faults:
    """Decides, request by request, what goes wrong."""

    def __init__(self, rules: tuple[Rule, ...], seed: int, started_at: float) -> None:
        self.seed = seed
        self._started_at = started_at
        """Seconds since the epoch: what is older has long been replicated."""
        self.replication = Replication()
        self.replaced = Event()
        """Set as soon as other rules are at work."""
        self.replace(rules)

    def replace(self, rules: tuple[Rule, ...]) -> None:
        """Go on with other rules, the dice thrown anew from the same seed; let go what is held."""
        self.replaced.set()
        self.replaced = Event()
        self._landings = Landings(self.seed)
        self._tallies: list[Tally] = []
        self._lags: list[Lag] = []
        self.quotas: list[Quota] = []
        self._ordinals: Counter[str] = Counter()
        for rule in rules:
            self._take(rule)
        self.replication.begin(self._lags)

    def add(self, rule: Rule) -> None:
        """Take one more rule; the dice and counts of the others stay as they are."""
        self._take(rule)
        self.replication.follow(self._lags)

    def land(self, connection: object = None) -> None:
        """Let a request land on a replica; without a connection, a part of a `$batch`."""
        self._landings.land(connection)

    def is_hidden(self, reader: str, key: str, created_at: float) -> bool:
        """Tell whether a fresh object is not seen yet; every request for it counts.

        Args:
            reader: `graph`, `graph-personal`, `sts-application` or `sts-secret`.
            key: Object id, client id or key id.
            created_at: Seconds since the epoch.
        """
        if created_at < self._started_at:
            return False
        fault = _LAG_OF_READER[reader]
        return is_any_behind((lag for lag in self._lags if lag.fault == fault), key)

    def is_refused(self, secret: StoredSecret) -> bool:
        """Tell whether the token endpoint's replica does not take a secret (any more)."""
        if self.replication.is_removed(secret):
            return not self.replication.is_lingering(secret)
        return self.is_hidden("sts-secret", secret.key_id, secret.created_at)

    @property
    def names_callers(self) -> bool:
        """Whether some rule is about one client only."""
        requests = (HttpRule, ForeignRule)
        return any(isinstance(t.rule, requests) and t.rule.client_id for t in self._tallies)

    def next_http_fault(
        self, method: str, path: str, *, in_batch: bool = False, client_id: str = ""
    ) -> HttpFault | None:
        """Return what goes wrong with this request, if anything.

        Args:
            method: Upper case.
            path: Of the request, or of a part of a `$batch`, from `/v1.0` on.
            in_batch: Whether it is a part: a part is throttled at most.
            client_id: Of the caller, lower case; looked at when a rule names one.
        """
        struck: HttpFault | None = None
        for tally in self._tallies:
            rule = tally.rule
            if not isinstance(rule, HttpRule) or (in_batch and rule.fault != "throttled"):
                continue
            # Every rule is asked, so that its dice do not depend on the others' luck.
            if not _is_meant(rule, method, path, client_id) or not tally.would_strike():
                continue
            if struck is None:
                tally.struck += 1
                struck = _fault(rule, tally)
        for tally in self._tallies:
            tally.notice(method, path)
        return struck

    def foreign_writes(self, method: str, path: str, client_id: str = "") -> list[ForeignWrite]:
        """Return what another administrator writes just before this request."""
        return [
            write
            for tally in self._tallies
            if isinstance(rule := tally.rule, ForeignRule)
            and _is_meant(rule, method, path, client_id)
            and tally.strikes()
            for write in rule.writes
        ]

    def closes_connection(self) -> bool:
        """Tell whether a new connection ends at once."""
        rules = (tally for tally in self._tallies if isinstance(tally.rule, ConnectionRule))
        return any(tuple(tally.strikes() for tally in rules))

    def next_mail_fault(self, protocol: str) -> MailFault | None:
        """Return what goes wrong with a new connection to `imap`, `pop` or `smtp`, if anything."""
        struck: MailFault | None = None
        for tally in self._tallies:
            rule = tally.rule
            if not isinstance(rule, MailRule) or protocol not in rule.protocols:
                continue
            if tally.would_strike() and struck is None:
                tally.struck += 1
                struck = MailFault(rule.fault, rule.at, tally.drawn(rule.seconds))
        return struck

    def described(self) -> JsonObject:
        """Return seed and rules with how often each struck, for the control URL."""
        return {"seed": self.seed, "rules": [tally.described() for tally in self._tallies]}

    def _take(self, rule: Rule) -> None:
        # Neither its place among other faults nor what they do reaches a rule's dice.
        tally = Tally(rule, f"{self.seed}:{rule.fault}:{self._ordinals[rule.fault]}")
        self._ordinals[rule.fault] += 1
        self._tallies.append(tally)
        if isinstance(rule, LagRule):
            self._lags.append(Lag(rule, tally, self._landings))
        if isinstance(rule, QuotaRule):
            self.quotas.append(Quota(rule, tally))


def _is_meant(rule: HttpRule | ForeignRule, method: str, path: str, client_id: str) -> bool:
    is_caller = rule.client_id is None or rule.client_id == client_id
    return is_caller and matches(rule.methods, rule.paths, method, path)


def _fault(rule: HttpRule, tally: Tally) -> HttpFault:
    return HttpFault(
        name=rule.fault,
        retry_after=None if rule.retry_after is None else tally.drawn(rule.retry_after),
        wording=rule.wording,
        status=rule.status,
        seconds=tally.drawn(rule.seconds),
        when=rule.when,
    )
