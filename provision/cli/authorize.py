"""`provision authorize`: sign a mailbox owner in and hold the refresh token."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from provision import wiring
from provision.cli import console, exits
from provision.cli.options import (
    MANIFEST,
    CloudOption,
    File,
    MailboxOption,
    NoProgress,
    Output,
    OutputOption,
    TrustCloud,
)
from provision.errors import UsageError
from provision.secret import Secret


def authorize(
    file: File = MANIFEST,
    mailbox: MailboxOption = None,
    registration: Annotated[
        Path | None,
        typer.Option("--registration", help="A registration made elsewhere.", metavar="FILE"),
    ] = None,
    paste: Annotated[
        bool, typer.Option("--paste", help="Paste the answer instead of listening for it.")
    ] = False,
    response_mode: Annotated[
        str, typer.Option("--response-mode", help="form_post, or query where a browser blocks it.")
    ] = "form_post",
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the system's browser.")
    ] = True,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds to wait for the sign-in.")
    ] = 300.0,
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the client secret from standard input.")
    ] = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Sign a mailbox owner in; the refresh token goes into the vault."""
    from provision.cli import registration_file
    from provision.cli.surface import TerminalSurface
    from provision.cli.watch import Watch
    from provision.stages.authorize import FRESH_PATIENCE, SignInWay

    if response_mode not in {"form_post", "query"}:
        raise UsageError(f"--response-mode {response_mode!r}: neither form_post nor query")
    if secret_stdin and paste:
        raise UsageError("--secret-stdin and --paste both want standard input")
    secret = Secret(sys.stdin.readline().strip()) if secret_stdin else None
    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    way = SignInWay(
        is_pasted=paste,
        is_query=response_mode == "query",
        timeout=timeout,
        patience=0.0 if secret else FRESH_PATIENCE,
    )
    done = []
    choices = wiring.Choices(client_secret=secret, may_open_browser=browser)
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        if registration is not None:
            session.use(registration_file.read(registration))
        for wanted in session.mailboxes(mailbox or ()):
            watch.pause()
            surface = TerminalSurface(watch, is_pasted=paste, opens_browser=browser)
            done.append(session.authorize(wanted, way, surface))
    if output is Output.JSON:
        console.out_json(
            {
                "authorized": [
                    {
                        "mailbox": a.mailbox.key.address,
                        "signInAs": a.mailbox.sign_in_as,
                        "objectId": a.mailbox.object_id,
                        "generation": a.generation,
                    }
                    for a in done
                ]
            }
        )
    else:
        for authorized in done:
            console.out(f"{authorized.mailbox.key.address}: signed in, refresh token held")
    return exits.DONE
