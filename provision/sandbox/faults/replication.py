"""Replicas: every request lands on one of them, and each hears of a change in its own time."""

import json
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from provision.sandbox.directory import Directory, JsonObject, StoredSecret
from provision.sandbox.faults.rules import LagRule
from provision.sandbox.faults.tally import Tally

_KEPT: Final = 256
"""Changes remembered; what is older has reached every replica."""
_MOST_CONNECTIONS: Final = 10_000
_COLLECTIONS: Final = ("applications", "service_principals", "grants", "deleted")
_NAMES: Final = {
    "applications": "applications",
    "serviceprincipals": "service_principals",
    "oauth2permissiongrants": "grants",
    "deleteditems": "deleted",
}
"""Collections by the segment of a path that names them."""
_CAST: Final = "microsoft.graph."
_IDENTITIES: Final = ("id", "appId", "uniqueName")


@dataclass(slots=True)
class _Landing:
    """Where one request landed: on the same replica for all that it needs."""

    owner: "Landings"
    spot: float
    """0 to 1: times a number of replicas, it is one of them."""
    sticky_spot: float
    """The same for every request of a connection."""
    verdicts: dict[Hashable, bool] = field(default_factory=dict)


_landing: ContextVar[_Landing | None] = ContextVar("landing", default=None)


class Landings:
    """Chooses replicas with dice of its own, so that no rule disturbs another."""

    def __init__(self, seed: int) -> None:
        self._dice = Random(f"{seed}:landing")  # noqa: S311  (repeatable on purpose)
        self._connections: dict[Hashable, float] = {}

    def land(self, connection: Hashable = None) -> None:
        """Begin a request; without a connection, a part of the request that is being served."""
        if connection is None:
            sticky_spot = self.here().sticky_spot
            _landing.set(_Landing(self, self._dice.random(), sticky_spot))
            return
        if len(self._connections) > _MOST_CONNECTIONS:
            self._connections.clear()
        spot = self._dice.random()
        _landing.set(_Landing(self, spot, self._connections.setdefault(connection, spot)))

    def here(self) -> _Landing:
        """Return where the present request landed; nowhere remembered when there is none."""
        landing = _landing.get()
        if landing is not None and landing.owner is self:
            return landing
        spot = self._dice.random()
        return _Landing(self, spot, spot)


class Lag:
    """One lag rule: which replica is behind with what, counted in requests that need it."""

    def __init__(self, rule: LagRule, tally: Tally, landings: Landings) -> None:
        self.fault = rule.fault
        self._rule = rule
        self._tally = tally
        self._landings = landings
        self._left: dict[Hashable, list[int]] = {}

    def is_behind(self, key: Hashable) -> bool:
        """Tell whether the replica that answers has not heard of this yet; counts the request."""
        landing = self._landings.here()
        mark = (id(self), key)
        if mark not in landing.verdicts:
            landing.verdicts[mark] = self._asked(key, landing)
        return landing.verdicts[mark]

    def _asked(self, key: Hashable, landing: _Landing) -> bool:
        rule = self._rule
        if key not in self._left:
            strikes = self._tally.strikes()
            draws = range(rule.replicas if strikes else 0)
            self._left[key] = [self._tally.amounts.randint(*rule.requests) for _ in draws]
        left = self._left[key]
        if not left:
            return False
        spot = landing.sticky_spot if rule.is_sticky else landing.spot
        replica = int(spot * rule.replicas)
        left[replica] -= 1
        is_behind = left[replica] >= 0
        if max(left) <= 0:
            left.clear()
        return is_behind


def is_any_behind(lags: Iterable[Lag], key: Hashable) -> bool:
    """Tell whether one of several rules hides this; each of them is asked."""
    return any(tuple(lag.is_behind(key) for lag in lags))


