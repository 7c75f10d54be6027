"""One verdict as lines for people and as JSON for programs."""

import sys

from provision.cli import console
from provision.mail.verdict import Verdict


def lines(verdict: Verdict, what: str) -> list[str]:
    """Return what came of it, and below a no the server's words, the cause, what to type."""
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


def as_json(verdict: Verdict) -> dict[str, object]:
    """Return it for programs; holds no token."""
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
        else {"meaning": advice.meaning, "cause": advice.cause, "command": verdict.command},
    }


def _next(verdict: Verdict) -> list[str]:
    """Return what to type: for the cause, or else what the server's words call for."""
    if verdict.cause is not None:
        return list(verdict.cause.next)
    return [] if verdict.advice is None else [verdict.command]
