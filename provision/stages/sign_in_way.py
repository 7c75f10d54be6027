"""How a mailbox owner is reached, and which way the answer to the sign-in comes back."""

from dataclasses import dataclass
from typing import Literal, Protocol

from provision.oauth.authorization_request import Prompt

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


@dataclass(frozen=True, slots=True)
class SignInWay:
    """Which way the answer comes back."""

    by: Literal["listener", "paste"] = "listener"
    """A loopback listener receives it, or the person copies it."""
    is_query: bool = False
    """The listener takes a GET, for browsers that block the form post."""
    timeout: float = 300.0
    """Seconds until a listener gives up."""
    prompt: Prompt = "select_account"
    """What the sign-in page asks although it may know the answer."""
    domain_hint: str | None = None
    """Domain whose own sign-in page is shown at once."""
    patience: float = 0.0
    """Seconds during which a refused client may only be too fresh."""
