"""What the hand-offs of a manifest demand of each other, of the mailboxes and of the cloud."""

from collections.abc import Iterator
from typing import Final, assert_never

from provision.cloud import BUILT_IN, VAULT_SUFFIXES, host_of, is_loopback
from provision.manifest.document import Path
from provision.manifest.handoff import (
    AzureDevOpsTarget,
    CommandTarget,
    FileTarget,
    GitHubActionsTarget,
    HandoffTarget,
    InstalledTarget,
    KeyringTarget,
    KeyVaultTarget,
    KubernetesTarget,
)
from provision.manifest.handoff_aem import AemFormsTarget
from provision.manifest.handoff_mail_programs import MailProgramTarget
from provision.manifest.handoff_osgi import AemCloudSecretsTarget, AemCloudTarget, AemOsgiTarget
from provision.manifest.model import Manifest
from provision.manifest.spelling import nearest
from provision.manifest.unknown_keys import Finding

_MAILBOXES: Final[tuple[Path, ...]] = (("mailboxes",),)


def handoff_findings(manifest: Manifest) -> Iterator[Finding]:
    """Return everything that is wrong although each value by itself is right."""
    addresses = {m.address.casefold(): m.address for m in manifest.mailboxes}
    seen: set[tuple[str, ...]] = set()
    for index, target in enumerate(manifest.handoff):
        path: Path = ("handoff", index)
        key, *place = _place(target)
        if place and (key, *place) in seen:
            yield Finding((*path, key), f"{place[-1]!r} stands there twice")
        seen.add((key, *place))
        found = _mailbox(target, addresses, path)
        if found is not None:
            yield found
        if isinstance(target, KeyVaultTarget):
            yield from _vault(target, manifest.cloud, path)


def _place(target: HandoffTarget) -> tuple[str, ...]:
    """Return the key that says where the values go, and what makes that place one; mostly.

    Two hand-offs to one place would overwrite each other. Of a program nobody knows where it
    writes, and of another package's sink neither: they give the key alone.
    """
    found: tuple[str, ...]
    match target:
        case (
            FileTarget(path=path)
            | AemFormsTarget(path=path)
            | AemOsgiTarget(path=path)
            | AemCloudTarget(path=path)
            | MailProgramTarget(path=path)
            | KubernetesTarget(path=path)
        ):
            found = ("path",) if path == "-" else ("path", path)
        case KeyringTarget(service=service):
            found = ("service", service)
        case KeyVaultTarget(vault=vault, prefix=prefix):
            found = ("prefix", vault.casefold(), prefix.casefold())
        case GitHubActionsTarget(write=write):
            found = ("write", "github-actions", write)
        case AzureDevOpsTarget() | AemCloudSecretsTarget():
            found = ("to", target.to)
        case CommandTarget() | InstalledTarget():
            found = ("to",)
        case _:
            assert_never(target)
    return found


def _mailbox(target: HandoffTarget, addresses: dict[str, str], path: Path) -> Finding | None:
    if target.mailbox is None:
        if len(addresses) > 1:
            message = f"{target.to} holds one mailbox, and there are {len(addresses)}: say which"
            return Finding((*path, "mailbox"), message, "", _MAILBOXES)
        return None
    if target.mailbox.casefold() not in addresses:
        message = f"{target.mailbox!r} is none of the mailboxes"
        meant = nearest(target.mailbox, addresses.values()) or ""
        return Finding((*path, "mailbox"), message, meant, _MAILBOXES)
    return None


def _vault(target: KeyVaultTarget, cloud: str, path: Path) -> Iterator[Finding]:
    """Hold a vault to the cloud: its tokens are worthless, and its CA unknown, in another."""
    host = host_of(target.vault)
    rests_on: tuple[Path, ...] = (("cloud",),)
    if cloud not in BUILT_IN:
        # A cloud file of one's own may go with any vault: it names who is trusted.
        return
    if is_loopback(host):
        message = f"{host} is this machine: only a cloud file may have its vault here"
        yield Finding((*path, "vault"), message, "", rests_on)
        return
    name, _, suffix = host.partition(".")
    if suffix != VAULT_SUFFIXES[cloud]:
        message = f"{host} is no vault of the cloud {cloud!r}"
        meant = f"https://{name}.{VAULT_SUFFIXES[cloud]}"
        yield Finding((*path, "vault"), message, meant, rests_on)
