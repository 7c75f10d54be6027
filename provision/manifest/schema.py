"""The JSON Schema of manifests, for editors and for whoever generates one."""

from typing import Any, Final

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
    schema = _tidied(adapter().json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "provision manifest",
        **schema,
        "examples": [dict(example) for example in _EXAMPLES],
    }


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
