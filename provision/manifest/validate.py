"""A tree to a manifest, mending what is wrong on the way so that every problem shows at once."""

import re
from dataclasses import replace
from functools import cache
from typing import Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from provision.manifest.document import Node, Path, locate, plain, spelled
from provision.manifest.fields import REFUSAL
from provision.manifest.handoff import InstalledTarget
from provision.manifest.model import Manifest
from provision.manifest.rules import findings
from provision.manifest.sections import WRITTEN
from provision.manifest.spelling import nearest
from provision.manifest.unknown_keys import Finding, Shape

_ROUNDS: Final = 6
_TAG: Final = 2
"""Where in the path of a hand-off's error pydantic puts the name of its shape."""
_STAND_INS: Final[dict[Path, str | None]] = {
    ("tenant",): "tenant.invalid",
    ("application",): None,
    ("application", "uniqueName"): "application",
    ("application", "signInAudience"): "AzureADMultipleOrgs",
}
"""Take the place of a value that is missing or beyond repair while the rest is looked at.

None stands for an empty mapping.
"""

_WANTED: Final = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "dataclass_type": "a mapping of keys to values",
}


@cache
def adapter() -> TypeAdapter[Manifest]:
    """Return pydantic's validator of manifests."""
    return TypeAdapter(Manifest)


@cache
def _shape() -> Shape:
    return Shape(adapter().json_schema())


def validated(root: Node, ambiguous: frozenset[str]) -> tuple[Manifest | None, list[Finding]]:
    """Return the manifest, and everything wrong with it; the tree is mended in place.

    Paths and lines of the findings are the file's own.

    Args:
        root: What the file says.
        ambiguous: Paths, as spelled, of values that were reported as YAML already.
    """
    strange = [] if _is_right(root) else _shape().strange_keys(root)
    mending = _Mending(root, ambiguous)
    for _ in range(_ROUNDS):
        try:
            manifest = _parsed(root)
        except ValidationError as error:
            mending.take([f for e in error.errors() for f in _finding(e)])
        else:
            mending.report([f for f in findings(manifest) if not mending.has_spoiled(f.rests_on)])
            return manifest, [*strange, *mending.found]
    return None, [*strange, *mending.found]


def _is_right(root: Node) -> bool:
    """Tell whether pydantic alone has nothing to say, and no key that it does not know is let in.

    Making the shape that finds strange keys takes as long as the whole validation.
    """
    try:
        manifest = _parsed(root)
    except ValidationError:
        return False
    return not any(isinstance(target, InstalledTarget) for target in manifest.handoff)


def _parsed(root: Node) -> Manifest:
    return adapter().validate_python(plain(root), by_alias=True, by_name=False, context=WRITTEN)


