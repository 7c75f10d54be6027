"""What was recognised in a text, as lines for people and as JSON for programs."""

import re
import sys
from collections.abc import Iterator

from provision.cli import console
from provision.diagnose.pasted import Explanation, Finding, Traits

FORMAT_VERSION = 1
_EXCHANGE_CMDLET = re.compile(r"[A-Z][a-z]+-(?!Mg|NetConnection|ExchangeOnline)[A-Z]")
_GRAPH_CMDLET = re.compile(r"[A-Z][a-z]+-Mg")


def lines(found: Explanation) -> Iterator[str]:
    """Yield the answer to each finding, and at the end what support asks for."""
    for number, finding in enumerate(found.findings):
        if number:
            yield ""
        yield from _finding(finding)
    if found.evidence:
        yield ""
        yield "for support"
        yield from (f"  {name}: {value}" for name, value in found.evidence)


def as_json(found: Explanation) -> dict[str, object]:
    """Return the answer for programs; docs/reference/explain.schema.json documents it."""
    return {
        "formatVersion": FORMAT_VERSION,
        "findings": [_as_json(finding) for finding in found.findings],
        "evidence": [{"name": name, "value": value} for name, value in found.evidence],
    }


def _finding(finding: Finding) -> Iterator[str]:
    advice = finding.advice
    title = finding.what if finding.traits is None else _title(finding.what, finding.traits)
    yield f"{console.styled(title, 'bold', sys.stdout)}: {advice.meaning}"
    for name, value in finding.traits.facts if finding.traits is not None else ():
        yield f"  {name}: {value}"
    yield f"  why: {advice.cause}"
    for command in dict.fromkeys((advice.command, advice.powershell)):
        if command:
            yield console.styled(f"  → {_session(command)}{command}", "warn", sys.stdout)
    yield console.styled(f"  source: {advice.source_url}", "dim", sys.stdout)


def _title(what: str, traits: Traits) -> str:
    doubt = "" if traits.is_certain else "probably "
    if not traits.is_secret:
        return f"{doubt}{what}"
    return f"{doubt}{what} ({traits.length} characters, SHA-256 {traits.digest}…)"


def _session(command: str) -> str:
    """Tell which session of PowerShell a line needs; nothing before other commands."""
    if _GRAPH_CMDLET.match(command):
        return "in PowerShell, after Connect-MgGraph: "
    is_of_exchange = _EXCHANGE_CMDLET.match(command) is not None
    return "in PowerShell, after Connect-ExchangeOnline: " if is_of_exchange else ""


def _as_json(finding: Finding) -> dict[str, object]:
    advice = finding.advice
    return {
        "what": finding.what,
        "service": finding.service,
        "known": finding.is_known,
        "class": finding.kind,
        "meaning": advice.meaning,
        "cause": advice.cause,
        "command": advice.command,
        "powershell": advice.powershell or None,
        "source": advice.source_url,
        "credential": None if finding.traits is None else _traits(finding.traits),
    }


def _traits(traits: Traits) -> dict[str, object]:
    return {
        "kind": traits.kind,
        "secret": traits.is_secret,
        "certain": traits.is_certain,
        "length": traits.length,
        "sha256": traits.digest,
        "facts": dict(traits.facts),
    }
