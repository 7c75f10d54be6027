"""A registration as a file: what an administrator sends to the mailbox owner; holds no secret."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from provision.errors import UsageError
from provision.tenant.registration import Registration


def as_json(registration: Registration) -> dict[str, object]:
    """Return the registration with Graph-like names."""
    return {
        _camel(f.name): list(value) if isinstance(value, tuple) else value
        for f in fields(registration)
        for value in (getattr(registration, f.name),)
    }


def read(path: Path) -> Registration:
    """Read a registration, alone or as the `registration` of what `apply --output json` printed.

    Raises:
        UsageError: The file is missing or is not of that shape.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"registration {path}: cannot be read ({type(error).__name__})",
            hint="make it with `provision apply --output json > registration.json`",
        ) from error
    found = raw.get("registration", raw) if isinstance(raw, dict) else {}
    try:
        return _parsed(found)
    except (AttributeError, KeyError, TypeError) as error:
        raise UsageError(
            f"registration {path}: {error.args[0]!r} is missing or is not what it should be",
            hint="make it with `provision apply --output json > registration.json`",
        ) from error


def _parsed(raw: dict[str, Any]) -> Registration:
    return Registration(
        cloud=str(raw["cloud"]),
        tenant_id=str(raw["tenantId"]),
        client_id=str(raw["clientId"]),
        unique_name=str(raw["uniqueName"]),
        redirect_uris=tuple(map(str, raw["redirectUris"])),
        scopes=tuple(map(str, raw["scopes"])),
        sign_in_audience=str(raw["signInAudience"]),
        secret_key_id=raw.get("secretKeyId"),
        application_object_id=str(raw.get("applicationObjectId", "")),
        service_principal_object_id=str(raw.get("servicePrincipalObjectId", "")),
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
