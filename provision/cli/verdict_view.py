"""Verdicts as text for people and as JSON for programs, and what they mean for the exit code."""

import sys
from datetime import datetime

from provision.cli import aem_view, console, delivery_view, exits, one_verdict_view
from provision.mail.access_token import TokenFacts
from provision.mail.verdict import Verdict
from provision.stages.verify import Verified


def lines(verified: Verified) -> list[str]:
    """Return the token, then one line a verdict, with what to do where the answer was no."""
    text = [verified.address, f"  token: {_token(verified.token, verified.checked_at)}"]
    for verdict in verified.verdicts:
        text.extend(one_verdict_view.lines(verdict, verdict.protocol))
    if verified.delivery is not None:
        text.extend(delivery_view.lines(verified.delivery))
    if verified.as_aem is not None:
        text.extend(aem_view.lines(verified.as_aem))
    text.extend(console.styled(f"  ! {risk}", "warn", sys.stdout) for risk in verified.risks)
    return text


def as_json(verified: Verified) -> dict[str, object]:
    """Return the verdicts for programs; holds no token."""
    delivery = verified.delivery
    return {
        "mailbox": verified.address,
        "ok": verified.is_ok,
        "token": _token_as_json(verified.token, verified.checked_at),
        "protocols": [one_verdict_view.as_json(v) for v in verified.verdicts],
        "risks": list(verified.risks),
        "delivery": None if delivery is None else delivery_view.as_json(delivery),
        "asAem": None if verified.as_aem is None else aem_view.as_json(verified.as_aem),
    }


def code(verified: Verified) -> int:
    """Return the exit code: 3 for a refusal, AEM's own too; 75 for a server out of reach."""
    would_fail = verified.as_aem is not None and verified.as_aem.failing
    aem = exits.LOGIN_REFUSED if would_fail else exits.DONE
    return exits.worst((aem, *(_code(v) for v in verified.every_verdict)))


def _code(verdict: Verdict) -> int:
    match verdict.outcome:
        case "ok":
            return exits.DONE
        case "unreachable" | "missing":
            return exits.TEMPORARY
        case "no_tls":
            return exits.FAILED
        case _:
            return exits.LOGIN_REFUSED


def _token(facts: TokenFacts, now: datetime) -> str:
    left = f"{_minutes(facts, now)} min, {facts.length:,} chars"
    if not facts.is_readable:
        return f"opaque, as personal accounts' are, {left}"
    scopes = " ".join(sorted(facts.scopes)) or "none"
    return f"aud {facts.audience or 'none'}, scopes {scopes}, {left}"


def _token_as_json(facts: TokenFacts, now: datetime) -> dict[str, object]:
    return {
        "readable": facts.is_readable,
        "audience": facts.audience or None,
        "scopes": sorted(facts.scopes),
        "user": facts.user or None,
        "clientId": facts.client_id or None,
        "expiresAt": f"{facts.expires_at:%Y-%m-%dT%H:%M:%SZ}",
        "minutesLeft": _minutes(facts, now),
        "length": facts.length,
    }


def _minutes(facts: TokenFacts, now: datetime) -> int:
    return max(int((facts.expires_at - now).total_seconds() // 60), 0)
