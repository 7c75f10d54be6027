"""Whether a token can be good for a protocol at all: judged before any server is asked."""

from datetime import datetime, timedelta
from shlex import quote
from typing import Final

from provision.cloud import Cloud
from provision.mail.access_token import TokenFacts
from provision.mail.cause import Cause
from provision.mail.sasl import Login
from provision.tenant.mailbox import PERMISSIONS

LEAST_LIFE: Final = timedelta(minutes=10)
"""Some servers refuse a token with less: tarickb/sasl-xoauth2's documentation, 501 5.5.127."""
LONGEST_FOR_POP: Final = 4096
"""Characters; since July 2025 a longer one is a "Protocol error": jstedfast/MailKit#1948."""

_EXCHANGE_CLIENT_ID: Final = "00000002-0000-0ff1-ce00-000000000000"
"""Exchange Online's client id, the other name of its resource in every cloud.

https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
"""
# One resource under two names.
_GLOBAL: Final = frozenset({"https://outlook.office.com", "https://outlook.office365.com"})


def find_flaw(facts: TokenFacts, login: Login, cloud: Cloud, now: datetime) -> Cause | None:
    """Return why a login with this token is bound to fail, or None when it may succeed."""
    again = f"provision authorize --mailbox {quote(login.address)}"
    if facts.is_readable and not _is_for_mail(facts.audience, cloud):
        return Cause(
            "wrong_audience",
            f"The token is for {facts.audience or 'nobody'}, and mail servers take only one for "
            f"{cloud.outlook_resource}.",
            (again,),
        )
    wanted = PERMISSIONS[login.protocol]
    if facts.is_readable and wanted not in facts.scopes:
        has = " ".join(sorted(facts.scopes)) or "no delegated permission"
        return Cause(
            "missing_scope",
            f"The token lacks {wanted}, which {login.protocol.upper()} needs; it has {has}.",
            ("provision apply", again),
        )
    left = facts.expires_at - now
    if left < LEAST_LIFE:
        minutes = max(int(left.total_seconds() // 60), 0)
        return Cause(
            "expires_too_soon",
            f"The token has {minutes} minutes left by this machine's clock, and fewer than "
            f"{LEAST_LIFE.seconds // 60} are refused by some servers: the clock may be wrong.",
            ("date --utc", f"provision refresh --mailbox {quote(login.address)}"),
        )
    return None


def find_risks(facts: TokenFacts, login: Login) -> tuple[str, ...]:
    """Return what may go wrong with this token although nothing forbids it."""
    if login.protocol != "pop" or facts.length <= LONGEST_FOR_POP:
        return ()
    risk = f'more than {LONGEST_FOR_POP:,} get "Protocol error" from Exchange Online: use IMAP'
    return (f"POP: the token has {facts.length:,} characters, and {risk}",)


def _is_for_mail(audience: str, cloud: Cloud) -> bool:
    resource = cloud.outlook_resource.rstrip("/")
    names = {resource, _EXCHANGE_CLIENT_ID, *(_GLOBAL if resource in _GLOBAL else ())}
    return audience.rstrip("/").lower() in names
