"""The fault file: JSON in, rules out, every mistake named by its place; and its JSON schema."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final, get_args

from provision.errors import UsageError
from provision.sandbox.directory import JsonObject
from provision.sandbox.faults.members import MEMBERS, check_names, read_members, refuse_name
from provision.sandbox.faults.rules import (
    ConnectionRule,
    ForeignRule,
    HttpRule,
    LagName,
    LagRule,
    MailRule,
    QuotaRule,
    Rule,
)

_EVERY_RULE: Final = ("chance", "skip", "times", "every", "after")
_REQUEST: Final = ("method", "path", "clientId")
_LAG: Final = ("requests", "replicas", "sticky")
_Kind = tuple[Callable[..., Rule], tuple[str, ...], JsonObject]
_RULES: Final[Mapping[str, _Kind]] = {
    "throttled": (
        HttpRule, (*_EVERY_RULE, *_REQUEST, "retryAfter", "wording"), {"retry_after": (0.1, 0.1)}
    ),
    "unavailable": (HttpRule, (*_EVERY_RULE, *_REQUEST, "retryAfter"), {}),
    "internal-error": (HttpRule, (*_EVERY_RULE, *_REQUEST), {}),
    "bad-gateway": (HttpRule, (*_EVERY_RULE, *_REQUEST), {}),
    "gateway-timeout": (HttpRule, (*_EVERY_RULE, *_REQUEST, "when"), {"when": "after"}),
    "concurrency": (HttpRule, (*_EVERY_RULE, *_REQUEST, "status"), {}),
    "lost-request": (HttpRule, (*_EVERY_RULE, *_REQUEST), {}),
    "dropped": (HttpRule, (*_EVERY_RULE, *_REQUEST), {}),
    "cut-answer": (HttpRule, (*_EVERY_RULE, *_REQUEST), {}),
    "reset": (HttpRule, (*_EVERY_RULE, *_REQUEST, "when"), {}),
    "slow": (HttpRule, (*_EVERY_RULE, *_REQUEST, "seconds", "when"), {}),
    "slow-body": (HttpRule, (*_EVERY_RULE, *_REQUEST, "seconds"), {}),
    "held": (HttpRule, (*_EVERY_RULE, *_REQUEST, "when"), {"seconds": (0.0, 0.0)}),
    "foreign-write": (ForeignRule, (*_EVERY_RULE, *_REQUEST, "write"), {}),
    "closed-connection": (ConnectionRule, _EVERY_RULE, {}),
    **{name: (LagRule, (*_EVERY_RULE, *_LAG), {}) for name in get_args(LagName)},
    "quota": (
        QuotaRule,
        ("resourceUnits", "window", "writes", "writeWindow", "personalWrites", "wording", "silent"),
        {},
    ),
    "mail-dropped": (MailRule, (*_EVERY_RULE, "protocol"), {}),
    "mail-bye": (MailRule, (*_EVERY_RULE, "protocol", "at"), {}),
    "mail-refused": (MailRule, (*_EVERY_RULE, "protocol"), {}),
    "mail-deferred": (MailRule, _EVERY_RULE, {"protocols": ("smtp",)}),
    "mail-slow-greeting": (MailRule, (*_EVERY_RULE, "protocol", "seconds"), {}),
    "mail-tls-stalled": (MailRule, (*_EVERY_RULE, "protocol"), {}),
}  # fmt: skip


def load_rules(choice: str) -> tuple[Rule, ...]:
    """Return the rules of `none`, `default` or a fault file.

    Raises:
        UsageError: The file cannot be read or is not a fault file.
    """
    if choice == "none":
        return ()
    if choice == "default":
        text = (files("provision.sandbox") / "data" / "default-faults.json").read_text("utf-8")
        return parse_rules(json.loads(text), "default faults")
    try:
        raw = json.loads(Path(choice).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"fault file {choice}: cannot be read ({error.strerror})",
            hint="`--faults` takes `none`, `default` or the path of a fault file",
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"fault file {choice}: not JSON") from error
    return parse_rules(raw, f"fault file {choice}")


def parse_rules(raw: object, source: str) -> tuple[Rule, ...]:
    """Return the rules of a decoded fault document.

    Raises:
        UsageError: It is not a version 1 fault document; names the first mistake's place.
    """
    version = raw.get("version") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or version != 1 or isinstance(version, bool):
        raise UsageError(f"{source}: not a version 1 fault document")
    rules = raw.get("rules", [])
    if not isinstance(rules, list):
        raise UsageError(f"{source}: `rules` is a list")
    try:
        check_names(raw, ("version", "rules"), "a fault document")
    except ValueError as error:
        raise UsageError(f"{source}: {error}") from error
    return tuple(parse_rule(rule, f"{source}: rules[{n}]") for n, rule in enumerate(rules))


def parse_rule(raw: object, place: str) -> Rule:
    """Return one rule of a fault document.

    Raises:
        UsageError: It is none; the message begins with `place`.
    """
    if not isinstance(raw, Mapping):
        raise UsageError(f"{place}: is an object with `fault`")
    name = raw.get("fault")
    try:
        if not isinstance(name, str) or name not in _RULES:
            refuse_name("unknown fault", name, _RULES)
        make, allowed, presets = _RULES[name]
        own = {member: value for member, value in raw.items() if member != "fault"}
        return make(fault=name, document=dict(raw), **(presets | read_members(own, allowed, name)))
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from error


def document_schema() -> JsonObject:
    """Return the JSON schema of a fault document."""
    rules = [
        {
            "title": name,
            "type": "object",
            "properties": {"fault": {"const": name}}
            | {member: {"$ref": f"#/$defs/{member}"} for member in allowed},
            "required": ["fault"],
            "additionalProperties": False,
        }
        for name, (_, allowed, _) in _RULES.items()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Faults of the sandbox",
        "type": "object",
        "properties": {
            "version": {"const": 1},
            "rules": {"type": "array", "items": {"oneOf": rules}},
        },
        "required": ["version"],
        "additionalProperties": False,
        "$defs": {name: member.schema for name, member in MEMBERS.items()},
    }
