"""The delegated permissions of Microsoft Graph: name to id and back, and what a typo meant."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from provision.manifest.spelling import misspelt

DEFAULT_PERMISSIONS: Final = (
    "IMAP.AccessAsUser.All",
    "POP.AccessAsUser.All",
    "SMTP.Send",
    "Mail.Read",
    "User.Read",
    "offline_access",
)

NEEDED_BY: Final[Mapping[str, str]] = {
    "imap": "IMAP.AccessAsUser.All",
    "pop": "POP.AccessAsUser.All",
    "smtp": "SMTP.Send",
}
"""Mail protocol to the permission without which no login over it succeeds."""


@cache
def catalogue() -> Mapping[str, str]:
    """Return every delegated scope of Microsoft Graph that is known here, name to permission id.

    The ids are the same in every tenant and cloud. Microsoft adds scopes at any time: a name that
    is missing here may still exist.

    Source:
        The Microsoft Graph service principal as Graph returned it, 2024-08 (540 scopes).
    """
    text = (files("provision.manifest") / "graph_scopes.json").read_text(encoding="utf-8")
    return {str(name): str(scope) for name, scope in json.loads(text).items()}


@cache
def _names_by_id() -> Mapping[str, str]:
    return {scope: name for name, scope in catalogue().items()}


def scope_id(name: str) -> str | None:
    """Return the permission id of a delegated scope, or None when the catalogue lacks the name."""
    return catalogue().get(name)


def scope_name(permission_id: str) -> str | None:
    """Return the name of a delegated scope, or None when the catalogue lacks the id."""
    return _names_by_id().get(permission_id.lower())


def needs_lookup(name: str) -> bool:
    """Tell whether only the tenant's own Microsoft Graph can say what this name stands for."""
    return name not in catalogue()


@cache
def closest(name: str) -> str | None:
    """Return the known scope that a misspelt name meant; None for a known or a strange name.

    Two slips count as a typo, and so does a missing or superfluous `.All`. A name further away may
    be a scope that is newer than the catalogue.
    """
    known = catalogue()
    if name in known:
        return None
    for candidate in (f"{name}.All", name.removesuffix(".All")):
        if candidate in known:
            return candidate
    return misspelt(name, known)
