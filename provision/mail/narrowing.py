"""Tell the causes of an unspecific refusal apart by what other logins with the same token get.

Exchange Online answers `535 5.7.3`, `AUTHENTICATE failed` and `-ERR Authentication failure` to
nearly everything. What separates the causes is who the token belongs to, and whether another
protocol, or another user name, lets the same token in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Final

from provision.mail.cause import Cause
from provision.mail.said_causes import READ_SMTP_SWITCHES, is_unspecific, named
from provision.mail.verdict import Verdict
from provision.tenant.mailbox import Protocol

_SWITCHES: Final[Mapping[Protocol, str]] = {"imap": "ImapEnabled", "pop": "PopEnabled"}
_OTHERS: Final[Mapping[Protocol, tuple[Protocol, ...]]] = {
    "imap": ("pop", "smtp"),
    "pop": ("imap", "smtp"),
    "smtp": ("imap", "pop"),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login, by what distinguishes it: the token is always the same."""

    protocol: Protocol
    user: str
    """In lower case: servers make no difference."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the refusal itself."""

    owner: str
    """Who the token belongs to."""
    protocols: frozenset[Protocol]
    """Those that the token is good for."""
    answers: Mapping[Attempt, Verdict]
    """What was tried already."""

    def is_open(self, protocol: Protocol, user: str) -> bool:
        """Tell whether a login is known to succeed.

        Submission lets in before it looks at senders, so what it says to those is no matter here.
        """
        verdict = self.answers.get(Attempt(protocol, user.lower()))
        if verdict is None:
            return False
        return verdict.is_ok or (protocol == "smtp" and verdict.outcome == "no_access")

    def is_unconnected(self, user: str) -> bool:
        """Tell whether IMAP takes the token for a user and then opens nothing."""
        verdict = self.answers.get(Attempt("imap", user.lower()))
        return verdict is not None and verdict.outcome == "no_access"


def attempts(refused: Verdict, evidence: Evidence) -> tuple[Attempt, ...]:
    """Return the logins that would tell the causes apart, the most telling first.

    Over SMTP the user must be the token's owner. Over IMAP and POP it may be a mailbox that is
    shared with the owner, which SMTP cannot stand in for.
    """
    protocol, user, owner = refused.protocol, refused.user.lower(), evidence.owner.lower()
    others = _OTHERS[protocol]
    if user == owner:
        wanted = [Attempt(other, user) for other in others]
    elif protocol == "smtp":
        wanted = [Attempt(protocol, owner)]
    else:
        wanted = [Attempt(others[0], user), Attempt(protocol, owner)]
    return tuple(attempt for attempt in wanted if attempt.protocol in evidence.protocols)


def name_cause(refused: Verdict, evidence: Evidence) -> Cause:
    """Return the one cause that fits what was said and what else was tried."""
    if refused.protocol == "smtp":
        return _of_submission(refused, evidence)
    if refused.user.lower() == evidence.owner.lower():
        return _of_own_mailbox(refused, evidence)
    return _of_shared_mailbox(refused, evidence)


def _of_submission(refused: Verdict, evidence: Evidence) -> Cause:
    user, owner = refused.user, evidence.owner
    if user.lower() != owner.lower():
        mended = "lets the token in" if evidence.is_open("smtp", owner) else "does not help alone"
        return Cause(
            "wrong_user",
            f"SMTP wants the token's owner as user, which is {owner} and not {user}; "
            f"{owner} as user {mended}.",
            (
                f"set the mailbox's signInAs to {owner}, or:",
                f"provision authorize --mailbox {quote(refused.address)}",
            ),
        )
    opened = _opened(refused, evidence)
    if opened is not None:
        return Cause(
            "smtp_policy",
            f"{opened.upper()} lets the same token in for {user}, so token and user are right: "
            "authenticated SMTP is off for the mailbox or the tenant, or a policy blocks it.",
            named(READ_SMTP_SWITCHES, user),
        )
    if evidence.is_unconnected(user):
        return _no_mailbox(user)
    return _nothing_opens(refused, evidence)


