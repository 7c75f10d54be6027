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


_KIND: Final = "to"
"""The key that says which shape a mapping has, where there are several."""


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
        schema = self._chosen(node, self._resolved(schema))
        known = self._properties(schema)
        items = schema.get("items")
        if schema.get("additionalProperties") is True:
            yield from self._credentials(node, path)
        elif isinstance(node.value, dict) and known is not None:
            for key in [key for key in node.value if key not in known]:
                yield self._strange(node.value, key, path, known)
            for key, child in node.value.items():
                yield from self._walk(child, (*path, key), known[key])
        elif isinstance(node.value, list) and items is not None:
            for index, child in enumerate(node.value):
                yield from self._walk(child, (*path, index), items)

    def _chosen(self, node: Node, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the shape that a node's `to` names, out of a schema with several."""
        shapes = [self._resolved(shape) for shape in schema.get("oneOf", ())]
        if not shapes or not isinstance(node.value, dict):
            return schema
        named = {kind: shape for shape in shapes for kind in _kinds(shape)}
        to = node.value.get(_KIND) or node.value.get(nearest(_KIND, node.value) or "")
        kind = to.value if to is not None and isinstance(to.value, str) else ""
        is_open = [shape for shape in shapes if not _kinds(shape)]
        found = named.get(kind) or named.get(nearest(kind, named) or "")
        everything = {k: v for shape in shapes for k, v in shape["properties"].items()}
        return found or next(iter(is_open if kind else []), {"properties": everything})

    def _credentials(self, node: Node, path: Path) -> Iterator[Finding]:
        """Refuse what looks like a credential where any key is allowed."""
        if isinstance(node.value, dict):
            for key, child in list(node.value.items()):
                if _CREDENTIAL.search(key):
                    yield self._strange(node.value, key, path, {})
                else:
                    yield from self._credentials(child, (*path, key))
        elif isinstance(node.value, list):
            for index, child in enumerate(node.value):
                yield from self._credentials(child, (*path, index))

    def _strange(
        self, entries: dict[str, Node], key: str, path: Path, known: Mapping[str, Any]
    ) -> Finding:
        child = entries.pop(key)
        if _CREDENTIAL.search(key) and not key.lower().startswith("federated"):
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
        for shape in self._resolved(here).get("oneOf", ()):
            yield from self._everywhere(shape, at)

    def _properties(self, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
        found = self._resolved(schema).get("properties")
        return found if isinstance(found, dict) else None

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = str(schema.get("$ref", ""))
        found = self._definitions.get(reference.removeprefix("#/$defs/"), schema)
        if "anyOf" in schema:  # a section or a list, or a word or null in its place
            choices = (c for c in schema["anyOf"] if "$ref" in c or "items" in c)
            return self._resolved(next(choices, {}))
        return found if isinstance(found, dict) else schema


def _kinds(shape: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the values of `to` that name a shape; none when it is open to others."""
    to = shape["properties"][_KIND]
    return tuple(to.get("enum", ())) or ((to["const"],) if "const" in to else ())
