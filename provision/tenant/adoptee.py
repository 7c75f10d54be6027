"""An application that somebody else made, seen whole, so that a manifest can take it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from provision.tenant.application import Application


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """Something that an application has and no manifest speaks of."""

    path: str
    """Graph's own name, `spa.redirectUris`."""
    text: str
    """Its value, as a person reads it."""


@dataclass(frozen=True, slots=True)
class Adoptee:
    """An application as it was found."""

    application: Application
    created_at: datetime | None
    """None where it was not told."""
    publisher_domain: str
    """A verified domain of its tenant; empty where it was not told."""
    secret_hints: Mapping[str, str]
    """Key id to the first characters of that client secret, where they were told."""
    unmanaged: tuple[Unmanaged, ...]
    """In Graph's order."""
