"""A credential is revealed in the argument of the call that needs it, and nowhere else."""

import ast
from pathlib import Path

from tests.architecture.sources import PRODUCT, Source, plant, read_sources

LEAVES_HERE = {
    "cli/demo.py": "the settings of its own session",
    "cli/token.py": "the product of the command",
    "diagnose/pasted/redaction.py": "what is blotted out of a support file",
    "graph/federation.py": "the assertion that azure-identity asks for",
    "handoff/aem_sheet.py": "the text of a worksheet",
    "handoff/cloud_manager.py": "the text that Adobe's program reads",
    "handoff/json_file.py": "the text of a sink's file",
    "handoff/mutt_oauth2.py": "the text of a sink's file",
    "handoff/programs.py": "what is looked for in a program's last words",
    "handoff/sasl_xoauth2.py": "the text of a sink's file",
    "handoff/variables.py": "the values that a sink stores by name",
    "mail/sasl.py": "the bytes of the login",
    "mail/server_text.py": "what is blotted out of a server's words",
    "oauth/transport.py": "the form that is posted",
    "sandbox/ready.py": "the ready file",
    "sandbox/visitor.py": "the field that is filled in",
    "vault/contents.py": "the text that an export seals",
}
"""Files in which a revealed credential may be part of another value, and which value that is."""


def loose_reveals(package: Path) -> dict[str, list[str]]:
    """Return, by file, where `.reveal()` is not within the argument of a call."""
    found: dict[str, list[str]] = {}
    for source in read_sources(package):
        places = [source.at(call) for call in _loose(source)]
        if places:
            found[source.name] = places
    return found


def _loose(source: Source) -> list[ast.AST]:
    within = {
        id(inner)
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call)
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
        for inner in ast.walk(argument)
    }
    return [node for node in ast.walk(source.tree) if _is_reveal(node) and id(node) not in within]


def _is_reveal(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "reveal"
    )


def test_a_credential_is_revealed_as_an_argument_or_where_it_leaves():
    loose = loose_reveals(PRODUCT)

    assert {place: at for place, at in loose.items() if place not in LEAVES_HERE} == {}


def test_nothing_is_excused_that_needs_no_excuse():
    assert sorted(LEAVES_HERE.keys() - loose_reveals(PRODUCT).keys()) == []


def test_a_credential_in_a_variable_is_seen(tmp_path):
    plant(tmp_path, "stages/leak.py", "def f(secret):\n    text = secret.reveal()\n    g(text)\n")
    plant(tmp_path, "stages/fine.py", "def f(secret):\n    g(text=[secret.reveal()])\n")

    assert loose_reveals(tmp_path) == {"stages/leak.py": ["stages/leak.py:2"]}
