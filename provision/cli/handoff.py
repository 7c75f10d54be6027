"""`provision handoff`: refresh, then give the newest values to whoever reads them."""

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
from provision.errors import UsageError

To = Annotated[
    str | None,
    typer.Option(
        "--to",
        help="A format that takes a path alone, such as dotenv, mutt or aem-forms, in place of "
        "the manifest's list.",
    ),
]
Forget = Annotated[
    str | None,
    typer.Option(
        "--forget",
        help="Hand nothing over: forget this holder, whose copies are gone.",
        metavar="HOLDER",
    ),
]


def handoff(
    file: File = MANIFEST,
    to: To = None,
    path: Annotated[
        str, typer.Option("--path", help="Where --to writes; - is standard output.")
    ] = "-",
    mailbox: Annotated[
        str | None,
        typer.Option("--mailbox", "-m", help="Whose values --to writes, if there are several."),
    ] = None,
    forget: Forget = None,
    with_secrets: WithSecrets = False,
    show: Annotated[bool, typer.Option("--show", help="Let secrets appear on a terminal.")] = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Refresh, then write every hand-off of the manifest (or the one of --to)."""
    from provision.cli import handoff_view
    from provision.cli.progress_view import Watch
    from provision.stages.targets import ChosenTarget

    if to is None and (mailbox or path != "-"):
        raise UsageError("--path and --mailbox say where --to writes, and there is no --to")
    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    if forget is not None:
        if to is not None:
            raise UsageError("--forget hands nothing over, and --to would")
        return _forget(place, forget)
    choices = wiring.Choices(
        with_secrets=with_secrets,
        writer=lambda text, has_secrets: console.hand_over(
            text, may_be_shown=show or not has_secrets
        ),
        target=None if to is None else ChosenTarget(to, path, mailbox),
    )
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        handed = session.hand_off()
    if output is Output.JSON:
        # Where the values themselves go to standard output, what is told about them does not.
        tell = console.err if any("standard output" in h.holder for h in handed) else console.out
        tell(handoff_view.text([handoff_view.as_json(h) for h in handed]))
    for one in handed:
        if one.failure is not None:
            console.failure(one.failure)
        elif output is Output.TEXT:
            console.err(f"wrote {one.holder}", "good")
    return exits.worst(
        exits.DONE if h.failure is None else exits.code_for(h.failure) for h in handed
    )


def _forget(place: wiring.Place, name: str) -> int:
    from provision.stages.progress import nobody_listens

    with wiring.open_session(place, nobody_listens) as session:
        count = session.forget_holder(name)
    console.err(f"forgot {name}: {count} {'copy' if count == 1 else 'copies'}", "good")
    return exits.DONE
