"""`provision handoff`: refresh, then give the newest values to whoever reads them."""

import sys
from typing import Annotated

import typer

from provision import wiring
from provision.cli import console, exits
from provision.cli.options import (
    MANIFEST,
    CloudOption,
    File,
    NoProgress,
    Output,
    OutputOption,
    TrustCloud,
    WithSecrets,
)
from provision.errors import SinkFailed


def handoff(
    file: File = MANIFEST,
    to: Annotated[
        str | None,
        typer.Option("--to", help="dotenv, json or aem-forms, in place of the manifest's list."),
    ] = None,
    path: Annotated[
        str, typer.Option("--path", help="Where --to writes; - is standard output.")
    ] = "-",
    with_secrets: WithSecrets = False,
    show: Annotated[bool, typer.Option("--show", help="Let secrets appear on a terminal.")] = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Refresh, then write every hand-off of the manifest (or the one of --to)."""
    from provision.cli import handoff_view
    from provision.cli.watch import Watch

    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    choices = wiring.Choices(
        with_secrets=with_secrets,
        writer=lambda text: _to_standard_output(
            text, show=show or (not with_secrets and to == "aem-forms")
        ),
        targets=None if to is None else ((to, path),),
    )
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        handed = session.hand_off()
    if output is Output.JSON:
        target = console.err if path == "-" and to else console.out
        target(handoff_view.text([handoff_view.as_json(h) for h in handed]))
    for one in handed:
        if one.failure is not None:
            console.failure(one.failure)
        elif output is Output.TEXT:
            console.err(f"wrote {one.holder}", "good")
    return exits.worst(
        exits.DONE if h.failure is None else exits.code_for(h.failure) for h in handed
    )


def _to_standard_output(text: str, *, show: bool) -> None:

    if console.is_terminal(sys.stdout) and not show:
        raise SinkFailed(
            "standard output: secrets would be shown on a terminal",
            hint="redirect it, or add --show",
        )
    sys.stdout.write(text)
    sys.stdout.flush()
