"""The members of a fault rule: how each is read from JSON, and what its schema is."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, NoReturn, get_args

from provision.sandbox.directory import JsonObject
from provision.sandbox.faults.rules import ANY_PROTOCOL, ForeignWrite, Trigger, Wording

_MOST: Final = 1_000_000
_Read = Callable[[object], object]
_METHODS: Final = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a rule: where it goes, how it is read, and what a schema says of it."""

    field: str
    read: _Read
    schema: JsonObject


def _whole(least: int) -> tuple[_Read, JsonObject]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
            _refuse(f"is a whole number from {least} to {_MOST}", value)
        return value

    return read, {"type": "integer", "minimum": least, "maximum": _MOST}


def _number(value: object, most: float = _MOST) -> float:
    # NaN and the infinities fail the comparison.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        _refuse(f"is a number from 0 to {most}", value)
    return float(value)


def _positive(value: object) -> float:
    number = _number(value)
    if number == 0:
        _refuse("is a number above 0", value)
    return number


def _pair(value: object) -> tuple[object, object]:
    if not isinstance(value, list):
        return value, value
    if len(value) != 2:  # noqa: PLR2004  (from and to)
        _refuse("is one number, or a list of two: from, to", value)
    return value[0], value[1]


def _seconds(value: object) -> tuple[float, float]:
    low, high = (_number(end) for end in _pair(value))
    if low > high:
        _refuse("runs from the smaller to the larger number", value)
    return low, high


def _seconds_or_none(value: object) -> tuple[float, float] | None:
    return None if value is None else _seconds(value)


def _requests(value: object) -> tuple[int, int]:
    read, _ = _whole(0)
    low, high = (int(str(read(end))) for end in _pair(value))
    if low > high:
        _refuse("runs from the smaller to the larger number", value)
    return low, high


def _one_of(choices: Iterable[object]) -> tuple[_Read, JsonObject]:
    known = tuple(choices)

    def read(value: object) -> object:
        if value not in known or isinstance(value, bool):
            near = get_close_matches(value, map(str, known), 1) if isinstance(value, str) else ()
            meant = f"; did you mean {near[0]!r}?" if near else ""
            _refuse(f"is one of {', '.join(map(str, known))}", value, meant)
        return value

    return read, {"enum": list(known)}


def _listed(read_one: _Read, one: JsonObject) -> tuple[_Read, JsonObject]:
    def read(value: object) -> tuple[object, ...]:
        values = value if isinstance(value, list) else [value]
        if not values:
            _refuse("is one value or a list of some", value)
        return tuple(read_one(item) for item in values)

    return read, {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        _refuse("is a text", value)
    return value.lower()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        _refuse("is true or false", value)
    return value


def _method(value: object) -> str:
    return str(_one_of(_METHODS)[0](value.upper() if isinstance(value, str) else value))


def _methods(value: object) -> frozenset[object]:
    read, _ = _listed(_method, {})
    return frozenset(read(value))  # type: ignore[call-overload, no-any-return]  # it is a tuple


def _trigger(value: object) -> Trigger:
    if not isinstance(value, Mapping):
        _refuse("is an object with `method` and `path`", value)
    return Trigger(**read_members(value, ("method", "path"), "after"))


def _refuse(what: str, value: object, meant: str = "") -> NoReturn:
    msg = f"{what}, not {json.dumps(value)[:60]}{meant}"
    raise ValueError(msg)


_NUMBER: Final[JsonObject] = {"type": "number", "minimum": 0, "maximum": _MOST}
_SECONDS: Final[JsonObject] = {
    "anyOf": [_NUMBER, {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}]
}
_WHOLE: Final[JsonObject] = {"type": "integer", "minimum": 0, "maximum": _MOST}
_REQUESTS: Final[JsonObject] = {
    "anyOf": [_WHOLE, {"type": "array", "items": _WHOLE, "minItems": 2, "maxItems": 2}]
}
_STRING: Final[JsonObject] = {"type": "string", "minLength": 1}
_FLAG: Final[JsonObject] = {"type": "boolean"}
_PATHS: Final = _listed(_text, _STRING)
_VERBS: Final = _listed(_method, {"enum": list(_METHODS)})[1]
_TRIGGER: Final[JsonObject] = {
    "type": "object",
    "properties": {"method": _VERBS, "path": _PATHS[1]},
    "additionalProperties": False,
}
MEMBERS: Final[Mapping[str, Member]] = {
    "chance": Member("chance", lambda v: _number(v, 1), _NUMBER | {"maximum": 1}),
    "skip": Member("skip", *_whole(0)),
    "times": Member("times", *_whole(0)),
    "every": Member("every", *_whole(1)),
    "after": Member("after", _trigger, _TRIGGER),
    "method": Member("methods", _methods, _VERBS),
    "path": Member("paths", *_PATHS),
    "clientId": Member("client_id", _text, _STRING),
    "retryAfter": Member(
        "retry_after", _seconds_or_none, {"anyOf": [*_SECONDS["anyOf"], {"type": "null"}]}
    ),
    "wording": Member("wording", *_one_of(get_args(Wording))),
    "status": Member("status", *_one_of((409, 400, 503))),
    "seconds": Member("seconds", _seconds, _SECONDS),
    "when": Member("when", *_one_of(("before", "after"))),
    "write": Member("writes", *_listed(*_one_of(get_args(ForeignWrite)))),
    "requests": Member("requests", _requests, _REQUESTS),
    "replicas": Member("replicas", *_whole(1)),
    "sticky": Member("is_sticky", _flag, _FLAG),
    "resourceUnits": Member("resource_units", *_whole(1)),
    "window": Member("window", _positive, _NUMBER | {"exclusiveMinimum": 0}),
    "writes": Member("writes", *_whole(1)),
    "writeWindow": Member("write_window", _positive, _NUMBER | {"exclusiveMinimum": 0}),
    "personalWrites": Member("personal_writes", *_whole(1)),
    "silent": Member("is_silent", _flag, _FLAG),
    "protocol": Member("protocols", *_listed(*_one_of(ANY_PROTOCOL))),
    "at": Member("at", *_one_of(("greeting", "login"))),
}


def read_members(raw: Mapping[str, Any], allowed: tuple[str, ...], owner: str) -> JsonObject:
    """Return values by field name.

    Raises:
        ValueError: A member is unknown, or its value is wrong.
    """
    check_names(raw, allowed, owner)
    values: JsonObject = {}
    for name, value in raw.items():
        member = MEMBERS[name]
        try:
            values[member.field] = member.read(value)
        except ValueError as error:
            msg = f"`{name}` {error}"
            raise ValueError(msg) from error
    return values


def check_names(raw: Mapping[str, Any], allowed: tuple[str, ...], owner: str) -> None:
    """Refuse a member that `owner` does not have."""
    for name in raw:
        if name not in allowed:
            refuse_name(f"{owner} has no member", name, allowed)


def refuse_name(complaint: str, name: object, known: Iterable[str]) -> NoReturn:
    """Refuse a name and say which was perhaps meant."""
    names = sorted(known)
    near = get_close_matches(str(name), names, 1)
    meant = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
    msg = f"{complaint} {name!r}; {meant}"
    raise ValueError(msg)
