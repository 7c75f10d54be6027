"""Verdicts as text for people and as JSON for programs, and what they mean for the exit code."""

import sys

from provision.cli import console, exits
from provision.mail.verdict import Verdict
from provision.stages.verify import Verified


def lines(verified: Verified) -> list[str]:
    """Return one line a verdict, with what to do where the answer was no."""
    text = [verified.address]
    for verdict in verified.verdicts:
        text.extend(_verdict_lines(verdict, verdict.protocol))
    for verdict in verified.delivery.verdicts if verified.delivery else ():
        text.extend(_verdict_lines(verdict, f"message by {verdict.protocol}"))
    return text


def as_json(verified: Verified) -> dict[str, object]:
    """Return the verdicts for programs; holds no token."""
    delivery = verified.delivery
    return {
        "mailbox": verified.address,
        "ok": verified.is_ok,
        "protocols": [_as_json(v) for v in verified.verdicts],
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


def _verdict_lines(verdict: Verdict, what: str) -> list[str]:
    if verdict.is_ok:
        sign = console.styled("✓", "good", sys.stdout)
        return [f"  {sign} {what:16} {verdict.user}: {verdict.proved}"]
    sign = console.styled("✗", "bad", sys.stdout)
    text = [f"  {sign} {what:16} {verdict.user}: {verdict.outcome.replace('_', ' ')}"]
    text.extend(f"      server: {said}" for said in verdict.said)
    if verdict.advice is not None:
        text.append(f"      {verdict.advice.meaning} {verdict.advice.cause}")
        text.append(console.styled(f"      → {_command(verdict)}", "warn", sys.stdout))
    return text


def _as_json(verdict: Verdict) -> dict[str, object]:
    advice = verdict.advice
    return {
        "protocol": verdict.protocol,
        "user": verdict.user,
        "outcome": verdict.outcome,
        "ok": verdict.is_ok,
        "said": list(verdict.said),
        "proved": verdict.proved,
        "advice": None
        if advice is None
        else {"meaning": advice.meaning, "cause": advice.cause, "command": _command(verdict)},
    }


def _command(verdict: Verdict) -> str:
    """Return the command that mends it, for this mailbox."""
    return "" if verdict.advice is None else verdict.advice.command.replace("MAILBOX", verdict.user)
