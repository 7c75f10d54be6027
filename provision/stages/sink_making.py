"""From a hand-off of a manifest to the sink that serves it, with what it needs of the machine."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol, assert_never

from provision.clock import Clock, SystemClock
from provision.cloud import BUILT_IN, Cloud, host_of, is_loopback
from provision.errors import ManifestInvalid, Problem, SinkFailed, UsageError
from provision.handoff.aem_osgi import AemOsgiSink
from provision.handoff.aem_places import AemPlace
from provision.handoff.azure_devops import AzureDevOpsSink
from provision.handoff.cloud_manager import CloudManagerSink
from provision.handoff.command import Commands, CommandSink
from provision.handoff.github_actions import SETTINGS, GitHubActionsSink
from provision.handoff.installed import open_installed
from provision.handoff.key_vault import KeyVaultSink, SecretStore
from provision.handoff.keyring_entries import KeyringSink
from provision.handoff.kubernetes import KubernetesSink, SecretName
from provision.handoff.mail_copies import Around
from provision.handoff.mail_programs import COPIES, PASSWORD_COMMANDS
from provision.handoff.osgi_settings import AEM_PROXY, Tunnel
from provision.handoff.port import Sink
from provision.handoff.programs import Surroundings
from provision.handoff.sinks import Worksheet, make_place, make_sink
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
from provision.secret import Secret
from provision.vault.os_keyring import refusals, trustworthy_backend


class Writer(Protocol):
    """Takes the text of a hand-off to standard output."""

    def __call__(self, text: str, *, has_secrets: bool) -> object:
        """Write it.

        Raises:
            SinkFailed: It must not stand there.
        """
        ...


def nowhere(text: str, *, has_secrets: bool) -> None:  # noqa: ARG001  (a Writer)
    """Refuse to write: there is no standard output here."""
    raise SinkFailed("standard output: is not available here", hint="name a file in `path`")


def _nobody() -> Secret:
    raise SinkFailed("keyvault: nobody is here to sign in to a Key Vault")


@dataclass(frozen=True, slots=True)
class Means:
    """What sinks need of the machine and of whoever runs provision; wiring gathers it."""

    writer: Writer = nowhere
    with_secrets: bool = False
    """Whether a worksheet shows the secrets; the other formats always carry them."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What programs get; none of provision's own secrets."""
    allowed_programs: frozenset[str] = frozenset()
    """Programs that a manifest may run, spelled as in the manifest."""
    runner_files: Mapping[str, Path] = field(default_factory=dict)
    """Files of a GitHub Actions runner, by the setting that names them."""
    is_azure_pipelines: bool = False
    """Whether an agent of Azure Pipelines reads standard output."""
    cloud: Cloud = BUILT_IN["global"]
    vault_token: Callable[[], Secret] = _nobody
    """Returns an access token for the cloud's Key Vaults."""
    clock: Clock = field(default_factory=SystemClock)
    provision: tuple[str, ...] = ("provision",)
    """How programs that ask for a token run provision."""
    host: str = "localhost"
    """The machine on which programs keep their own copies."""
    proxy_password: Secret | None = None
    """With which Email OAuth 2.0 Proxy encrypts."""


MakeSink = Callable[[HandoffTarget, Path], Sink]
"""From a hand-off and the directory that relative paths start from to a sink."""


def sink_maker(means: Means) -> MakeSink:
    """Return what makes sinks; a sink talks to nobody before it is prepared."""

    def make(target: HandoffTarget, folder: Path) -> Sink:
        match target:
            case FileTarget():
                write = partial(means.writer, has_secrets=True)
                return make_sink(target.to, target.path, base=folder, writer=write)
            case AemFormsTarget() | AemOsgiTarget() | AemCloudTarget() | AemCloudSecretsTarget():
                return _for_aem(target, folder, means)
            case MailProgramTarget():
                return _mail_program(target, folder, means)
            case KubernetesTarget():
                write = partial(means.writer, has_secrets=True)
                place = make_place(target.to, target.path, folder, write)
                return KubernetesSink(place, SecretName(target.name, target.namespace))
            case InstalledTarget():
                return open_installed(target.to, target.options, folder)
            case _:
                return _service(target, folder, means)

    return make


