"""Causes that a server's own words name, and words that name none."""

import re
from dataclasses import dataclass
from shlex import quote
from typing import Final

from provision.mail.access_token import TokenFacts
from provision.mail.cause import Cause, CauseName
from provision.mail.fitness import LONGEST_FOR_POP
from provision.mail.verdict import Verdict

READ_SMTP_SWITCHES: Final = (
    "Get-CASMailbox -Identity MAILBOX | Format-List SmtpClientAuthenticationDisabled",
    "Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled",
)
"""The mailbox's switch wins over the tenant's; empty inherits it.

https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
"""
_SWITCH_ON: Final = "Set-CASMailbox -Identity MAILBOX -SmtpClientAuthenticationDisabled $false"


@dataclass(frozen=True, slots=True)
class _Words:
    fragment: str
    name: CauseName
    text: str
    next: tuple[str, ...]


_SMTP: Final = (
    _Words(
        "disabled for the Tenant",
        "smtp_auth_off_for_tenant",
        "Authenticated SMTP is off in the tenant, and the mailbox says nothing of its own.",
        (*READ_SMTP_SWITCHES, _SWITCH_ON),
    ),
    _Words(
        "disabled for the Mailbox",
        "smtp_auth_off_for_mailbox",
        "Authenticated SMTP is off for this mailbox.",
        (READ_SMTP_SWITCHES[0], _SWITCH_ON),
    ),
    _Words(
        "security defaults",
        "security_defaults",
        "The tenant's security defaults switch authenticated SMTP off, for tokens as well.",
        ("Get-MgPolicyIdentitySecurityDefaultEnforcementPolicy | Format-List IsEnabled",),
    ),
    _Words(
        "did not meet the criteria",
        "authentication_policy",
        "An authentication policy or Conditional Access forbids this login to SMTP.",
        (
            "Get-User -Identity MAILBOX | Format-List AuthenticationPolicy",
            "Get-AuthenticationPolicy | Format-List Name,AllowBasicAuthSmtp",
        ),
    ),
)
# Exchange's words for whatever is wrong, and Dovecot's.
_UNSPECIFIC: Final = {
    "smtp": re.compile(r"\b535\b(?! 5\.7\.139)"),
    "imap": re.compile(
        r"AUTHENTICATE failed(?!\.? Basic)|AUTHENTICATIONFAILED|authenticated but not connected",
        re.IGNORECASE,
    ),
    "pop": re.compile(
        r"Authentication fail|\[AUTH\]|authenticated but not connected", re.IGNORECASE
    ),
}


def cause_by_words(verdict: Verdict, facts: TokenFacts) -> Cause | None:
    """Return the cause that the server named, or None."""
    said = " ".join(verdict.said)
    if verdict.protocol == "smtp":
        return _of_submission(said, verdict.user)
    if verdict.protocol == "pop" and "Protocol error" in said and facts.length > LONGEST_FOR_POP:
        return Cause(
            "token_too_long",
            f"The token has {facts.length:,} characters, and POP takes {LONGEST_FOR_POP:,}: the "
            "account has many groups or claims.",
            (f"provision token --mailbox {quote(verdict.address)} --for imap",),
        )
    return None


def _of_submission(said: str, user: str) -> Cause | None:
    for words in _SMTP:
        if words.fragment.casefold() in said.casefold():
            return Cause(words.name, words.text, named(words.next, user))
    return None


def is_unspecific(verdict: Verdict) -> bool:
    """Tell whether a refusal may have several causes, which other logins tell apart."""
    said = " ".join(verdict.said)
    return not verdict.is_ok and _UNSPECIFIC[verdict.protocol].search(said) is not None


def named(lines: tuple[str, ...], user: str) -> tuple[str, ...]:
    """Return lines to type with the mailbox filled in."""
    return tuple(line.replace("MAILBOX", user) for line in lines)
