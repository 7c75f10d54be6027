"""How a mailbox owner is reached, and which way the answer to the sign-in comes back."""

from dataclasses import dataclass
from typing import Literal, Protocol

from provision.oauth.authorization_request import Prompt
from provision.oauth.device_code import UserCode

LISTENING_TIME = 300.0
"""Seconds that a listener waits where nobody says how long."""
FRESH_PATIENCE = 180.0
"""Seconds during which a refused client may only be too new; two minutes were reported."""


class Surface(Protocol):
    """How the mailbox owner is reached."""

    def open(self, url: str, sign_in_as: str) -> None:
        """Open or show the sign-in link."""
        ...

    def pasted(self, sign_in_as: str) -> str:
        """Return what the person copied from the browser."""
        ...

    def show_code(self, code: UserCode, sign_in_as: str) -> None:
        """Show the code and the page to type it on; only a sign-in by device code has one."""
        ...


@dataclass(frozen=True, slots=True)
class SignInWay:
    """Which way the answer comes back."""

    by: Literal["listener", "paste", "device"] = "listener"
    """A listener here receives it, the person copies it, or Entra is asked until it is there."""
    takes_up: bool = False
    """A pasted answer may be that to a link that waits already: then no new one is made."""
    is_query: bool = False
    """The listener takes a GET, for browsers that block the form post."""
    timeout: float | None = None
    """Seconds until nobody waits any longer; None is five minutes, or a device code's life."""
    prompt: Prompt = "select_account"
    """What the sign-in page asks although it may know the answer."""
    domain_hint: str | None = None
    """Domain whose own sign-in page is shown at once."""
    patience: float = 0.0
    """Seconds during which a refused client may only be too fresh."""

    @property
    def listening_time(self) -> float:
        """Seconds until a listener gives up."""
        return LISTENING_TIME if self.timeout is None else self.timeout
