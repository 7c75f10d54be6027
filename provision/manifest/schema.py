"""The JSON Schema of manifests, for editors and for whoever generates one."""

import ast
import inspect
from itertools import pairwise
from textwrap import dedent
from typing import Any, Final

from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DataclassSchema

from provision.manifest.validate import adapter

IDENTIFIER: Final = "urn:provision:manifest:1"
_EXAMPLES: Final = (
    {"tenant": "contoso.onmicrosoft.com", "application": {"uniqueName": "aem-forms-mail"}},
    {
        "tenant": "contoso.onmicrosoft.com",
        "application": {"uniqueName": "aem-forms-mail", "displayName": "AEM Forms mail"},
        "mailboxes": [{"address": "forms@contoso.com", "protocols": ["imap", "smtp"]}],
        "handoff": [{"to": "dotenv", "path": "mail.env"}],
    },
)


def json_schema() -> dict[str, Any]:
    """Return the schema, draft 2020-12.

    It knows keys, types and choices; limits that depend on the audience and rules between sections
    are checked by `provision check` alone.
    """
    schema = _tidied(adapter().json_schema(schema_generator=_Described))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "provision manifest",
        **schema,
        "examples": [dict(example) for example in _EXAMPLES],
    }


class _Described(GenerateJsonSchema):
    """Describes every key with the docstring below its field."""

    def dataclass_schema(self, schema: DataclassSchema) -> JsonSchemaValue:
        shape = super().dataclass_schema(schema)
        for name, text in _docstrings(schema["cls"]).items():
            shape["properties"][to_camel(name)]["description"] = text
        return shape


def _docstrings(section: type) -> dict[str, str]:
    """Return the texts that stand below the fields of a class."""
    found: dict[str, str] = {}
    body = ast.parse(dedent(inspect.getsource(section))).body[0]
    for field, below in pairwise(body.body if isinstance(body, ast.ClassDef) else ()):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = inspect.cleandoc(text)
            case _:
                pass
    return found


def _tidied(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop titles that repeat the key, join wrapped descriptions, leave out defaults of nothing."""
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if (key == "title" and isinstance(value, str)) or (
            key == "default" and value in ("", None)
        ):
            continue
        if key == "description" and isinstance(value, str):
            kept[key] = " ".join(value.split())
        elif key == "anyOf":
            choices = [_tidied(choice) for choice in value if choice != {"type": "null"}]
            kept.update(choices[0] if len(choices) == 1 else {"anyOf": choices})
        else:
            kept[key] = _tidied(value) if isinstance(value, dict) else value
    return kept
