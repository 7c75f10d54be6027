"""`provision refresh`: renew refresh tokens."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from provision.cli.progress_view import Watch
    from provision.cli.refresh_fleet import OpenFleet
    from provision.stages.services import Services
    from provision.vault.port import SignedInMailbox


def refresh(
    file: File = MANIFEST,
    mailbox: MailboxOption = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="Every mailbox that is signed in here, manifest or not.")
    ] = False,
    every: Annotated[
        str | None,
        typer.Option("--every", help="With --all: again and again, 30m, 6h, 1d.", metavar="PERIOD"),
    ] = None,
    hook: Annotated[
        str | None,
        typer.Option(
            "--hook",
            help="With --all: a program that is told, by JSON on its standard input, who has to "
            "sign in.",
            metavar="COMMAND",
        ),
    ] = None,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Renew refresh tokens now; a mailbox that cannot be renewed does not stop the others."""
    from provision.cli.progress_view import Watch

    with Watch(is_quiet=no_progress) as watch:
        if everyone:
            _require_no_choice(mailbox)
            fleet = partial(
                wiring.open_fleet, cloud=cloud, trusted_hosts=frozenset(trust_cloud or ())
            )
            return _everyone(fleet, watch, output, every, hook)
        _require_all(every, hook)
        results: list[dict[str, object]] = []
        place = wiring.Place(file, cloud, tuple(trust_cloud or ()))
        codes = _of_manifest(place, mailbox or [], watch, results)
    if output is Output.JSON:
        console.out_json({"refreshed": results})
    else:
        for result in results:
            console.out(f"{result['mailbox']}: {result['result']}")
    return exits.worst(codes)


def _everyone(
    fleet: "OpenFleet", watch: "Watch", output: Output, every: str | None, hook: str | None
) -> int:
    from provision.cli import refresh_fleet
    from provision.stages.rounds import period

    told = None if hook is None else wiring.sign_in_hook(hook)
    if every is None:
        return refresh_fleet.once(fleet, watch, output, told)
    return refresh_fleet.for_years(fleet, watch, output, told, period(every))


def _require_no_choice(addresses: list[str] | None) -> None:
    if addresses:
        raise UsageError(
            "--all and --mailbox: the one renews every mailbox that is signed in here, the other "
            "chooses",
            hint="leave one of them out",
        )


def _require_all(every: str | None, hook: str | None) -> None:
    for option, value in (("--every", every), ("--hook", hook)):
        if value is not None:
            raise UsageError(
                f"{option} is for every mailbox that is signed in here",
                hint=f"provision refresh --all {option} {value}",
            )


def _of_manifest(
    place: wiring.Place, addresses: list[str], watch: "Watch", results: list[dict[str, object]]
) -> list[int]:
    from provision.stages.refresh import signed_in_mailbox
    from provision.stages.vault_keys import mailbox_key

    codes = []
    with wiring.open_session(place, watch) as session:
        for wanted in session.mailboxes(addresses):
            key = mailbox_key(session.registration(), wanted.address)
            try:
                held = signed_in_mailbox(wanted, key, session.services)
            except ProvisionError as error:
                codes.append(_failed(wanted.address, error, results))
            else:
                codes.append(_renew(held, session.services, results))
    return codes


def _renew(held: "SignedInMailbox", services: "Services", results: list[dict[str, object]]) -> int:
    from provision.stages.refresh import renew

    address = held.key.address
    try:
        renewed = renew(held, services)
    except ProvisionError as error:
        return _failed(address, error, results)
    results.append({"mailbox": address, "ok": True, "result": renewed.in_words})
    return exits.DONE


def _failed(address: str, error: ProvisionError, results: list[dict[str, object]]) -> int:
    console.failure(error, address)
    results.append({"mailbox": address, "ok": False, "result": error.message})
    return exits.code_for(error)