def _of_own_mailbox(refused: Verdict, evidence: Evidence) -> Cause:
    opened = _opened(refused, evidence)
    if opened is not None:
        return _protocol_off(refused, opened)
    if evidence.is_unconnected(refused.user) or refused.outcome == "no_access":
        return _no_mailbox(refused.user)
    return _nothing_opens(refused, evidence)


def _of_shared_mailbox(refused: Verdict, evidence: Evidence) -> Cause:
    protocol, user, owner = refused.protocol, refused.user, evidence.owner
    other = _OTHERS[protocol][0]
    if evidence.is_open(other, user):
        return _protocol_off(refused, other)
    if refused.outcome == "no_access" or evidence.is_unconnected(user):
        return Cause(
            "no_full_access",
            f"The token belongs to {owner}, who has no full access to {user}, or that mailbox has "
            "no licence.",
            (
                f"Get-MailboxPermission -Identity {user} -User {owner}",
                f"Add-MailboxPermission -Identity {user} -User {owner} -AccessRights FullAccess",
            ),
        )
    if evidence.is_open(protocol, owner):
        return Cause(
            "mailbox_closed",
            f"The token opens {owner}'s own mailbox over {protocol.upper()}, but not {user}: that "
            f"is no mailbox, {protocol.upper()} is off for it, or {owner} has no full access.",
            (
                *_read_switch(protocol, user),
                f"Get-MailboxPermission -Identity {user} -User {owner}",
            ),
        )
    return _nothing_opens(refused, evidence)


def _opened(refused: Verdict, evidence: Evidence) -> Protocol | None:
    """Return another protocol that lets the same user in."""
    others = _OTHERS[refused.protocol]
    return next((p for p in others if evidence.is_open(p, refused.user)), None)


def _protocol_off(refused: Verdict, opened: Protocol) -> Cause:
    protocol, user = refused.protocol, refused.user
    return Cause(
        "protocol_off",
        f"{opened.upper()} lets the same token in for {user}, so token and user are right: "
        f"{protocol.upper()} is off for the mailbox.",
        (
            *_read_switch(protocol, user),
            f"Set-CASMailbox -Identity {user} -{_SWITCHES[protocol]} $true",
        ),
    )


def _no_mailbox(user: str) -> Cause:
    return Cause(
        "no_mailbox",
        f"The token is taken and opens nothing: {user} has no mailbox, so perhaps no licence.",
        (
            f"Get-Mailbox -Identity {user}",
            f"Get-MgUserLicenseDetail -UserId {user} | Format-List SkuPartNumber",
        ),
    )


def _nothing_opens(refused: Verdict, evidence: Evidence) -> Cause:
    user, again = refused.user, f"provision authorize --mailbox {quote(refused.address)}"
    switches = "ImapEnabled,PopEnabled,SmtpClientAuthenticationDisabled"
    read = f"Get-CASMailbox -Identity {user} | Format-List {switches}"
    asked = [a for a in attempts(refused, evidence) if a in evidence.answers]
    if any(is_unspecific(evidence.answers[attempt]) for attempt in asked):
        tried = ", ".join(sorted({refused.protocol.upper(), *(a.protocol.upper() for a in asked)}))
        return Cause(
            "token_refused",
            f"Audience, permissions and life of the token are right, and still nothing lets it in "
            f"({tried}): {user} is unknown here or disabled, everything is switched off for that "
            "mailbox, or the token is another tenant's.",
            (read, again),
        )
    return Cause(
        "undecided",
        f"The token is for {refused.protocol.upper()} and belongs to {evidence.owner}; no other "
        "login could be tried that would tell a wrong user from a switch.",
        (read, again),
    )


def _read_switch(protocol: Protocol, user: str) -> tuple[str, ...]:
    switch = _SWITCHES[protocol]
    return (f"Get-CASMailbox -Identity {user} | Format-List {switch}",)
