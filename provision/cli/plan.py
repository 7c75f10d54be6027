"""`provision plan`: the manifest against the tenant; changes nothing."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provision import wiring
from provision.cli import ask, console, exits
from provision.cli.options import (
    MANIFEST,
    CloudOption,
    ExchangeConsent,
    File,
    NoProgress,
    TrustCloud,
)


class PlanOutput(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def plan(
    file: File = MANIFEST,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    exchange_consent: ExchangeConsent = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there are changes.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Write the approval that `apply PLAN` asks for.", metavar="PLAN"
        ),
    ] = None,
    output: Annotated[
        PlanOutput, typer.Option("--output", "-o", help="How to print the plan.")
    ] = PlanOutput.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Show what apply would do."""
    from provision.cli import plan_file, plan_markdown, plan_view
    from provision.cli.progress_view import Watch
    from provision.plan.saved_plan import save_plan

    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    choices = wiring.Choices(
        may_open_browser=ask.is_interactive(), consents_on_exchange=exchange_consent
    )
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        found = session.plan()
        if out is not None:
            around = plan_file.circumstances(
                file, session.services.cloud.name, consents_on_exchange=exchange_consent
            )
            plan_file.write(out, save_plan(found, around, session.services.clock.now()), found)
    match output:
        case PlanOutput.JSON:
            console.out_json(plan_view.as_json(found))
        case PlanOutput.MARKDOWN:
            console.out(plan_markdown.as_markdown(found))
        case PlanOutput.TEXT:
            for line in plan_view.lines(found):
                console.out(line)
    if out is not None:
        console.err(f"wrote {out}: for the next {plan_file.HOURS} hours, provision apply {out}")
    return exits.CHANGES if found.changes and detailed_exitcode else exits.DONE
