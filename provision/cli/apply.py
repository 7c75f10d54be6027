"""`provision apply`: show the plan, ask, carry it out, and carry on as far as asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision import wiring
from provision.cli import console, exits
from provision.cli.options import (
    MANIFEST,
    CloudOption,
    ExchangeConsent,
    File,
    NoProgress,
    Output,
    OutputOption,
    Through,
    TrustCloud,
    WithSecrets,
    Yes,
)

if TYPE_CHECKING:
    from provision.cli.progress_view import Watch
    from provision.plan.planner import Plan
    from provision.stages.apply import Applied


def apply(
    plan: Annotated[
        Path | None,
        typer.Argument(metavar="[PLAN]", help="Carry out this plan of `plan --out`, nothing else."),
    ] = None,
    file: File = MANIFEST,
    yes: Yes = False,
    through: Annotated[
        Through, typer.Option("--through", help="Carry on as far as this stage.")
    ] = Through.REGISTRATION,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    exchange_consent: ExchangeConsent = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Take a deleted application out of the bin.")
    ] = False,
    paste: Annotated[
        bool, typer.Option("--paste", help="Paste the sign-in's answer instead of listening.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Let verify send and receive.")] = False,
    with_secrets: WithSecrets = False,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Make the tenant match the manifest; asks before the first write."""
    from provision.cli import apply_through, ask, plan_file
    from provision.cli.progress_view import Watch
    from provision.cli.sign_in_link import TerminalSurface

    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    choices = wiring.Choices(
        with_secrets=with_secrets,
        writer=lambda text, has_secrets: console.hand_over(text, may_be_shown=not has_secrets),
        may_open_browser=ask.is_interactive(),
        consents_on_exchange=exchange_consent,
    )
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        apply_through.require_work(session, through)
        approve = None
        if plan is not None:
            approve = plan_file.approval_for(plan, file, session, exchange_consent)
        answers = _Answers(yes or approve is not None, restore or approve is not None)
        applied = session.apply(lambda found: _confirmed(found, watch, output, answers), approve)
        watch.pause()
        if output is Output.TEXT:
            _print(applied)
        code = _code(applied)
        surface = TerminalSurface(opens_browser=not paste)
        wish = apply_through.Wish(through, yes=yes, sends=send, surface=surface, is_pasted=paste)
        results = apply_through.Results(applied)
        if code == exits.DONE:
            code = apply_through.carry_on(session, wish, results)
    if output is Output.JSON:
        console.out_json(results.as_json())
    return code


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the command line or a plan file has answered already."""

    yes: bool
    restores: bool
    """Somebody deleted the application for a reason: `--yes` does not speak for them."""


def _confirmed(plan: "Plan", watch: "Watch", output: Output, answers: _Answers) -> bool:
    from provision.cli import ask, plan_view

    watch.pause()
    for text in plan_view.lines(plan):
        (console.out if output is Output.TEXT else console.err)(text)
    name, yes = plan.unique_name, answers.yes
    if plan.restored is not None:
        question = f"Application {name} was deleted. Restore it from the bin?"
        if not ask.confirmed(
            question, yes=answers.restores, what_for=f"restoring {name}", option="--restore"
        ):
            return False
    if plan.consents_for_everyone:
        question = (
            f"Consent on behalf of the whole tenant: {name} could open any user's mailbox once "
            "that user signs in. Grant it?"
        )
        if not ask.confirmed(question, yes=yes, what_for=f"consent for everyone to {name}"):
            return False
    return ask.confirmed(f"Apply to tenant {plan.tenant_id}?", yes=yes, what_for=f"apply of {name}")


def _print(applied: "Applied") -> None:
    from provision.cli import plan_view

    if not applied.first.changes:
        for text in plan_view.lines(applied.first):
            console.out(text)
        return
    registration = applied.registration
    console.out("")
    console.out(f"application  {registration.unique_name}")
    console.out(f"client id    {registration.client_id}")
    console.out(f"tenant id    {registration.tenant_id}")
    console.out(f"secret       key id {registration.secret_key_id or '(none here)'}")
    console.out(f"redirects    {' '.join(registration.redirect_uris)}")


def _code(applied: "Applied") -> int:
    from provision.cli import plan_view

    for failure in applied.failures:
        console.failure(failure)
    if applied.failures:
        console.err(
            "  → the secret is safe in the vault; mend that, then `provision apply`", "warn"
        )
    if applied.remaining.changes:
        console.err("provision: the tenant still differs from the manifest (drift):", "bad")
        for text in plan_view.lines(applied.remaining):
            console.err(f"  {text}")
    return exits.FAILED if applied.failures or applied.remaining.changes else exits.DONE