class _Mending:
    """What was found so far, and the tree that is made good enough to look further."""

    def __init__(self, root: Node, ambiguous: frozenset[str]) -> None:
        self.found: list[Finding] = []
        self._ambiguous = ambiguous
        self._explained: list[Path] = []
        self._root = root
        self._replaced: set[Path] = set()
        self._spoiled: list[Path] = []

    def take(self, candidates: list[Finding]) -> None:
        """Report what is new and mend all of it."""
        self.report(candidates)
        doomed = {path for c in candidates if (path := self._mend(c)) is not None}
        # Backwards, so that removing an item does not move the ones still to be removed.
        for path in sorted(doomed, reverse=True):
            if not any(path[:depth] in doomed for depth in range(1, len(path))):
                self._remove(path)

    def report(self, candidates: list[Finding]) -> None:
        """Keep the findings that no earlier one explains, with the file's own paths and lines."""
        explained = tuple(self._explained)
        for finding in candidates:
            node, beyond = locate(self._root, finding.path)
            path = (*node.path, *beyond)
            # The file's own positions (items may be gone from the tree), the schema's own names.
            steps = zip(path, finding.path, strict=True)
            place = tuple(ours if isinstance(ours, int) else named for ours, named in steps)
            known = any(place[: len(p)] == p for p in explained)
            if not known and spelled(path) not in self._ambiguous:
                self.found.append(replace(finding, path=path, line=node.line))
                self._explained.append(place)

    def has_spoiled(self, paths: tuple[Path, ...]) -> bool:
        """Tell whether something at, above or below one of the paths had to be given up."""
        return any(s[: len(p)] == p[: len(s)] for s in self._spoiled for p in paths)

    def _mend(self, finding: Finding) -> Path | None:
        """Put something valid in the place of a value, or return what has to be removed."""
        node, beyond = locate(self._root, finding.path)
        if beyond == () and finding.suggestion and node.path not in self._replaced:
            node.value = finding.suggestion.strip('"')
            self._replaced.add(node.path)
            return None
        self._spoiled.append(finding.path)
        if finding.path in _STAND_INS:
            self._put(finding.path, _STAND_INS[finding.path])
            return None
        return finding.path[:-1] if beyond else finding.path

    def _put(self, path: Path, value: str | None) -> None:
        parent, _ = locate(self._root, path[:-1])
        if isinstance(parent.value, dict):
            node = Node(parent.line, (*parent.path, path[-1]), {} if value is None else value)
            parent.value[str(path[-1])] = node

    def _remove(self, path: Path) -> None:
        parent, _ = locate(self._root, path[:-1])
        last = path[-1]
        if isinstance(parent.value, dict) and isinstance(last, str):
            parent.value.pop(last, None)
        elif isinstance(parent.value, list) and isinstance(last, int):
            del parent.value[last]
            if not parent.value:
                self._remove(path[:-1])


def _finding(error: ErrorDetails) -> list[Finding]:
    path = _without_tag(tuple(error["loc"]))
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    match kind:
        case "default_factory_not_called":
            return []
        case "missing":
            return [Finding(path, "is required")]
        case "too_short":
            # pydantic counts only the entries that are right; the others are reported themselves.
            return [] if value else [Finding(path, "needs at least one entry")]
        case "union_tag_not_found":
            found = _untold(path, value)
        case "literal_error":
            found = _choice(path, value, str(context["expected"]))
        case _ if kind == REFUSAL:
            found = Finding(path, str(context["message"]), str(context["suggestion"]))
        case _:
            found = _wrong_kind(path, value, _WANTED.get(kind, error["msg"]))
    return [found]


def _without_tag(path: Path) -> Path:
    """Return where the file has it: behind the index of a hand-off, pydantic names its shape."""
    is_tagged = path[:1] == ("handoff",) and len(path) > _TAG
    return (*path[:_TAG], *path[_TAG + 1 :]) if is_tagged else path


def _untold(path: Path, value: object) -> Finding:
    """Say why a hand-off has no shape: it is no mapping, or its `to` is not there or no text."""
    if not isinstance(value, dict):
        return _wrong_kind(path, value, _WANTED["dataclass_type"])
    if "to" not in value:
        return Finding((*path, "to"), "is required")
    return _wrong_kind((*path, "to"), value["to"], _WANTED["string_type"])


def _choice(path: Path, value: object, expected: str) -> Finding:
    choices = re.findall(r"'([^']*)'", expected)
    if not isinstance(value, str):
        return _wrong_kind(path, value, f"one of {', '.join(choices)}")
    message = f"{value[:60]!r} is none of {', '.join(choices)}"
    return Finding(path, message, nearest(value, choices) or "")


def _wrong_kind(path: Path, value: object, wanted: str) -> Finding:
    """Say what was wanted without repeating a text, which might be a secret in the wrong place."""
    match value:
        case None:
            return Finding(path, f"has no value: give {wanted}, or leave the key out")
        case bool() | int() | float():
            written = str(value).lower()
            quoted = f'"{written}"' if wanted == "text" else ""
            return Finding(path, f"wanted {wanted}, found {written}", quoted)
        case str():
            return Finding(path, f"wanted {wanted}, found text")
        case list():
            return Finding(path, f"wanted {wanted}, found a list")
        case _:
            return Finding(path, f"wanted {wanted}, found a mapping")
