"""What the planner must know about client secrets that Graph cannot tell: who holds them here."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UnfinishedMint:
    """A client secret that was being made when an earlier run ended."""

    display_name: str
    key_ids_present: frozenset[str]
    """What the application had before; anything else of that name may be the lost one."""
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class TokenScopes:
    """What a mailbox's last token could do."""

    address: str
    scopes: frozenset[str]
    """Permission names without their resource."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Custody:
    """What is known here: client secrets that are held, mints never finished, and tokens."""

    held_key_ids: frozenset[str] = frozenset()
    unfinished: tuple[UnfinishedMint, ...] = ()
    tokens: tuple[TokenScopes, ...] = ()
