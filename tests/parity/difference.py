"""In what two answers differ, member by member: nothing is forgiven here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# The headers that a client acts upon, or that tell what the answer is. The others say which
# machine answered, when, and how loaded it was.
COMPARED_HEADERS = (
    "content-type", "odata-version", "x-ms-resource-unit", "cache-control", "location", "vary",
    "strict-transport-security", "transfer-encoding", "preference-applied", "retry-after",
    "www-authenticate", "allow",
)  # fmt: skip
# An answer inside a batch comes over no connection of its own.
_PART_HEADERS = ("Content-Type", "OData-Version", "Location", "Retry-After")
_SHOWN = 90
# Where a whole object stands: at the top, in a list, as an answer of a batch.
_ENTITY = re.compile(r"(responses\[\d+\]\.body)?(\.?value\[\d+\])?")
_ENTITY_PREFIX = re.compile(r"^(responses\[\d+\]\.body\.)?(value\[\d+\]\.)?")
_PART = re.compile(r"responses\[\d+\]\.headers")
# Collections that Graph promises to give, and not in which order; the members that tell which is
# which: https://learn.microsoft.com/graph/json-batching
_UNORDERED = {"responses": "id"}


class Kind(StrEnum):
    """How two answers differ in one place."""

    VALUE = "value"
    MISSING = "missing"
    """A member that only the recorded answer has."""
    SURPLUS = "surplus"
    """A member that only the sandbox's answer has."""
    ORDER = "order"
    """Members that both have, one after another."""
    COUNT = "count"
    """Entries of a collection."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which the sandbox's answer is not the recorded one."""

    at: str
    """`status`, `header location`, or a path into the body: `value[0].web.redirectUris[1]`."""
    kind: Kind
    expected: object
    actual: object
    entity: Mapping[str, object] = field(default_factory=dict, compare=False)
    """The recorded object that the place belongs to."""

    @property
    def field(self) -> str:
        """The place without numbers, the same in an object and in a list of them."""
        return re.sub(r"\[\d+\]", "[]", _ENTITY_PREFIX.sub("", self.at))

    def __str__(self) -> str:
        """Return one line."""
        wanted, got = (repr(side)[:_SHOWN] for side in (self.expected, self.actual))
        match self.kind:
            case Kind.MISSING:
                return f"{self.at}: missing, recorded as {wanted}"
            case Kind.SURPLUS:
                return f"{self.at}: not recorded, here {got}"
            case Kind.ORDER:
                return f"{self.at or 'body'}: members in the order {got} instead of {wanted}"
            case Kind.COUNT:
                return f"{self.at}: {got} entries instead of {wanted}"
            case Kind.VALUE:
                return f"{self.at or 'body'}: {got} instead of {wanted}"


def header_differences(
    expected: Mapping[str, str], actual: Mapping[str, str]
) -> Iterator[Difference]:
    """Yield the headers that differ, of those that matter."""
    for name in COMPARED_HEADERS:
        if expected.get(name) != actual.get(name):
            at = f"header {name}"
            yield Difference(at, Kind.VALUE, expected.get(name), actual.get(name))


def body_differences(
    expected: object, actual: object, at: str = "", entity: Mapping[str, object] | None = None
) -> Iterator[Difference]:
    """Yield the places in which two bodies differ, in the recorded order."""
    if _PART.fullmatch(at) and isinstance(expected, dict) and isinstance(actual, dict):
        yield from _part_headers(expected, actual, at)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        is_entity = entity is None or ("id" in expected and _ENTITY.fullmatch(at))
        yield from _objects(expected, actual, at, expected if is_entity else entity or {})
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield Difference(at, Kind.COUNT, len(expected), len(actual), entity or {})
            return
        for index, (left, right) in enumerate(_paired(expected, actual, at)):
            yield from body_differences(left, right, f"{at}[{index}]", entity)
    elif type(expected) is not type(actual) or expected != actual:
        yield Difference(at, Kind.VALUE, expected, actual, entity or {})


def _part_headers(
    expected: Mapping[str, object], actual: Mapping[str, object], at: str
) -> Iterator[Difference]:
    for name in _PART_HEADERS:
        if expected.get(name) != actual.get(name):
            yield Difference(f"{at}.{name}", Kind.VALUE, expected.get(name), actual.get(name))


def _paired(expected: list[Any], actual: list[Any], at: str) -> Iterable[tuple[Any, Any]]:
    if at not in _UNORDERED:
        return zip(expected, actual, strict=True)
    sides = [
        sorted(side, key=lambda item: str(item[_UNORDERED[at]])) for side in (expected, actual)
    ]
    return zip(*sides, strict=True)


def _objects(
    expected: dict[str, object],
    actual: dict[str, object],
    at: str,
    entity: Mapping[str, object],
) -> Iterator[Difference]:
    def below(name: str) -> str:
        return f"{at}.{name}" if at else name

    for name, value in expected.items():
        if name in actual:
            yield from body_differences(value, actual[name], below(name), entity)
        else:
            yield Difference(below(name), Kind.MISSING, value, None, entity)
    for name, value in actual.items():
        if name not in expected:
            yield Difference(below(name), Kind.SURPLUS, None, value, entity)
    shared = [name for name in expected if name in actual]
    order = [name for name in actual if name in expected]
    if shared != order:
        yield Difference(at, Kind.ORDER, shared, order, entity)
