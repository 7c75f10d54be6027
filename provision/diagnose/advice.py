"""What an error means, why it happens in this flow, and the command that mends it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """One answer of the catalogue; every field is a plain sentence or a line to type."""

    meaning: str
    """What the service says, in words an administrator knows."""
    cause: str
    """Why it usually happens between a registration and a mailbox."""
    command: str
    """One line to type next; words in capitals are for the reader to fill in."""
    source: str
    """Where it is documented or was reported: a URL or `owner/repository#number`."""
