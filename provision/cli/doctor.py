"""`provision doctor`: why it fails here and what to do first; only tokens are renewed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision import wiring
from provision.cli import ask, console, exits
from provision.cli.options import (
    MANIFEST,
    CloudOption,
    File,
    NoProgress,
    Output,
    OutputOption,
    TrustCloud,
)

if TYPE_CHECKING:
    from provision.plan.findings import Finding
    from provision.stages.doctor import Diagnosis

FORMAT_VERSION = 1
_SIGNS = {"good": "✓", "warning": "!", "bad": "✗", "unknown": "?"}
_STYLES = {"good": "good", "warning": "warn", "bad": "bad", "unknown": "dim"}


def doctor(
    file: File = MANIFEST,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", help="Write a support file there, too.", metavar="FILE"),
    ] = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Say what is out of order: rights, policies, registration, mailboxes, this machine."""
    from provision.cli import support_bundle
    from provision.cli.progress_view import Watch

    if bundle is not None:
        support_bundle.require_writable(bundle)
    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    choices = wiring.Choices(may_open_browser=ask.is_interactive())
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        found = session.examine()
        if bundle is not None:
            support_bundle.write(bundle, file, session, _as_json(found))
    if output is Output.JSON:
        console.out_json(_as_json(found))
    else:
        for line in _lines(found):
            console.out(line)
    if found.is_temporary:
        return exits.TEMPORARY
    return exits.DONE if found.is_fine else exits.FAILED


def _lines(found: "Diagnosis") -> list[str]:
    text: list[str] = []
    for section in found.sections:
        text.append(console.styled(section.name, "bold", sys.stdout))
        for finding in section.findings:
            text.extend(_finding(finding))
        text.append("")
    first = found.first
    if first is None:
        text.append("Nothing to do.")
    else:
        text.append(f"First: {first.text}")
        text.append(console.styled(f"  → {first.then}", "warn", sys.stdout))
    return text


def _finding(finding: "Finding") -> list[str]:
    sign = console.styled(_SIGNS[finding.mark], _STYLES[finding.mark], sys.stdout)
    lines = [f"  {sign} {finding.text}"]
    if finding.then and finding.mark != "good":
        lines.append(console.styled(f"      → {finding.then}", "dim", sys.stdout))
    return lines


def _as_json(found: "Diagnosis") -> dict[str, object]:
    first = found.first
    return {
        "formatVersion": FORMAT_VERSION,
        "ok": found.is_fine and not found.is_temporary,
        "sections": [
            {
                "name": section.name,
                "findings": [
                    {"mark": f.mark, "text": f.text, "next": f.then or None}
                    for f in section.findings
                ],
            }
            for section in found.sections
        ],
        "first": None if first is None else {"text": first.text, "next": first.then},
    }
