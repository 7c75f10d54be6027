"""Whoever changes the tenant, as their own access token describes them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Caller:
    """The administrator: a person, or an application on its own."""

    tenant_id: str
    kind: Literal["application", "person", "unknown"]
    """`unknown` where the token does not show what it allows: then nothing is certain."""
    name: str
    """User principal name or display name; empty where the token has none."""
    object_id: str
    """Of the user or the service principal; empty where the token has none."""
    client_id: str
    """Whose token it is: the application itself, or the program that the person signed in to."""
    rights: frozenset[str]
    """Application permissions of an application, scopes of a person's token."""
    directory_roles: frozenset[str] | None
    """Template ids of directory roles; None where the token does not say."""
    credential: str = ""
    """How the token was got, in words."""
