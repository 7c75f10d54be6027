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
class Custody:
    """Client secrets held here, and mints that were never finished."""

    held_key_ids: frozenset[str] = frozenset()
    unfinished: tuple[UnfinishedMint, ...] = ()
