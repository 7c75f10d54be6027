"""`provision rotate`: a new client secret where one is due, and the old one out when it may go."""

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
    Yes,
)

if TYPE_CHECKING:
    from provision.cli.progress_view import Watch
    from provision.plan.rotation import Rotation
    from provision.stages.rotate import Rotated


def rotate(
    file: File = MANIFEST,
    yes: Yes = False,
    now: Annotated[
        bool, typer.Option("--now", help="Make a new secret although none is due.")
    ] = False,
    retire: Annotated[
        list[str] | None,
        typer.Option("--retire", help="Revoke this secret, whoever holds it.", metavar="KEYID"),
    ] = None,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Renew the client secret without an outage; does nothing while none is due."""
    from provision.cli import ask
    from provision.cli.progress_view import Watch
    from provision.stages.rotate import RotationWish

    place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
    choices = wiring.Choices(
        writer=lambda text, has_secrets: console.hand_over(text, may_be_shown=not has_secrets),
        may_open_browser=ask.is_interactive(),
    )
    wish = RotationWish(is_forced=now, retire=tuple(retire or ()))
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_session(place, watch, choices) as session,
    ):
        rotated = session.rotate(wish, lambda found: _confirmed(found, watch, output, yes=yes))
    for failure in rotated.failures:
        console.failure(failure)
    if rotated.failures:
        console.err("  → the new secret is safe in the vault, the old one still works", "warn")
    if output is Output.JSON:
        console.out_json(_as_json(rotated))
    else:
        for line in _summary(rotated):
            console.out(line)
    return exits.FAILED if rotated.failures else exits.DONE


def _confirmed(rotation: "Rotation", watch: "Watch", output: Output, *, yes: bool) -> bool:
    from provision.cli import ask

    watch.pause()
    show = console.out if output is Output.TEXT else console.err
    for change in rotation.first:
        show(f"- revoke client secret {change.key_id}: {change.reason}")
    if rotation.mint is not None:
        name = rotation.mint.request.display_name
        show(f"+ add client secret {name!r}: {rotation.mint.reason}")
    for change in rotation.retired:
        show(f"- revoke client secret {change.key_id}: {change.reason}")
    name = rotation.unique_name
    return ask.confirmed(f"Rotate for application {name}?", yes=yes, what_for=f"rotate of {name}")


def _summary(rotated: "Rotated") -> list[str]:
    key_id = rotated.registration.secret_key_id
    lines = [f"serving      key id {key_id}"]
    lines += [f"retired      key id {gone}" for gone in rotated.retired]
    lines += [
        f"overlap      key id {s.password.key_id} until {s.retires_at:%Y-%m-%d %H:%M} UTC, "
        "then `provision rotate` retires it"
        for s in rotated.later
    ]
    if not rotated.first.has_changes and not rotated.later:
        lines.append("nothing was due")
    return lines


def _as_json(rotated: "Rotated") -> dict[str, object]:
    minted = rotated.first.mint is not None
    return {
        "uniqueName": rotated.first.unique_name,
        "servingKeyId": rotated.registration.secret_key_id,
        "hasMinted": minted,
        "retired": list(rotated.retired),
        "overlapping": [
            {"keyId": s.password.key_id, "retiresAt": s.retires_at.isoformat()}
            for s in rotated.later
        ],
        "failures": [failure.message for failure in rotated.failures],
    }
