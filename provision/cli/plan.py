"""`provision plan`: the manifest against the tenant; changes nothing."""

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
    Output,
    OutputOption,
    TrustCloud,
)


def plan(
    file: File = MANIFEST,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    exchange_consent: ExchangeConsent = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there are changes.")
    ] = False,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Show what apply would do."""
    from provision.cli import plan_view
    from provision.cli.progress_view import Watch

    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    choices = wiring.Choices(
        may_open_browser=ask.is_interactive(), consents_on_exchange=exchange_consent
    )
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        found = session.plan()
    if output is Output.JSON:
        console.out_json(plan_view.as_json(found))
    else:
        for line in plan_view.lines(found):
            console.out(line)
    return exits.CHANGES if found.changes and detailed_exitcode else exits.DONE
