"""What the body of a refusal says, whichever of its known shapes it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provision.graph.wire import Answer

_MESSAGE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class GraphError:
    """The members of a refusal that decide anything, or help support."""

    code: str
    """Empty when the body had none."""
    message: str
    """One line; empty when the body had none."""
    detail_codes: frozenset[str]
    evidence: tuple[tuple[str, str], ...]
    """`request-id`, and `client-request-id` where it differs."""

    @property
    def codes(self) -> frozenset[str]:
        """The code and those of the details."""
        return self.detail_codes | {self.code}


def error_of(answer: Answer) -> GraphError:
    """Read a refusal; never fails, since a proxy's page of HTML is a refusal too.

    `error` has been seen as an object and as text, `message` as text and as an object, `details`
    as a list, an object and text.

    Source:
        https://learn.microsoft.com/graph/errors
    """
    body = _object(answer.body)
    raw = body.get("error")
    error = _object(raw)
    inner = _object(error.get("innerError") or error.get("innererror"))
    code = _text(error.get("code")) if error else _text(raw)
    message = _message(error.get("message")) if error else _text(body.get("error_description"))
    return GraphError(
        code=code,
        message=" ".join(message.split())[:_MESSAGE_LIMIT],
        detail_codes=frozenset(_detail_codes(error.get("details"))),
        evidence=tuple(_evidence(answer.headers, inner)),
    )


def _evidence(headers: Mapping[str, str], inner: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for name in ("request-id", "client-request-id"):
        value = headers.get(name) or _text(inner.get(name))
        if value and value not in seen:
            seen.add(value)
            yield name, value


def _detail_codes(raw: object) -> Iterator[str]:
    for detail in raw if isinstance(raw, list) else [raw]:
        code = _text(_object(detail).get("code"))
        if code:
            yield code


def _message(raw: object) -> str:
    return _text(raw) or _text(_object(raw).get("value"))


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def _object(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, dict) else {}
