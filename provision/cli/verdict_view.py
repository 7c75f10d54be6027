"""Verdicts as text for people and as JSON for programs, and what they mean for the exit code."""

import sys
from datetime import datetime

from provision.cli import console, exits
from provision.mail.access_token import TokenFacts
from provision.mail.verdict import Verdict
from provision.stages.verify import Verified


def lines(verified: Verified) -> list[str]:
    """Return the token, then one line a verdict, with what to do where the answer was no."""
    text = [verified.address, f"  token: {_token(verified.token, verified.checked_at)}"]
    for verdict in verified.verdicts:
        text.extend(_verdict_lines(verdict, verdict.protocol))
    for verdict in verified.delivery.verdicts if verified.delivery else ():
        text.extend(_verdict_lines(verdict, f"message by {verdict.protocol}"))
    text.extend(console.styled(f"  ! {risk}", "warn", sys.stdout) for risk in verified.risks)
    return text


def as_json(verified: Verified) -> dict[str, object]:
    """Return the verdicts for programs; holds no token."""
    delivery = verified.delivery
    return {
        "mailbox": verified.address,
        "ok": verified.is_ok,
        "token": _token_as_json(verified.token, verified.checked_at),
        "protocols": [_as_json(v) for v in verified.verdicts],
        "risks": list(verified.risks),
        "delivery": None
        if delivery is None
        else {
            "messageId": delivery.message_id,
            "protocols": [_as_json(v) for v in delivery.verdicts],
        },
    }


def code(verified: Verified) -> int:
    """Return the exit code: 3 for a refusal, 75 when a server could not be reached."""
    return exits.worst(_code(v) for v in verified.every_verdict)


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


def _verdict_lines(verdict: Verdict, what: str) -> list[str]:
    if verdict.is_ok:
        sign = console.styled("✓", "good", sys.stdout)
        return [f"  {sign} {what:16} {verdict.user}: {verdict.proved}"]
    sign = console.styled("✗", "bad", sys.stdout)
    text = [f"  {sign} {what:16} {verdict.user}: {verdict.outcome.replace('_', ' ')}"]
    text.extend(f"      server: {said}" for said in verdict.said)
    if verdict.cause is not None:
        text.append(f"      cause: {verdict.cause.text}")
    elif verdict.advice is not None:
        text.append(f"      {verdict.advice.meaning} {verdict.advice.cause}")
    text.extend(console.styled(f"      → {line}", "warn", sys.stdout) for line in _next(verdict))
    return text


def _as_json(verdict: Verdict) -> dict[str, object]:
    advice, cause = verdict.advice, verdict.cause
    return {
        "protocol": verdict.protocol,
        "user": verdict.user,
        "outcome": verdict.outcome,
        "ok": verdict.is_ok,
        "said": list(verdict.said),
        "proved": verdict.proved,
        "cause": None if cause is None else cause.name,
        "why": None if cause is None else cause.text,
        "next": _next(verdict),
        "advice": None
        if advice is None
        else {"meaning": advice.meaning, "cause": advice.cause, "command": _command(verdict)},
    }


def _next(verdict: Verdict) -> list[str]:
    """Return what to type: for the cause, or else what the server's words call for."""
    if verdict.cause is not None:
        return list(verdict.cause.next)
    return [] if verdict.advice is None else [_command(verdict)]


def _command(verdict: Verdict) -> str:
    """Return the command that mends it, for this mailbox."""
    return "" if verdict.advice is None else verdict.advice.command.replace("MAILBOX", verdict.user)
