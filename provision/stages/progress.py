"""What a stage tells whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """A step began."""

    stage: str
    """One of the names that `demo --output json` lists: `application`, `consent`, `imap` …"""
    what: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step waits for evidence, not for a timer."""

    reason: str
    seconds: float
    """Until the next look."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A step ended as it should."""

    stage: str
    evidence: str
    """What was proved, in words: ids, counts, a server's reply; never a credential."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A step ended otherwise, and the stage carries on to tell the rest."""

    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A person has to do something elsewhere before the step goes on; shown in any case."""

    what: str


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something to know that stops nothing."""

    text: str


Event = Started | Waiting | Finished | Failed | Asked | Remarked
Report = Callable[[Event], None]


def nobody_listens(_event: Event) -> None:
    """Take no notice."""
