"""A registration as a file: what an administrator sends to the mailbox owner; holds no secret."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provision.cloud import BUILT_IN
from provision.errors import UsageError
from provision.tenant.registration import Registration

if TYPE_CHECKING:
    from provision.stages.session import Session


def as_json(registration: Registration) -> dict[str, object]:
    """Return the registration with Graph-like names."""
    return {
        _camel(f.name): list(value) if isinstance(value, tuple) else value
        for f in fields(registration)
        for value in (getattr(registration, f.name),)
    }


def for_manifest(path: Path, session: "Session") -> Registration:
    """Read the registration of the application that a session's manifest describes.

    Raises:
        UsageError: The file is unreadable, or of another application or cloud.
    """
    found = read(path)
    wanted, cloud = session.manifest.application.unique_name, session.services.cloud.name
    if found.unique_name != wanted:
        raise UsageError(
            f"registration {path}: is of application {found.unique_name}, and the manifest wants "
            f"{wanted}",
            hint="name the other file, or the other manifest with --file",
        )
    if {found.cloud, cloud} & BUILT_IN.keys() and found.cloud != cloud:
        raise UsageError(
            f"registration {path}: is of cloud {found.cloud}, and the manifest names {cloud}",
            hint="name the other file, or correct `cloud` in the manifest",
        )
    # A cloud file lies elsewhere on another machine; which one counts, this one's manifest says.
    return replace(found, cloud=cloud)


def read(path: Path) -> Registration:
    """Read a registration, alone or as the `registration` of what `apply --output json` printed.

    Raises:
        UsageError: The file is missing or is not of that shape.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unusable(path, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _unusable(path, "is not JSON") from error
    found = raw.get("registration", raw) if isinstance(raw, dict) else raw
    if not isinstance(found, dict):
        raise _unusable(path, "holds no registration")
    try:
        return _parsed(found)
    except KeyError as error:
        raise _unusable(path, f"lacks {error.args[0]}") from error
    except TypeError as error:
        raise _unusable(path, str(error)) from error


def _unusable(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"registration {path}: {reason}",
        hint="make it with `provision apply --output json > registration.json`",
    )


def _parsed(raw: dict[str, Any]) -> Registration:
    return Registration(
        cloud=_text(raw, "cloud"),
        tenant_id=_text(raw, "tenantId"),
        client_id=_text(raw, "clientId"),
        unique_name=_text(raw, "uniqueName"),
        redirect_uris=_texts(raw, "redirectUris"),
        scopes=_texts(raw, "scopes"),
        sign_in_audience=_text(raw, "signInAudience"),
        secret_key_id=None if raw["secretKeyId"] is None else _text(raw, "secretKeyId"),
        application_object_id=_text(raw, "applicationObjectId"),
        service_principal_object_id=_text(raw, "servicePrincipalObjectId"),
    )


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text")
    return value


def _texts(raw: dict[str, Any], name: str) -> tuple[str, ...]:
    value = raw[name]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"{name} is not a list of texts")
    return tuple(value)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
