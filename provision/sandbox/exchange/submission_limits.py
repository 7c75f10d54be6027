"""How much one mailbox may submit at a time and in a day; shared by the connections of a server."""

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from provision.sandbox.exchange.admission import find_account
from provision.sandbox.exchange.submission import Denied

if TYPE_CHECKING:
    from provision.sandbox.context import Context

CONCURRENT_CONNECTIONS: Final = 3
"""Per mailbox. https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements"""

RECIPIENTS_PER_MESSAGE: Final = 500
"""https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#recipient-limits"""

_DAY: Final = 86400.0
_TOO_MANY: Final = Denied(
    432,
    "4.3.2 Concurrent connections limit exceeded. "
    "Visit https://aka.ms/concurrent_sending for more information.",
)
_QUOTA_EXCEEDED: Final = Denied(
    554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"
)


class SubmissionLimits:
    """What was counted so far."""

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._sessions: dict[str, list[object]] = defaultdict(list)
        self._sent: dict[str, list[tuple[float, int]]] = defaultdict(list)

    def enter(self, owner: str, session: object) -> None:
        """Count a connection that logged in."""
        self._sessions[owner].append(session)

    def leave(self, owner: str, session: object) -> None:
        """Free the place of a connection."""
        self._sessions[owner].remove(session)

    def check(self, owner: str, session: object, recipients: int) -> Denied | None:
        """Return why a message is too much, or None.

        A connection is too many when its mailbox already had as many as it may when it came.
        """
        if session not in self._sessions[owner][:CONCURRENT_CONNECTIONS]:
            return _TOO_MANY
        account = find_account(self._context.directory, owner)
        day = self._context.clock.timestamp() - _DAY
        self._sent[owner] = [sent for sent in self._sent[owner] if sent[0] > day]
        total = sum(count for _, count in self._sent[owner]) + recipients
        is_over = account is not None and total > account.recipients_per_day
        return _QUOTA_EXCEEDED if is_over else None

    def count(self, owner: str, recipients: int) -> None:
        """Remember a message that was accepted."""
        self._sent[owner].append((self._context.clock.timestamp(), recipients))
