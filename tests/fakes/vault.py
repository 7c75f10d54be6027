"""A vault in memory: holds what it is given for as long as the test runs."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from provision.clock import Clock
from provision.secret import Secret
from provision.vault.none import NoVault
from provision.vault.port import (
    ACCESS_TOKEN_MARGIN,
    AccessToken,
    MailboxKey,
    SignedInMailbox,
)

_Cached = dict[tuple[MailboxKey, str, frozenset[str]], AccessToken]


class MemoryVault(NoVault):
    """Like `NoVault`, but counts as a holder and caches access tokens; its locks are real."""

    holds_secrets = True

    def __init__(self, clock: Clock, locks: Path) -> None:
        super().__init__(clock, locks)
        self._cached: _Cached = {}

    def keep_sign_in(self, mailbox: SignedInMailbox, token: Secret) -> int:
        self._cached = {k: v for k, v in self._cached.items() if k[0] != mailbox.key}
        return super().keep_sign_in(mailbox, token)

    def keep_access_token(self, key: MailboxKey, token: AccessToken) -> None:
        self._cached[key, token.resource, token.scopes] = token

    def access_token(  # type: ignore[override]  # NoVault promises to find none
        self, key: MailboxKey, resource: str, scopes: Collection[str], now: datetime
    ) -> AccessToken | None:
        found = self._cached.get((key, resource, frozenset(scopes)))
        return found if found and found.expires_at > now + ACCESS_TOKEN_MARGIN else None
