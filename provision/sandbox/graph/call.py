"""One request to Graph and its answer, whether it came alone or inside a `$batch`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.refusals import GraphRefusal, bad_request
from provision.sandbox.tokens import Claims

METADATA: Final = "https://graph.microsoft.com/v1.0/$metadata#"
REFERENCE: Final = "@odata.id"
OWNERS: Final = "owners@odata.bind"
# A segment may carry its key in parentheses: applications(appId='…'), users('…'); a slash inside
# belongs to the key.
_KEYED: Final = re.compile(r"(?P<name>[^()/]+)\((?:(?P<key>\w+)=)?'(?P<value>(?:[^']|'')*)'\)")
_SEGMENT: Final = re.compile(r"(?:\((?:\w+=)?'(?:[^']|'')*'\)|[^/])+")


@dataclass(frozen=True, slots=True)
class Key:
    """What names one object of a collection."""

    name: str
    """`id`, or an alternate key in Graph's spelling, lower case."""
    value: str


Piece = str | Key


@dataclass(frozen=True, slots=True)
class Call:
    """What a client asks for."""

    method: str
    pieces: tuple[Piece, ...]
    """The path below `/v1.0`: names, and keys that stood in parentheses."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case name."""
    claims: Claims
    content: bytes | JsonObject | None = None
    """As it came over the wire, or decoded inside a `$batch`."""

    @property
    def is_eventual(self) -> bool:
        """Whether the client put up with a replica: `ConsistencyLevel: eventual`."""
        return self.headers.get("consistencylevel", "").lower() == "eventual"

    def key(self, index: int = 1) -> Key:
        """Return the key at that place of the path; a bare segment is an object id."""
        piece = self.pieces[index]
        return piece if isinstance(piece, Key) else Key("id", piece)

    def has_preference(self, wanted: str) -> bool:
        """Tell whether the `Prefer` header asks for this."""
        return wanted in self.headers.get("prefer", "").lower().replace(" ", "").split(",")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Graph says when it says yes."""

    status: int
    body: JsonObject | None = None
    location: str | None = None
    units: int = 1
    """`x-ms-resource-unit`."""
    text: str | None = None
    """In place of a body, for `$count`."""
    headers: Mapping[str, str] = field(default_factory=dict)


NO_CONTENT: Final = Answer(204)


def split_path(path: str) -> tuple[Piece, ...]:
    """Return the pieces of a decoded path below `/v1.0`.

    Raises:
        GraphRefusal: A segment is malformed.
    """
    pieces: list[Piece] = []
    for segment in _SEGMENT.findall(path):
        keyed = _KEYED.fullmatch(segment)
        if keyed:
            value = keyed["value"].replace("''", "'")
            pieces += [keyed["name"], Key((keyed["key"] or "id").lower(), value)]
        elif segment.endswith("()"):  # a function: delta()
            pieces.append(segment[:-2])
        elif "(" in segment:
            raise GraphRefusal(400, "BadRequest", f"Invalid segment '{segment}'.")
        else:
            pieces.append(segment)
    # Some clients name the tenant in front: /v1.0/myorganization/applications.
    if pieces and str(pieces[0]).lower() == "myorganization":
        del pieces[0]
    return tuple(pieces)


def object_body(call: Call, annotation: str = "") -> JsonObject:
    """Return the body as a JSON object, without OData's annotations.

    Args:
        call: Its body, decoded or not.
        annotation: The one that says something here: `REFERENCE` or `OWNERS`.

    Raises:
        GraphRefusal: There is none, or it is something else.
    """
    import json  # noqa: PLC0415  (a part of a batch needs no decoding)

    body = call.content
    if isinstance(body, bytes):
        if not body:
            raise bad_request("A payload is expected, but none was sent.")
        try:
            decoded = json.loads(body, parse_constant=_refuse)  # NaN is no JSON
            if b"\\ud" in body.lower():
                json.dumps(decoded, ensure_ascii=False).encode()  # nor is half a character
        except (ValueError, RecursionError):
            raise GraphRefusal(400, "BadRequest", "Unable to read JSON request payload.") from None
        body = decoded
    if not isinstance(body, dict):
        raise GraphRefusal(400, "BadRequest", "Unable to read JSON request payload.")
    return {
        name: value for name, value in body.items() if "@odata." not in name or name == annotation
    }


def _refuse(constant: str) -> None:
    raise ValueError(constant)
