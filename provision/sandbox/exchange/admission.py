"""Who may open which mailbox with which token: decided without sockets, said by the protocols."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from provision.sandbox.directory import Account, Directory

if TYPE_CHECKING:
    from provision.sandbox.tokens import Claims

MailProtocol = Literal["imap", "pop", "smtp"]

AUDIENCES: Final = frozenset(
    {
        "https://outlook.office.com",
        "https://outlook.office365.com",
        "00000002-0000-0ff1-ce00-000000000000",
    }
)
"""What the audience of a mail token may be; Microsoft Graph's is none of them."""

SCOPES: Final[Mapping[MailProtocol, str]] = {
    "imap": "IMAP.AccessAsUser.All",
    "pop": "POP.AccessAsUser.All",
    "smtp": "SMTP.Send",
}
"""https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth"""


class Reason(StrEnum):
    """Why nobody is let in; the wire says less, the sandbox's log says this."""

    MALFORMED = "the SASL response is not XOAUTH2"
    BAD_TOKEN = "the token is not one of ours, or damaged"  # noqa: S105  (a sentence)
    EXPIRED = "the token has expired"
    WRONG_AUDIENCE = "the token is for another resource"
    MISSING_SCOPE = "the token lacks the protocol's scope"
    NOT_DELEGATED = "the token belongs to an application, not to a user"
    UNKNOWN_ACCOUNT = "there is no such mailbox"
    PROTOCOL_DISABLED = "the protocol is switched off for the mailbox"
    NOT_THE_OWNER = "the user is not the token's owner"
    SMTP_DISABLED_FOR_TENANT = "authenticated SMTP is switched off for the tenant"
    SMTP_DISABLED_FOR_MAILBOX = "authenticated SMTP is switched off for the mailbox"
    SECURITY_DEFAULTS = "security defaults lock the user"
    POLICY = "an authentication policy or Conditional Access refuses the login"


@dataclass(frozen=True, slots=True)
class Admitted:
    """The token opens the mailbox."""

    owner: str
    """User principal name of the token's owner."""
    mailbox: str
    """User principal name of the mailbox: the owner's own, or one that is shared with them."""


@dataclass(frozen=True, slots=True)
class NotConnected:
    """The token is good, but there is no mailbox behind the name that its owner could open."""

    owner: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody is let in."""

    reason: Reason


Admission = Admitted | NotConnected | Refused


def admit(
    protocol: MailProtocol, user: str, claims: "Claims", directory: Directory, now: float
) -> Admission:
    """Decide about one login.

    Args:
        protocol: What is being logged in to.
        user: The SASL user: for IMAP and POP it may be a shared mailbox's address, for SMTP it
            must be the token's owner.
        claims: What a token whose signature is good says.
        directory: Accounts, their delegates and switches.
        now: Seconds since the epoch.
    """
    flaw = _flaw(protocol, claims, now)
    if flaw is not None:
        return Refused(flaw)
    owner = find_account(directory, claims.user_principal_name or "")
    mailbox = find_account(directory, user)
    if owner is None or mailbox is None:
        return Refused(Reason.UNKNOWN_ACCOUNT)
    if protocol == "smtp":
        return _admit_to_submission(owner, mailbox, directory)
    names = owner.user_principal_name, mailbox.user_principal_name
    if not (mailbox.imap_enabled if protocol == "imap" else mailbox.pop_enabled):
        is_let_in = protocol == "imap" and directory.switches.disabled_imap_authenticates
        return NotConnected(*names) if is_let_in else Refused(Reason.PROTOCOL_DISABLED)
    is_open = mailbox.has_mailbox and _holds(owner, mailbox, mailbox.full_access)
    return Admitted(*names) if is_open else NotConnected(*names)


def find_account(directory: Directory, address: str) -> Account | None:
    """Return the account of an address; upper and lower case are the same."""
    return directory.accounts.get(address.strip().lower())


def may_send_as(directory: Directory, owner: str, address: str) -> bool:
    """Tell whether the owner of a login may put an address into From."""
    mine, theirs = find_account(directory, owner), find_account(directory, address)
    return mine is not None and theirs is not None and _holds(mine, theirs, theirs.send_as)


def _flaw(protocol: MailProtocol, claims: "Claims", now: float) -> Reason | None:
    if claims.audience.rstrip("/") not in AUDIENCES:
        return Reason.WRONG_AUDIENCE
    if claims.expires_at <= now:
        return Reason.EXPIRED
    if claims.user_principal_name is None:
        return Reason.NOT_DELEGATED
    return None if SCOPES[protocol] in claims.scopes else Reason.MISSING_SCOPE


def _admit_to_submission(owner: Account, mailbox: Account, directory: Directory) -> Admission:
    if owner.object_id != mailbox.object_id:
        return Refused(Reason.NOT_THE_OWNER)
    if not mailbox.has_mailbox:
        return Refused(Reason.UNKNOWN_ACCOUNT)
    switches, inherits = directory.switches, mailbox.smtp_auth_disabled is None
    policies = {
        Reason.SECURITY_DEFAULTS: switches.security_defaults,
        Reason.POLICY: switches.smtp_auth_blocked_by_policy,
        Reason.SMTP_DISABLED_FOR_MAILBOX: bool(mailbox.smtp_auth_disabled),
        Reason.SMTP_DISABLED_FOR_TENANT: inherits and switches.smtp_auth_disabled,
    }
    for reason, forbids in policies.items():
        if forbids:
            return Refused(reason)
    return Admitted(owner.user_principal_name, mailbox.user_principal_name)


def _holds(owner: Account, mailbox: Account, delegates: list[str]) -> bool:
    named = {name.lower() for name in delegates}
    return owner.object_id == mailbox.object_id or owner.user_principal_name.lower() in named
