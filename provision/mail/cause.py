"""Why a login is refused, in one sentence, and what to type next."""

from dataclasses import dataclass
from typing import Literal

CauseName = Literal[
    "wrong_audience",  # the token is for another resource
    "missing_scope",  # the token lacks the protocol's permission
    "expires_too_soon",  # the token is over, or will be before the work is done
    "token_too_long",  # POP takes no token of that length
    "token_refused",  # the token looks right, and no protocol takes it
    "wrong_user",  # the login names somebody else than the token's owner
    "protocol_off",  # the mailbox is open, but not over this protocol
    "mailbox_closed",  # the owner's own mailbox opens, the one that was asked for does not
    "no_full_access",  # the owner has no right to the mailbox
    "no_mailbox",  # the owner has none
    "smtp_auth_off_for_tenant",
    "smtp_auth_off_for_mailbox",
    "security_defaults",
    "authentication_policy",
    "smtp_policy",  # one of the four above, and the server does not say which
    "undecided",  # nothing that could be tried tells
]


@dataclass(frozen=True, slots=True)
class Cause:
    """The one explanation that fits all that is known."""

    name: CauseName
    """For programs: these words stay."""
    text: str
    """One sentence."""
    next: tuple[str, ...]
    """Lines to type: ours, or Exchange Online PowerShell."""
