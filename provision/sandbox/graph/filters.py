"""The part of OData's `$filter` that Graph's directory objects take."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, assert_never
from uuid import UUID

from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.refusals import GraphRefusal, unsupported_query

Value = str | bool | None


@dataclass(frozen=True, slots=True)
class Compare:
    """`displayName eq 'x'`, `startswith(displayName,'x')`, `id in ('x','y')`."""

    name: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`identifierUris/any(u:u eq 'x')`."""

    name: str
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Both:
    """`… and …`."""

    left: "Condition"
    right: "Condition"


@dataclass(frozen=True, slots=True)
class Either:
    """`… or …`."""

    left: "Condition"
    right: "Condition"


@dataclass(frozen=True, slots=True)
class Not:
    """`not(…)`."""

    inner: "Condition"


Condition = Compare | AnyOf | Both | Either | Not

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z_][\w./-]*)|(?P<mark>[(),:])|(?P<raw>[^\s(),:']+))"
)
_FUNCTIONS: Final = ("startswith", "endswith")
_ADVANCED: Final = ("ne", "endswith")
_KINDS: Final = {"eq": "Equal", "ne": "NotEqual", "in": "Equal"}
_PREFIX: Final = "Invalid filter clause: "
_LITERALS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}
# Properties whose index takes nothing but the text of a GUID.
_GUIDS: Final = frozenset({"appId"})


def parse_filter(text: str, kind: EntityKind) -> Condition:
    """Return the condition a `$filter` states.

    Raises:
        GraphRefusal: It is malformed, names a property that does not exist or cannot be filtered
            by, or compares it with a value of another type.
    """
    try:
        return _Parser(text, kind).parse()
    except RecursionError:
        raise _malformed() from None


def is_advanced(condition: Condition) -> bool:
    """Tell whether a condition needs `ConsistencyLevel: eventual`."""
    match condition:
        case Compare() | AnyOf():
            return condition.operator in _ADVANCED
        case Both() | Either():
            return is_advanced(condition.left) or is_advanced(condition.right)
        case Not():
            return True
        case _:
            assert_never(condition)


def matches(condition: Condition, item: JsonObject) -> bool:
    """Tell whether an object as it is served meets a condition; text ignores case."""
    match condition:
        case Compare():
            return _compare(item[condition.name], condition.operator, condition.values)
        case AnyOf():
            values = (condition.value,)
            return any(_compare(v, condition.operator, values) for v in item[condition.name])
        case Both():
            return matches(condition.left, item) and matches(condition.right, item)
        case Either():
            return matches(condition.left, item) or matches(condition.right, item)
        case Not():
            return not matches(condition.inner, item)
        case _:
            assert_never(condition)


