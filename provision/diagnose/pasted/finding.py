"""One thing that was recognised in a text; nothing in it is a piece of a credential."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from provision.diagnose.advice import Advice

Service = Literal["entra", "graph", "mail", "network", "program", "credential"]


class Rank(IntEnum):
    """How much a finding tells; what tells most comes first."""

    NUMBER = 0
    """A number, code or reply that the catalogue has."""
    DEGRADED = 1
    """One that it does not have, explained by what is around it."""
    WORD = 2
    """A word or a status that stands for many causes."""
    SURROUNDINGS = 3
    """What a program or the network says by itself."""
    CREDENTIAL = 4


@dataclass(frozen=True, slots=True)
class Traits:
    """What may be told of a credential."""

    kind: str
    """The catalogue's name for it, such as `refresh-token`."""
    is_secret: bool
    is_certain: bool
    """False when only its surroundings or its length speak for it."""
    length: int
    digest: str
    """The first 8 hexadecimal digits of its SHA-256, to compare two copies by."""
    facts: tuple[tuple[str, str], ...] = ()
    """What it says of itself: audience, scopes, life."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was recognised."""

    what: str
    """Such as `AADSTS50011`, `535 5.7.139`, `Authorization_RequestDenied`."""
    service: Service
    kind: str
    """Who must act: one of the catalogue's kinds."""
    advice: Advice
    rank: Rank
    position: int
    """Where in the text it was found."""
    is_known: bool = True
    """False when the catalogue only knows its class, its status or its protocol."""
    traits: Traits | None = None
    """Of a credential."""
