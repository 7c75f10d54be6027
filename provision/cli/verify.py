"""`provision verify`: mailbox logins now, one verdict a protocol."""

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


def verify(
    file: File = MANIFEST,
    mailbox: MailboxOption = None,
    send: Annotated[
        bool,
        typer.Option("--send", help="Send one message from the mailbox to itself and find it."),
    ] = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Log in to IMAP, POP and SMTP and prove access; sends nothing without --send."""
    from provision.cli import verdict_view
    from provision.cli.watch import Watch

    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    with Watch(is_quiet=no_progress) as watch, wiring.open_session(place, watch) as session:
        results = [session.verify(m, send=send) for m in session.mailboxes(mailbox or ())]
    if output is Output.JSON:
        console.out_json({"verified": [verdict_view.as_json(v) for v in results]})
    else:
        for verified in results:
            for line in verdict_view.lines(verified):
                console.out(line)
    return exits.worst(verdict_view.code(v) for v in results)