def _compare(actual: Value, operator: str, values: tuple[Value, ...]) -> bool:
    folded = actual.lower() if isinstance(actual, str) else actual
    wanted = [value.lower() if isinstance(value, str) else value for value in values]
    if operator in _FUNCTIONS:
        affix = str(wanted[0])
        text = folded if isinstance(folded, str) else ""
        return text.startswith(affix) if operator == "startswith" else text.endswith(affix)
    return (folded in wanted) != (operator == "ne")


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str, kind: EntityKind) -> None:
        self._tokens = list(_tokens(text))
        self._kind = kind

    def parse(self) -> Condition:
        condition = self._either()
        if self._tokens:
            raise _malformed()
        return condition

    def _either(self) -> Condition:
        left = self._both()
        while self._accept("or"):
            left = Either(left, self._both())
        return left

    def _both(self) -> Condition:
        left = self._single()
        while self._accept("and"):
            left = Both(left, self._single())
        return left

    def _single(self) -> Condition:
        if self._accept("not"):
            return Not(self._single())
        if self._accept("("):
            inner = self._either()
            self._expect(")")
            return inner
        word = self._next()
        if word.lower() in _FUNCTIONS:
            return self._function(word.lower())
        if word.lower().endswith("/any"):
            return self._any(word[: -len("/any")])
        operator = self._next().lower()
        name = self._name(word, is_collection=False)
        if operator == "in":
            return Compare(name, operator, self._list(name))
        if operator not in ("eq", "ne"):
            raise unsupported_query()
        return Compare(name, operator, (self._value(name, operator),))

    def _function(self, operator: str) -> Compare:
        self._expect("(")
        name = self._name(self._next(), is_collection=False)
        self._expect(",")
        value = self._value(name, operator)
        self._expect(")")
        return Compare(name, operator, (value,))

    def _any(self, word: str) -> AnyOf:
        name = self._name(word, is_collection=True)
        self._expect("(")
        variable = self._next()
        self._expect(":")
        if self._peek().lower() in _FUNCTIONS:
            operator = self._next().lower()
            self._expect("(")
            self._expect(variable)
            self._expect(",")
            condition = AnyOf(name, operator, self._value(None, operator))
            self._expect(")")
        else:
            self._expect(variable)
            self._expect("eq")
            condition = AnyOf(name, "eq", self._value(None, "eq"))
        self._expect(")")
        return condition

    def _list(self, name: str) -> tuple[Value, ...]:
        self._expect("(")
        values = [self._value(name, "in")]
        while self._accept(","):
            values.append(self._value(name, "in"))
        self._expect(")")
        return tuple(values)

    def _name(self, word: str, *, is_collection: bool) -> str:
        name = self._kind.property_named(word, _PREFIX)
        if name not in self._kind.filterable:
            raise unsupported_query()
        if isinstance(self._kind.model[name], list) != is_collection:
            raise unsupported_query()
        return name

    def _value(self, name: str | None, operator: str) -> Value:
        """Return the literal that follows; `name` is what it is compared with, None in `any`."""
        token = self._next()
        is_text = token.startswith("'")
        value: Value = token[1:-1].replace("''", "'") if is_text else _LITERALS.get(token, token)
        wanted = "Edm.String" if name is None else self._kind.edm_type(name)
        actual = "Edm.String" if is_text else _type_of(token)
        if actual is None:
            raise self._kind.unknown(token, _PREFIX)
        if actual not in ("null", wanted):
            raise GraphRefusal(
                400,
                "BadRequest",
                f"{_PREFIX}A binary operator with incompatible types was detected. Found operand "
                f"types '{wanted}' and '{actual}' for operator kind "
                f"'{_KINDS.get(operator, operator)}'.",
            )
        if name in _GUIDS and operator in _KINDS and not _is_guid(value):
            raise unsupported_query(
                "Unsupported or invalid query filter clause specified for property "
                f"'{name}' of resource '{self._kind.type_name[0].upper()}"
                f"{self._kind.type_name[1:]}'."
            )
        return value

    def _peek(self) -> str:
        if not self._tokens:
            raise _malformed()
        return self._tokens[0]

    def _next(self) -> str:
        token = self._peek()
        del self._tokens[0]
        return token

    def _accept(self, word: str) -> bool:
        if self._tokens and self._tokens[0].lower() == word:
            del self._tokens[0]
            return True
        return False

    def _expect(self, word: str) -> None:
        if self._next() != word:
            raise _malformed()


def _type_of(token: str) -> str | None:
    """Return the type of an unquoted literal; None when it is a name."""
    if token in _LITERALS:
        return "null" if _LITERALS[token] is None else "Edm.Boolean"
    if _is_guid(token):
        return "Edm.Guid"
    if token.lstrip("-").isdecimal():
        return "Edm.Int32"
    return "Edm.DateTimeOffset" if re.match(r"\d{4}-\d\d-\d\dT", token) else None


def _is_guid(value: Value) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def _tokens(text: str) -> Iterator[str]:
    position = 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _malformed()
        yield found["text"] or found["word"] or found["mark"] or found["raw"]
        position = found.end()


def _malformed() -> GraphRefusal:
    return GraphRefusal(400, "BadRequest", "Invalid filter clause")
