"""What is remembered of access tokens: for whom and for what, never their text."""

from collections import deque
from dataclasses import dataclass
from typing import Final

_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class MintedToken:
    """An access token that was handed out."""

    client_id: str
    user_principal_name: str | None
    """None in an app-only token."""
    resource: str
    permissions: tuple[str, ...]
    """Scopes or roles."""
    issued_at: float
    """Seconds since the epoch."""


class TokenLog:
    """The latest access tokens, oldest first."""

    def __init__(self) -> None:
        self.tokens: deque[MintedToken] = deque(maxlen=_KEPT)

    def note(
        self, client_id: str, user: str | None, resource: str, names: frozenset[str], at: float
    ) -> None:
        """Remember one."""
        token = MintedToken(client_id, user, resource, tuple(sorted(names)), at)
        self.tokens.append(token)
