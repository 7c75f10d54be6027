"""What expressions of a source file are worth, as far as that can be read without running it."""

import ast

from tests.architecture.sources import Source

GAP = "x"
"""Stands for what only the running program could tell: a name, a number, an id."""


def calls(source: Source) -> list[ast.Call]:
    """Return every call of a file."""
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]


def value(source: Source, node: ast.AST) -> object:
    """Return what an expression is, gaps filled in; None when it cannot be read."""
    match node:
        case ast.Constant(value=known):
            return known.decode() if isinstance(known, bytes) else known
        case ast.Name(id=name, lineno=line):
            return _assigned(source, name, line)
        case _:
            return _text(source, node)


def where(source: Source, call: ast.Call) -> str:
    """Return the file and the function that a call stands in."""
    around = _function(source, call.lineno)
    return f"{source.name}: {around.name if around else '?'}"


def _text(source: Source, node: ast.AST) -> str | None:
    match node:
        case ast.JoinedStr():
            known = [p.value if isinstance(p, ast.Constant) else GAP for p in node.values]
            return "".join(map(str, known)) if set(known) != {GAP} else None
        case ast.BinOp(left=left, op=ast.Mod()):
            text = value(source, left)
            return text.replace("%b", GAP) if isinstance(text, str) else None
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            ends = [value(source, end) for end in (left, right)]
            return None if None in ends else "".join(map(str, ends))
        case _:
            return None


def _assigned(source: Source, name: str, line: int) -> object:
    """Return the value that the function around a line, or else the module, gives a name."""
    around = _function(source, line)
    if around is not None:
        if name in {a.arg for a in ast.walk(around.args) if isinstance(a, ast.arg)}:
            return None
        found = _last_assigned(list(ast.walk(around)), name, line)
        if found is not None:
            return value(source, found)
    found = _last_assigned(source.tree.body, name, line)
    return None if found is None else value(source, found)


def _last_assigned(nodes: list[ast.AST] | list[ast.stmt], name: str, line: int) -> ast.expr | None:
    found: list[tuple[int, ast.expr]] = []
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=given)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as given)
            ) if target == name and node.lineno < line:
                found.append((node.lineno, given))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _function(source: Source, line: int) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    functions = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(functions, key=lambda node: node.lineno, default=None)
