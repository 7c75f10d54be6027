"""`provision destroy`: the application into the bin, and what is held here for it forgotten."""

from typing import TYPE_CHECKING, Annotated

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
)

if TYPE_CHECKING:
    from provision.cli.progress_view import Watch
    from provision.stages.destroy import Destroyed, Doomed


def destroy(
    file: File = MANIFEST,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask for the application's name.")
    ] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Delete it for good: nobody can restore it.")
    ] = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Delete the application; asks for its name, and `apply` can restore it for 30 days."""
    from provision.cli import ask
    from provision.cli.progress_view import Watch

    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    choices = wiring.Choices(may_open_browser=ask.is_interactive())
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        ended = session.destroy(lambda doomed: _confirmed(doomed, watch, yes=yes), purge=purge)
        name = session.manifest.application.unique_name
    for failure in ended.failures:
        console.failure(failure)
    if output is Output.JSON:
        console.out_json(_as_json(name, ended))
    else:
        console.out(_summary(name, ended))
    return exits.FAILED if ended.failures else exits.DONE


def _confirmed(doomed: "Doomed", watch: "Watch", *, yes: bool) -> bool:
    from provision.cli import ask

    watch.pause()
    application, name = doomed.application, doomed.unique_name
    where = ", which lies in the bin already" if doomed.is_in_bin else ""
    console.err(f"- application {name} (client id {application.client_id}){where}", "bad")
    secrets = len(application.passwords)
    console.err(f"- client secrets: {secrets}, grants: {doomed.grants}", "bad")
    for address in doomed.mailboxes:
        console.err(f"- the sign-in of {address}, held here", "bad")
    if doomed.is_for_good:
        console.err("  for good: nobody can restore it, and its uniqueName may stay taken", "warn")
    if yes:
        return True
    typed = ask.line(f"Type {name} to destroy it: ", f"destroying {name}")
    return typed.strip() == name


def _summary(name: str, ended: "Destroyed") -> str:
    if ended.client_id is None:
        return f"Nothing to destroy: there is no application {name}."
    if ended.is_purged:
        return f"Application {name} is gone for good."
    return f"Application {name} is deleted; for 30 days `provision apply` can restore it."


def _as_json(name: str, ended: "Destroyed") -> dict[str, object]:
    return {
        "uniqueName": name,
        "clientId": ended.client_id,
        "isPurged": ended.is_purged,
        "failures": [failure.message for failure in ended.failures],
    }
