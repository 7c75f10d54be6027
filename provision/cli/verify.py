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
from provision.errors import ProvisionError, UsageError


def verify(
    file: File = MANIFEST,
    mailbox: MailboxOption = None,
    send: Annotated[
        bool,
        typer.Option("--send", help="Send two messages with attachments, and receive them."),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Send also where an AEM e-mail endpoint takes what arrives."),
    ] = False,
    as_aem: Annotated[
        bool,
        typer.Option("--as-aem", help="Try what AEM would do; say which of its fields would fail."),
    ] = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Log in to IMAP, POP and SMTP and prove access; sends nothing without --send."""
    from provision.cli import verdict_view
    from provision.cli.progress_view import Watch

    if force and not send:
        raise UsageError("--force goes with --send", hint="provision verify --send --force")
    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    found: list[dict[str, object]] = []
    codes = []
    with Watch(is_quiet=no_progress) as watch, wiring.open_session(place, watch) as session:
        for wanted in session.mailboxes(mailbox or ()):
            try:
                verified = session.verify(wanted, send=send, force=force, as_aem=as_aem)
            except ProvisionError as error:
                # One mailbox whose owner must sign in again hides nothing about the others.
                console.failure(error)
                codes.append(exits.code_for(error))
                found.append({"mailbox": wanted.address, "ok": False, "error": error.message})
                continue
            codes.append(verdict_view.code(verified))
            found.append(verdict_view.as_json(verified))
            if output is Output.TEXT:
                for line in verdict_view.lines(verified):
                    console.out(line)
    if output is Output.JSON:
        console.out_json({"verified": found})
    return exits.worst(codes)
