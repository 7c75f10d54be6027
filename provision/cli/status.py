"""`provision status`: what is held, who has copies, and when it dies; signs nobody in."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision import wiring
from provision.cli import console, exits
from provision.cli.options import (
    MANIFEST,
    CloudOption,
    File,
    Output,
    OutputOption,
    TrustCloud,
)
from provision.errors import SinkFailed, UsageError

if TYPE_CHECKING:
    from provision.stages.standing import Status


def status(
    file: File = MANIFEST,
    every: Annotated[
        bool, typer.Option("--all", help="Everything that the vault holds, manifest or not.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a page with a timeline there, too.", metavar="FILE"),
    ] = None,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
) -> int:
    """Say what is held, who has copies of it and when it dies; no sign-in, no network."""
    if every:
        found = _of_vault()
    else:
        found = _of_manifest(wiring.Place(file, cloud, tuple(trust_cloud or ())))
    if html is not None:
        _write(html, found)
    if output is Output.JSON:
        from provision.cli.status_json import as_json

        console.out_json(as_json(found))
    else:
        from provision.cli.status_view import lines

        for line in lines(found, console.width(sys.stdout)):
            console.out(line)
    return exits.worst(exits.SIGN_IN if d.needs_sign_in else exits.CHANGES for d in found.to_do)


def _of_vault() -> "Status":
    from provision.clock import SystemClock
    from provision.stages.status import read_ledger, status_of_everything

    clock = SystemClock()
    vault = wiring.vault_of(clock, wiring.Choices().environ)
    return status_of_everything(read_ledger(vault), clock.now())


def _of_manifest(place: wiring.Place) -> "Status":
    from provision.stages.progress import nobody_listens

    try:
        with wiring.open_session(place, nobody_listens) as session:
            return session.status()
    except UsageError as error:
        if place.file.exists():
            raise
        hint = f"{error.hint}\nsee what the vault holds without one: provision status --all"
        raise UsageError(error.message, hint=hint) from error


def _write(path: Path, found: "Status") -> None:
    from provision.cli.status_page import page
    from provision.handoff.files import check_writable, replace_private

    text = page(found)
    try:
        check_writable(path)
        replace_private(path, lambda file: file.write(text))
    except SinkFailed as error:
        raise SinkFailed(error.message, hint="name another file with --html") from error
    console.err(f"wrote {path}", "good")
