"""Which sink gets which mailbox's values: the manifest's hand-offs, or one in their place."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provision.errors import UsageError
from provision.manifest.handoff import (
    FILES,
    KINDS,
    AzureDevOpsTarget,
    FileTarget,
    GitHubActionsTarget,
    HandoffTarget,
)
from provision.manifest.handoff_aem import AemFormsTarget
from provision.manifest.handoff_mail_programs import MAIL_PROGRAMS, MailProgramTarget
from provision.manifest.handoff_osgi import (
    AEM_FOLDERS,
    AemCloudSecretsTarget,
    AemCloudTarget,
    AemOsgiTarget,
)
from provision.manifest.model import Manifest
from provision.stages.secret_custody import Target
from provision.stages.sink_making import MakeSink
from provision.tenant.mailbox import Mailbox

_FOR_AEM: Final = ("aem-forms", *AEM_FOLDERS, "aem-cloud-secrets")
_BY_HAND: Final = (*FILES, *_FOR_AEM, *MAIL_PROGRAMS, "github-actions", "azure-devops")
"""What needs no more than a path, and can be asked for without a manifest's entry."""


@dataclass(frozen=True, slots=True)
class ChosenTarget:
    """A hand-off that somebody asked for by hand."""

    to: str
    """The format."""
    path: str
    """Relative to the current directory; `-` is standard output."""
    address: str | None
    """Of the mailbox; None where there is only one."""


def targets_of(manifest: Manifest, folder: Path, make: MakeSink) -> tuple[Target, ...]:
    """Return the manifest's hand-offs; `folder` is where it lies."""
    return tuple(Target(make(t, folder), _mailbox(manifest, t.mailbox)) for t in manifest.handoff)


def chosen_target(manifest: Manifest, choice: ChosenTarget, make: MakeSink) -> Target:
    """Return the hand-off that somebody asked for.

    Raises:
        UsageError: There is no such format, or it takes more than a path; the manifest does not
            name that mailbox, or names several and none was chosen.
    """
    return Target(make(_typed(choice), Path()), _mailbox(manifest, choice.address))


def _typed(choice: ChosenTarget) -> HandoffTarget:
    """Return the hand-off that a format and a path describe."""
    if not choice.path.strip() or not choice.path.isprintable():
        raise UsageError("--path is the path of a file, or - for standard output")
    if choice.to in _FOR_AEM:
        return _for_aem(choice)
    match choice.to:
        case "dotenv" | "json":
            return FileTarget(choice.to, choice.path)
        case (
            "mutt"
            | "msmtp"
            | "isync"
            | "getmail"
            | "mutt-oauth2"
            | "email-oauth2-proxy"
            | "sasl-xoauth2"
        ):
            return MailProgramTarget(choice.to, choice.path)
        case "github-actions":
            return GitHubActionsTarget(choice.to)
        case "azure-devops":
            return AzureDevOpsTarget(choice.to)
        case _ if choice.to in KINDS:
            raise UsageError(
                f"hand-off to {choice.to!r}: takes more than a path",
                hint="describe it in the manifest's `handoff`, and leave --to out",
            )
        case _:
            raise UsageError(
                f"hand-off to {choice.to!r}: there is no such format",
                hint=f"choose one of {', '.join(_BY_HAND)}",
            )


def _for_aem(choice: ChosenTarget) -> HandoffTarget:
    is_stream = choice.path == "-"
    if choice.to == "aem-forms":
        return AemFormsTarget("aem-forms", choice.path)
    if choice.to == "aem-cloud-secrets":
        if not is_stream:
            raise UsageError(f"hand-off to {choice.to!r}: goes into a pipe; leave --path out")
        return AemCloudSecretsTarget("aem-cloud-secrets")
    if is_stream:
        raise UsageError(f"hand-off to {choice.to!r}: writes two files; say --path FOLDER")
    if choice.to == "aem-cloud":
        return AemCloudTarget("aem-cloud", choice.path)
    return AemOsgiTarget("aem-osgi", choice.path)


def _mailbox(manifest: Manifest, address: str | None) -> Mailbox | None:
    known = {m.address.lower(): m for m in manifest.mailboxes}
    if address is None:
        if len(known) > 1:
            raise UsageError(
                f"a hand-off holds one mailbox, and the manifest names {len(known)}",
                hint=f"say which with --mailbox: {', '.join(known)}",
            )
        return next(iter(known.values()), None)
    if address.lower() not in known:
        raise UsageError(
            f"mailbox {address}: not in the manifest",
            hint=f"it has {', '.join(known)}" if known else "add it to the manifest's `mailboxes`",
        )
    return known[address.lower()]
