"""What an error means, why it happens in this flow, and the command that mends it."""

import re
from dataclasses import dataclass
from typing import Final

_THREAD: Final = re.compile(r"([\w.-]+/[\w.-]+)#(\d+)")
_CMDLET: Final = re.compile(r"[A-Z][a-z]+-[A-Z][A-Za-z]+\b")


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
    mended_by: str = ""
    """What an administrator types in PowerShell where `command` only looks; often empty."""

    @property
    def powershell(self) -> str:
        """What an administrator types in PowerShell to mend it; empty when that is not the way."""
        return self.mended_by or (self.command if _CMDLET.match(self.command) else "")

    @property
    def source_url(self) -> str:
        """The source as an address."""
        thread = _THREAD.fullmatch(self.source)
        if thread is None:
            return self.source
        return f"https://github.com/{thread[1]}/issues/{thread[2]}"
