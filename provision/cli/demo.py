"""`provision demo`: `apply --through handoff` on a sandbox of its own, then a second plan."""

import shutil
import tempfile
from base64 import b64encode
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Annotated

import typer

from provision import wiring
from provision.cli import console, exits
from provision.cli.options import NoProgress, Output, OutputOption, Through
from provision.cli.stage_timings import STAGES, StageLog
from provision.stages.progress import Finished, Started

if TYPE_CHECKING:
    from provision.sandbox.process import RunningSandbox
    from provision.stages.sign_in_way import Surface

_MAILBOX = "forms@contoso.com"
OpenOption = Annotated[bool, typer.Option("--open", help="Sign in yourself, in your browser.")]


def demo(
    in_browser: OpenOption = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the sandbox running and its ready file there.")
    ] = False,
    faults: Annotated[str, typer.Option(help="none, default, or a fault file.")] = "none",
    seed: Annotated[int | None, typer.Option(help="Of the faults' dice.")] = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Do the whole job offline: sandbox, registration, sign-in, mail, hand-off."""
    from provision.cli.progress_view import Watch
    from provision.clock import SystemClock
    from provision.sandbox.options import SandboxOptions
    from provision.sandbox.process import start_sandbox

    clock = SystemClock()
    folder = Path(tempfile.mkdtemp(prefix="provision-demo-"))
    sandbox = None
    log = None
    try:
        options = SandboxOptions(ready_file=folder / "sandbox.json", faults=faults, seed=seed)
        sandbox = start_sandbox(options, clock)
        with Watch(is_quiet=no_progress) as watch:
            log = StageLog(watch, clock)
            surface = _owner(sandbox, in_browser=in_browser)
            outcome = _run(folder, sandbox, log, surface)
    finally:
        if sandbox is not None and not (keep and log is not None and log.is_good):
            sandbox.stop()
            shutil.rmtree(folder, ignore_errors=True)
    if keep and log.is_good:
        outcome["readyFile"] = str(sandbox.ready_file)
        console.err(f"kept: {sandbox.ready_file}; end it with: kill {sandbox.pid}", "warn")
    if output is Output.JSON:
        console.out_json(outcome)
    else:
        console.out(
            f"{len(STAGES)} stages, {outcome['graphRequests']} Graph requests, "
            f"{outcome['retries']} retries; a second plan: {outcome['replanChanges']} changes"
        )
    return exits.DONE if log.is_good and not outcome["replanChanges"] else exits.FAILED


def _owner(sandbox: "RunningSandbox", *, in_browser: bool) -> "Surface":
    from provision.cli.sign_in_link import PersonAtSandbox, VisitingOwner

    password = sandbox.ready.password_of(_MAILBOX)
    if in_browser:
        return PersonAtSandbox(password)
    return VisitingOwner(sandbox.ready.ca_bundle, password)


def _run(
    folder: Path, sandbox: "RunningSandbox", log: StageLog, owner: "Surface"
) -> dict[str, object]:
    from provision.cli import apply_through

    shutil.copy(Path(__file__).with_name("demo.yaml"), folder / "provision.yaml")
    place = wiring.Place(folder / "provision.yaml")
    choices = wiring.Choices(environ=_environ(folder, sandbox))
    with wiring.open_session(place, log, choices) as session:
        results = apply_through.Results(session.apply(lambda _: True))
        requests = session.graph_requests()
        wish = apply_through.Wish(Through.HANDOFF, yes=True, sends=True, surface=owner)
        apply_through.carry_on(session, wish, results)
    with wiring.open_session(place, log, choices) as session:
        log(Started("replan", "planning a second time"))
        changes = len(session.plan().changes)
        log(Finished("replan", f"{changes} changes"))
    return {
        "stages": log.as_json(),
        "graphRequests": requests,
        "retries": log.waits,
        "replanChanges": changes,
    }


def _environ(folder: Path, sandbox: "RunningSandbox") -> dict[str, str]:
    return {
        "AZURE_CLIENT_ID": sandbox.ready.admin_client_id,
        "AZURE_CLIENT_SECRET": sandbox.ready.admin_client_secret.reveal(),
        "PROVISION_VAULT": str(folder / "vault" / "vault.db"),
        "PROVISION_VAULT_KEY": b64encode(token_bytes(32)).decode(),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
