"""Everything that was recognised in a text, what tells most first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from provision.diagnose.pasted.credentials import credentials
from provision.diagnose.pasted.entra_answers import entra_answers
from provision.diagnose.pasted.evidence import placeholders, support_ids
from provision.diagnose.pasted.finding import Finding
from provision.diagnose.pasted.graph_answers import graph_answers, http_statuses
from provision.diagnose.pasted.plain_text import plain
from provision.diagnose.pasted.server_replies import server_replies


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to a text; holds no piece of a credential."""

    findings: tuple[Finding, ...]
    evidence: tuple[tuple[str, str], ...]
    """Ids for support, with their names."""

    @property
    def secrets(self) -> tuple[Finding, ...]:
        """The credentials that nobody else should have seen."""
        return tuple(f for f in self.findings if f.traits is not None and f.traits.is_secret)


def explain_text(text: str, now: datetime) -> Explanation:
    """Find and explain what is in a text: errors, replies, log lines, credentials.

    Args:
        text: Whatever was pasted; may hold credentials, of which nothing is returned but what
            `Traits` has.
        now: To tell whether a token still lives.
    """
    readable = plain(text)
    answers = entra_answers(readable) + graph_answers(readable)
    found = answers + server_replies(readable, [f.position for f in answers])
    found = found or http_statuses(readable)
    ordered = sorted(found + credentials(readable, now), key=lambda f: (f.rank, f.position))
    evidence = support_ids(readable)
    values = dict(placeholders(readable, evidence))
    return Explanation(tuple(_completed(f, values) for f in _once(ordered)), evidence)


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield one finding for each answer; credentials are told apart by their digests."""
    seen = set()
    for finding in findings:
        digest = finding.traits.digest if finding.traits is not None else ""
        key = (finding.advice.meaning, finding.advice.cause, digest)
        if key not in seen:
            seen.add(key)
            yield finding


def _completed(finding: Finding, values: dict[str, str]) -> Finding:
    """Fill in what the text itself tells of a command's words in capitals."""
    command = finding.advice.command
    for word, value in values.items():
        command = command.replace(word, value)
    return replace(finding, advice=replace(finding.advice, command=command))
