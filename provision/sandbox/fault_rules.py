"""Fault rules: what goes wrong, for whom and how often, as a JSON file says it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, get_args

from provision.errors import UsageError

HttpFaultName = Literal["throttled", "unavailable", "concurrency", "dropped"]
DelayName = Literal["hidden-object", "msa-missing", "unknown-application", "refused-secret"]
_ANY_PATH: Final = ("/v1.0/*", "*/oauth2/v2.0/token")


@dataclass(frozen=True, slots=True)
class HttpRule:
    """A request that is answered badly, or not at all."""

    fault: HttpFaultName
    methods: frozenset[str]
    """Upper case; empty means every method."""
    paths: tuple[str, ...]
    """Lower-case shell patterns, one of which must match."""
    chance: float
    skip: int
    """Matching requests that are let through first."""
    times: int | None
    """How often it strikes at most; None: for ever."""
    retry_after: tuple[float, float]
    """Seconds, from and to."""


@dataclass(frozen=True, slots=True)
class DelayRule:
    """A fresh object that one reader does not see at first."""

    fault: DelayName
    requests: tuple[int, int]
    """For how many requests, from and to, it stays unseen."""
    chance: float
    skip: int
    """Fresh objects that are seen at once, before the rule begins."""
    times: int | None
    """How many objects at most."""


Rule = HttpRule | DelayRule


def load_rules(choice: str) -> tuple[Rule, ...]:
    """Return the rules of `none`, `default` or a fault file.

    Raises:
        UsageError: The file cannot be read or is not a fault file.
    """
    if choice == "none":
        return ()
    if choice == "default":
        text = (files("provision.sandbox") / "data" / "default-faults.json").read_text("utf-8")
        return parse_rules(json.loads(text), "default faults")
    try:
        raw = json.loads(Path(choice).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"fault file {choice}: cannot be read ({error.strerror})",
            hint="`--faults` takes `none`, `default` or the path of a fault file",
        ) from error
    except ValueError as error:
        raise UsageError(f"fault file {choice}: not JSON") from error
    return parse_rules(raw, f"fault file {choice}")


def parse_rules(raw: object, source: str) -> tuple[Rule, ...]:
    """Return the rules of a decoded fault document.

    Raises:
        UsageError: It is not a version 1 fault document.
    """
    if not isinstance(raw, Mapping) or raw.get("version") != 1:
        raise UsageError(f"{source}: not a version 1 fault document")
    try:
        return tuple(_rule(rule) for rule in raw.get("rules", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{source}: {error}") from error


def _rule(raw: Mapping[str, Any]) -> Rule:
    fault = raw["fault"]
    chance, skip, times = float(raw.get("chance", 1.0)), int(raw.get("skip", 0)), raw.get("times")
    if fault in get_args(DelayName):
        _refuse_unknown(raw, {"requests"})
        low, high = raw.get("requests", (1, 1))
        return DelayRule(fault, (int(low), int(high)), chance, skip, times)
    if fault in get_args(HttpFaultName):
        _refuse_unknown(raw, {"method", "path", "retryAfter"})
        return HttpRule(
            fault=fault,
            methods=frozenset(method.upper() for method in _listed(raw.get("method", ()))),
            paths=tuple(path.lower() for path in _listed(raw.get("path", _ANY_PATH))),
            chance=chance,
            skip=skip,
            times=times,
            retry_after=_range(raw.get("retryAfter", 0.1)),
        )
    known = ", ".join((*get_args(HttpFaultName), *get_args(DelayName)))
    msg = f"unknown fault {fault!r}; known are {known}"
    raise ValueError(msg)


def _refuse_unknown(raw: Mapping[str, Any], own: set[str]) -> None:
    unknown = sorted(set(raw) - own - {"fault", "chance", "skip", "times"})
    if unknown:
        msg = f"{raw['fault']!r} has no member {unknown[0]!r}"
        raise ValueError(msg)


def _listed(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _range(value: float | list[float]) -> tuple[float, float]:
    low, high = value if isinstance(value, list) else (value, value)
    return float(low), float(high)
