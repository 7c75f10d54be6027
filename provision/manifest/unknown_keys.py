"""Keys that no manifest has: what was probably meant, and secrets that do not belong here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from provision.manifest.document import Node, Path, spelled
from provision.manifest.spelling import nearest

_CREDENTIAL: Final = re.compile(
    r"(client|app).?secret|secret.?(text|value|key)|password|passwd|"
    r"(refresh|access|id|bearer).?token|private.?key|api.?key|credential",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a path of the tree."""

    path: Path
    message: str
    suggestion: str = ""
    rests_on: tuple[Path, ...] = ()
    """Other paths that must be right for this to be true."""
    line: int = 0


class Shape:
    """Which keys a manifest has where, from its JSON Schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._definitions: Mapping[str, Any] = schema.get("$defs", {})
        self._root = schema

    def strange_keys(self, root: Node) -> list[Finding]:
        """Take every unknown key out of the tree, put the meant one in its place, and say so."""
        return list(self._walk(root, (), self._root))

    def _walk(self, node: Node, path: Path, schema: Mapping[str, Any]) -> Iterator[Finding]:
        known = self._properties(schema)
        items = self._resolved(schema).get("items")
        if isinstance(node.value, dict) and known is not None:
            for key in [key for key in node.value if key not in known]:
                yield self._strange(node.value, key, path, known)
            for key, child in node.value.items():
                yield from self._walk(child, (*path, key), known[key])
        elif isinstance(node.value, list) and items is not None:
            for index, child in enumerate(node.value):
                yield from self._walk(child, (*path, index), items)

    def _strange(
        self, entries: dict[str, Node], key: str, path: Path, known: Mapping[str, Any]
    ) -> Finding:
        child = entries.pop(key)
        if _CREDENTIAL.search(key):
            message = (
                "a manifest holds no credential: take it out, and replace it wherever it is "
                "used, because it has been written to a file"
            )
            return Finding(child.path, message, line=child.line)
        meant = nearest(key, known)
        if meant is not None:
            entries.setdefault(meant, child)
            return Finding(child.path, f"there is no key {key!r}", meant, line=child.line)
        elsewhere = next((spelled(p) for p in self._everywhere() if p[-1] == key), "")
        where = spelled(path) or "a manifest"
        return Finding(child.path, f"{where} has no key {key!r}", elsewhere, line=child.line)

    def _everywhere(self, schema: Mapping[str, Any] | None = None, at: Path = ()) -> Iterator[Path]:
        here = self._root if schema is None else schema
        for key, below in (self._properties(here) or {}).items():
            yield (*at, key)
            yield from self._everywhere(below, (*at, key))

    def _properties(self, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
        found = self._resolved(schema).get("properties")
        return found if isinstance(found, dict) else None

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = str(schema.get("$ref", ""))
        found = self._definitions.get(reference.removeprefix("#/$defs/"), schema)
        return found if isinstance(found, dict) else schema
