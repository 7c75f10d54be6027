"""`provision sandbox`: Entra, Graph and Exchange on localhost."""

from pathlib import Path
from typing import Annotated

import typer

from provision.cli import console, exits
from provision.errors import UsageError


def sandbox(
    ready_file: Annotated[
        Path, typer.Option(help="Written once everything answers; also a cloud file.")
    ] = Path("sandbox.json"),
    port: Annotated[int, typer.Option(help="Entra and Graph; 0 takes a free one.")] = 0,
    imap_port: Annotated[int, typer.Option(help="IMAP over TLS.")] = 0,
    pop_port: Annotated[int, typer.Option(help="POP3 over TLS.")] = 0,
    smtp_port: Annotated[int, typer.Option(help="SMTP submission with STARTTLS.")] = 0,
    faults: Annotated[str, typer.Option(help="none, default, or a fault file.")] = "default",
    latency: Annotated[
        float, typer.Option(help="Milliseconds added to every HTTP answer.", metavar="MS")
    ] = 0.0,
    seed: Annotated[int | None, typer.Option(help="Of the faults' dice.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Directory that survives a restart.", metavar="DIR")
    ] = None,
    microsoft_names: Annotated[
        bool, typer.Option("--microsoft-names", help="Certify Microsoft's host names, too.")
    ] = False,
    domain: Annotated[
        str, typer.Option(help="Initial domain of the tenant.")
    ] = "contoso.onmicrosoft.com",
    user: Annotated[
        list[str] | None, typer.Option(help="Somebody else who can sign in.", metavar="ADDRESS")
    ] = None,
) -> int:
    """Run Entra, Graph and Exchange on localhost until Ctrl-C."""
    from provision.clock import SystemClock
    from provision.sandbox.options import SandboxOptions

    try:
        from provision.sandbox.run import serve
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the sandbox needs the package {error.name}, which is not installed",
            hint="pip install 'provision[sandbox]'",
        ) from error

    options = SandboxOptions(
        ready_file=ready_file,
        port=port,
        imap_port=imap_port,
        pop_port=pop_port,
        smtp_port=smtp_port,
        faults=faults,
        latency_ms=latency,
        seed=seed,
        state=state,
        microsoft_names=microsoft_names,
        domain=domain,
        users=tuple(user or ()),
    )
    serve(options, SystemClock(), console.err)
    return exits.DONE