def _worksheet(target: AemFormsTarget, folder: Path, means: Means) -> Sink:
    shows = means.with_secrets
    places = tuple(
        AemPlace(place) if isinstance(place, str) else AemPlace("endpoint", place.endpoint)
        for place in target.places
    )
    return make_sink(
        target.to,
        target.path,
        with_secrets=shows,
        base=folder,
        writer=partial(means.writer, has_secrets=shows),
        worksheet=Worksheet(places, None if target.format is None else target.format == "html"),
    )


def _for_aem(
    target: AemFormsTarget | AemOsgiTarget | AemCloudTarget | AemCloudSecretsTarget,
    folder: Path,
    means: Means,
) -> Sink:
    match target:
        case AemFormsTarget():
            return _worksheet(target, folder, means)
        case AemOsgiTarget():
            return AemOsgiSink(target.to, target.path, folder / target.path)
        case AemCloudTarget():
            tunnel = Tunnel(AEM_PROXY, target.forwarded_port)
            return AemOsgiSink(target.to, target.path, folder / target.path, tunnel)
        case AemCloudSecretsTarget():
            write = partial(means.writer, has_secrets=True)
            return CloudManagerSink(target.environment, write)
        case _:
            assert_never(target)


def refuse_strange_keys(manifest: Manifest, file: Path) -> None:
    """Let other packages' sinks look at their keys; nobody is talked to.

    Raises:
        ManifestInvalid: One does not take them, or its package cannot be used.
    """
    found: list[Problem] = []
    for index, target in enumerate(manifest.handoff):
        if isinstance(target, InstalledTarget):
            try:
                open_installed(target.to, target.options, file.parent)
            except UsageError as error:
                said = f"{error.message}: {error.hint}" if error.hint else error.message
                found.append(Problem(0, f"handoff[{index}]", said))
    if found:
        raise ManifestInvalid(str(file), tuple(found))


def _mail_program(target: MailProgramTarget, folder: Path, means: Means) -> Sink:
    make = PASSWORD_COMMANDS.get(target.to)
    write = partial(means.writer, has_secrets=make is None)
    place = make_place(target.to, target.path, folder, write)
    if make is not None:
        return make(place, means.provision)
    return COPIES[target.to](place, Around(means.host, means.proxy_password))


def _service(
    target: CommandTarget
    | KeyringTarget
    | KeyVaultTarget
    | GitHubActionsTarget
    | AzureDevOpsTarget,
    folder: Path,
    means: Means,
) -> Sink:
    write = partial(means.writer, has_secrets=True)
    match target:
        case CommandTarget():
            around = Surroundings(
                means.environment, folder, target.timeout_seconds, means.allowed_programs
            )
            commands = Commands(target.command, target.check, target.read, target.format)
            return CommandSink(commands, around)
        case KeyringTarget():
            return KeyringSink(target.service, trustworthy_backend, refusals)
        case KeyVaultTarget():
            return _key_vault(target, means)
        case GitHubActionsTarget():
            path = means.runner_files.get(SETTINGS[target.write])
            return GitHubActionsSink(target.write, path, write)
        case AzureDevOpsTarget():
            return AzureDevOpsSink(write, is_agent=means.is_azure_pipelines)
        case _:
            assert_never(target)


def _key_vault(target: KeyVaultTarget, means: Means) -> Sink:
    host = host_of(target.vault)
    if is_loopback(host) and means.cloud.name in BUILT_IN:
        raise UsageError(
            f"key vault {host}: is this machine, where the cloud {means.cloud.name} has no vault",
            hint="name a vault of Microsoft's in the manifest's `handoff`",
        )

    def connect() -> AbstractContextManager[SecretStore]:
        try:
            # Half a second of SDK: only manifests with a vault should pay it.
            from provision.handoff.key_vault_client import KeyVaultClient  # noqa: PLC0415
        except ImportError as error:
            raise SinkFailed(
                f"key vault {host}: azure-keyvault-secrets is not installed",
                hint="pip install 'provision[keyvault]'",
            ) from error
        return KeyVaultClient(target.vault, means.cloud, means.vault_token, means.clock)

    return KeyVaultSink(target.vault, target.prefix, connect)
