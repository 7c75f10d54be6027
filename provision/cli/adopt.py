"""`provision adopt`: the manifest of an application that exists, its name, a secret of it."""

import sys
from getpass import getpass
from pathlib import Path
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
from provision.errors import RefusedError, UsageError
from provision.secret import Secret

if TYPE_CHECKING:
    from provision.cli.progress_view import Watch
    from provision.stages.adopt import Adopted, Proposal
    from provision.tenant.adoptee import Adoptee

STANDARD_INPUT = Path("-")


ClientId = Annotated[str | None, typer.Option("--client-id", help="The application.", metavar="ID")]
DisplayName = Annotated[
    str | None,
    typer.Option("--display-name", help="The application, if one has it.", metavar="N"),
]
Source = Annotated[
    Path | None,
    typer.Option("--from", help="The portal's manifest, or `az ad app show`; - is stdin."),
]
TenantName = Annotated[
    str | None, typer.Option("--tenant", help="Tenant id or domain.", metavar="T")
]
UniqueName = Annotated[
    str | None,
    typer.Option("--unique-name", help="The name it gets, if it has none.", metavar="N"),
]
SecretKeyId = Annotated[
    str | None,
    typer.Option(
        "--secret-key-id",
        help="Take this client secret over: PROVISION_CLIENT_SECRET, or standard input.",
        metavar="KEYID",
    ),
]


def adopt(
    file: File = MANIFEST,
    client_id: ClientId = None,
    display_name: DisplayName = None,
    source: Source = None,
    tenant: TenantName = None,
    unique_name: UniqueName = None,
    secret_key_id: SecretKeyId = None,
    yes: Yes = False,
    cloud: CloudOption = None,
    trust_cloud: TrustCloud = None,
    output: OutputOption = Output.TEXT,
    no_progress: NoProgress = False,
) -> int:
    """Write the manifest of an application that exists; `plan` then finds nothing to change."""
    from provision.cli import ask
    from provision.cli.progress_view import Watch
    from provision.cloud import named_cloud
    from provision.stages.adopt import AdoptionWish

    adoptee = _exported(source) if source is not None else None
    if sum(given is not None for given in (client_id, display_name, source)) != 1:
        raise UsageError(
            "adopt needs one of --client-id, --display-name and --from",
            hint="provision adopt --client-id CLIENT_ID",
        )
    chosen = named_cloud(cloud or "global", Path(), frozenset(trust_cloud or ()))
    choices = wiring.Choices(may_open_browser=ask.is_interactive())
    named = tenant or (adoptee.publisher_domain if adoptee is not None else None)
    with (
        Watch(is_quiet=no_progress) as watch,
        wiring.open_adoption(chosen, named, watch, choices) as adopter,
    ):
        given = None
        if secret_key_id is not None:
            given = adopter.services.supplied_secret or _secret(is_taken=source == STANDARD_INPUT)
        wish = AdoptionWish(adopter.tenant, chosen.name, unique_name, secret_key_id, given)

        def confirm(proposal: "Proposal") -> bool:
            return _confirmed(proposal, file, watch, yes=yes)

        if adoptee is not None:
            adopted = adopter.adopt_export(adoptee, wish, confirm)
        else:
            adopted = adopter.adopt(wish, confirm, client_id=client_id, display_name=display_name)
    _write(file, adopted.proposal.adoption.text)
    if output is Output.JSON:
        console.out_json(_as_json(adopted, file))
    else:
        _show(adopted, file)
    return exits.DONE


def _exported(source: Path) -> "Adoptee":
    from provision.stages.adoptee_search import exported_adoptee

    if source == STANDARD_INPUT:
        return exported_adoptee(sys.stdin.read())
    try:
        return exported_adoptee(source.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UsageError(f"{source}: cannot be read ({reason})") from error


def _secret(*, is_taken: bool) -> Secret:
    """Read the client secret from standard input, unless that held the application."""
    if sys.stdin.isatty():
        with console.still():
            return Secret(getpass("Value of the client secret: ").strip())
    secret = Secret("" if is_taken else sys.stdin.readline().strip())
    if not secret:
        raise UsageError(
            "--secret-key-id: standard input holds no client secret",
            hint="pipe it in, or set PROVISION_CLIENT_SECRET",
        )
    return secret


def _confirmed(proposal: "Proposal", file: Path, watch: "Watch", *, yes: bool) -> bool:
    from provision.cli import ask

    watch.pause()
    _refuse_existing(file, proposal.adoption.text)
    application = proposal.adoptee.application
    console.err(f"application {application.client_id} {application.settings.display_name!r}")
    for text in proposal.adoption.kept:
        console.err(f"  kept as it is, not in the manifest: {text}", "dim")
    for text in proposal.adoption.remarks:
        console.err(f"  {text}", "warn")
    if not proposal.names:
        return True
    name = proposal.adoption.manifest.application.unique_name
    console.err(f"+ uniqueName {name!r}: it has none, and Graph never changes one", "warn")
    return ask.confirmed(f"Name it {name} for good?", yes=yes, what_for=f"naming it {name}")


def _refuse_existing(file: Path, text: str) -> None:
    """Refuse to write over another manifest; the same one may have been written before."""
    try:
        there = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        there = ""
    if there != text:
        raise RefusedError(
            f"{file}: exists already and was left alone",
            hint="name another file: provision adopt --file adopted.yaml",
        )


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        _refuse_existing(file, text)
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be written ({error.strerror})",
            hint="name another file: provision adopt --file adopted.yaml",
        ) from error


def _show(adopted: "Adopted", file: Path) -> None:
    from provision.plan.difference import title

    proposal = adopted.proposal
    console.out(f"wrote {file}")
    if proposal.names:
        console.out(f"uniqueName {proposal.adoption.manifest.application.unique_name}")
    if adopted.kept_key_id is not None:
        console.out(f"client secret {adopted.kept_key_id} is held in the vault")
    if adopted.remaining is None:
        _show_unasked(proposal)
        return
    changes = adopted.remaining.changes
    console.out(f"plan: {', '.join(map(title, changes)) if changes else 'no changes'}")


def _show_unasked(proposal: "Proposal") -> None:
    console.err("  → the tenant was not asked: look with `provision plan`", "dim")
    if proposal.adoptee.application.unique_name is None:
        name = proposal.adoption.manifest.application.unique_name
        console.err(
            "  → it has no uniqueName yet, so `plan` will not find it; name it with", "warn"
        )
        console.err(
            f"    provision adopt --client-id {proposal.adoptee.application.client_id} "
            f"--unique-name {name} --file adopted.yaml",
            "warn",
        )


def _as_json(adopted: "Adopted", file: Path) -> dict[str, object]:
    from provision.plan.difference import title

    proposal = adopted.proposal
    remaining = adopted.remaining
    return {
        "file": str(file),
        "clientId": proposal.adoptee.application.client_id,
        "uniqueName": proposal.adoption.manifest.application.unique_name,
        "wasNamed": proposal.names,
        "kept": list(proposal.adoption.kept),
        "remarks": list(proposal.adoption.remarks),
        "heldKeyId": adopted.kept_key_id,
        "changes": None if remaining is None else [title(c) for c in remaining.changes],
    }
