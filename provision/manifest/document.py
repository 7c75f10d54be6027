"""A YAML text as a tree that remembers on which line everything stands."""

from dataclasses import dataclass
from typing import Final

import yaml

from provision.errors import Problem

MAX_CHARACTERS: Final = 500_000
MAX_DEPTH: Final = 20
_ALIAS: Final = "!alias"
_TEXT: Final = ("str", "timestamp", "value")

Path = tuple[str | int, ...]
Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]


@dataclass(slots=True)
class Node:
    """One value and where the file has it; mappings and lists can be mended in place."""

    line: int
    """1-based; of the key, for a value in a mapping."""
    path: Path
    """As the file spells it."""
    value: "Scalar | list[Node] | dict[str, Node]"


def spelled(path: Path) -> str:
    """Return a path as a person writes it: `mailboxes[0].protocols`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def plain(node: Node) -> Plain:
    """Return the tree's values alone."""
    match node.value:
        case dict() as entries:
            return {key: plain(child) for key, child in entries.items()}
        case list() as items:
            return [plain(item) for item in items]
        case scalar:
            return scalar


def locate(root: Node, path: Path) -> tuple[Node, Path]:
    """Return the deepest node on a path, and what of the path lies beyond it."""
    node = root
    for done, step in enumerate(path):
        child: Node | None = None
        if isinstance(node.value, dict) and isinstance(step, str):
            child = node.value.get(step)
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
        if child is None:
            return node, path[done:]
        node = child
    return node, ()


def read_document(text: str) -> tuple[Node | None, list[Problem]]:
    """Return the tree, None when there is none, and what is wrong with the text as YAML."""
    if len(text) > MAX_CHARACTERS:
        message = f"{len(text)} characters; a manifest has at most {MAX_CHARACTERS}"
        return None, [Problem(0, "", message)]
    try:
        loader = _Composer(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        character = f"U+{ord(text[int(error.position)]):04X}"
        return None, [Problem(line, "", f"the character {character} is not allowed in YAML")]
    try:
        composed = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_problem(error)]
    finally:
        loader.dispose()
    if composed is None:
        message = "the file is empty; `provision init` writes one to start from"
        return None, [Problem(0, "", message)]
    reader = _Reader()
    return reader.node(composed, (), _line(composed)), reader.problems


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax_problem(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = 0 if mark is None else int(mark.line) + 1
    words = error.problem or error.context or "cannot be read"
    if "\\t" in words:
        return Problem(line, "", "YAML does not allow a tab here", "spaces")
    context = f"{error.context}, " if error.context and error.problem else ""
    return Problem(line, "", f"not YAML: {context}{words}")


class _Composer(yaml.SafeLoader):
    """Composes without aliases, so that a text is never larger than it looks, and not too deep."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs
            return yaml.ScalarNode(_ALIAS, event.anchor, event.start_mark, event.end_mark)
        if self._depth >= MAX_DEPTH:
            event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs
            mark = event.start_mark
            raise yaml.composer.ComposerError(None, None, "nested too deeply", mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


class _Reader:
    """Turns composed YAML into nodes, and collects what is ambiguous or unsupported."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def node(self, composed: yaml.Node, path: Path, line: int) -> Node:
        """Return one node with everything below it."""
        if isinstance(composed, yaml.MappingNode):
            return Node(line, path, self._entries(composed, path))
        if isinstance(composed, yaml.SequenceNode):
            items = enumerate(composed.value)
            return Node(line, path, [self.node(c, (*path, i), _line(c)) for i, c in items])
        return Node(line, path, self._scalar(composed, path, line))

    def _entries(self, composed: yaml.MappingNode, path: Path) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for key, value in composed.value:
            line = _line(key)
            name = key.value
            if not isinstance(name, str) or key.tag == "tag:yaml.org,2002:merge":
                reason = (
                    "merge keys are" if isinstance(name, str) else "a list or mapping as key is"
                )
                self._report(line, path, f"{reason} not supported")
            elif name in entries:
                first = entries[name].line
                self._report(line, (*path, name), f"this key stands on line {first} already")
            else:
                entries[name] = self.node(value, (*path, name), line)
        return entries

    def _scalar(self, composed: yaml.Node, path: Path, line: int) -> Scalar:
        written = str(composed.value)
        kind = composed.tag.removeprefix("tag:yaml.org,2002:")
        if kind == "bool":
            return self._truth(written, path, line)
        if kind in ("int", "float"):
            return _number(written, kind)
        if kind == _ALIAS:
            self._report(line, path, f"the alias *{written} is not supported: write it out")
        elif kind not in _TEXT and kind != "null":
            self._report(line, path, "tags such as !!binary are not supported")
        return written if kind in _TEXT else None

    def _truth(self, written: str, path: Path, line: int) -> bool:
        meant = yaml.SafeLoader.bool_values[written.lower()]
        if written.lower() not in ("true", "false"):
            message = f"{written!r} is a truth value in YAML: write true or false, or quote it"
            self._report(line, path, message, str(meant).lower())
        return meant

    def _report(self, line: int, path: Path, message: str, suggestion: str = "") -> None:
        self.problems.append(Problem(line, spelled(path), message, suggestion))


def _number(written: str, kind: str) -> int | float | str:
    """Return a decimal number; an exotic one (octal, sexagesimal, infinite) stays as written."""
    try:
        return int(written) if kind == "int" else float(written)
    except ValueError:
        return written