@dataclass(frozen=True, slots=True)
class _Change:
    """One write: what stood before where it stands no more."""

    number: int
    before: dict[tuple[str, str], JsonObject | None]
    """By collection and key; None where there was nothing."""
    known_as: frozenset[str]
    """Ids and alternate keys of what was changed, lower case."""

    def is_asked_for(self, path: Sequence[str]) -> bool:
        """Tell whether a request for this path, lower case, needs what was changed."""
        named = {_NAMES[piece] for piece in path if piece in _NAMES}
        is_list = path[-1] in _NAMES or path[-1].startswith(_CAST)
        return any(collection in named for collection, _ in self.before) and (
            is_list or not self.known_as.isdisjoint(path)
        )


class Replication:
    """Remembers writes, and shows each reader the directory as its replica has it."""

    def __init__(self) -> None:
        self.begin(())

    def begin(self, lags: Sequence[Lag]) -> None:
        """Go on with these rules; every replica is up to date."""
        self._changes: deque[_Change] = deque(maxlen=_KEPT)
        self._removed: dict[str, StoredSecret] = {}
        self._count = 0
        self.follow(lags)

    def follow(self, lags: Sequence[Lag]) -> None:
        """Take other rules, and keep what the replicas have not heard of."""
        self._stale = [lag for lag in lags if lag.fault == "stale-object"]
        self._lingering = [lag for lag in lags if lag.fault == "lingering-secret"]

    @contextmanager
    def recording(self, directory: Directory) -> Iterator[None]:
        """Remember what a write changes, for replicas that will not have heard of it."""
        if not self._stale and not self._lingering:
            yield
            return
        before, secrets = _photograph(directory), dict(directory.secrets)
        yield
        if self._lingering:
            gone = secrets.keys() - directory.secrets.keys()
            self._removed |= {key_id: secrets[key_id] for key_id in gone}
        if self._stale:
            self._remember(before, _photograph(directory))

    def removed_secrets(self) -> list[StoredSecret]:
        """Return the secrets that were removed; `is_lingering` tells of one whether it works."""
        return list(self._removed.values())

    def is_lingering(self, secret: StoredSecret) -> bool:
        """Tell whether the replica that answers takes a removed secret still."""
        return is_any_behind(self._lingering, secret.key_id)

    def is_removed(self, secret: StoredSecret) -> bool:
        """Tell whether a secret is not in the directory any more."""
        return secret.key_id in self._removed

    def view(self, directory: Directory, path: Sequence[str]) -> Directory:
        """Return the directory as the replica has it that a read of this path lands on."""
        behind = [
            c
            for c in self._changes
            if c.is_asked_for(path) and is_any_behind(self._stale, c.number)
        ]
        if not behind:
            return directory
        held = {name: dict(getattr(directory, name)) for name in _COLLECTIONS}
        for change in reversed(behind):  # what was there first wins: changes arrive in order
            for (name, key), value in change.before.items():
                held[name].pop(key, None)
                if value is not None:
                    held[name][key] = value
        return replace(
            directory,
            applications=held["applications"],
            service_principals=held["service_principals"],
            grants=held["grants"],
            deleted=held["deleted"],
            path=None,
        )

    def _remember(
        self, before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]
    ) -> None:
        known = {key for _, key in before}
        changed = {
            place: before.get(place)
            for place in before.keys() | after.keys()
            if before.get(place) != after.get(place)
            # That a new object is not seen is another fault's business; a grant has no other.
            and (place[1] in known or place[0] == "grants")
        }
        if not changed:
            return
        self._count += 1
        versions = [
            json.loads(text) for p in changed for text in (before.get(p), after.get(p)) if text
        ]
        known_as = {
            str(version[name]).lower()
            for version in versions
            for name in _IDENTITIES
            if version.get(name)
        }
        old = {place: json.loads(text) if text else None for place, text in changed.items()}
        self._changes.append(_Change(self._count, old, frozenset(known_as)))


def _photograph(directory: Directory) -> dict[tuple[str, str], str]:
    return {
        (name, key): json.dumps(item)
        for name in _COLLECTIONS
        for key, item in getattr(directory, name).items()
    }
