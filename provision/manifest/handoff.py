"""The `handoff` section of a manifest: one shape for each kind of sink."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    Tag,
)
from pydantic.dataclasses import dataclass
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from provision.manifest.fields import Address, FilePath, refused
from provision.manifest.handoff_aem import AemFormsTarget
from provision.manifest.handoff_fields import (
    Argument,
    KubernetesLabel,
    KubernetesName,
    SecretPrefix,
    ServiceName,
    TimeoutSeconds,
    VaultOrigin,
)
from provision.manifest.handoff_mail_programs import MAIL_PROGRAMS, MailProgramTarget
from provision.manifest.handoff_osgi import (
    AEM_FOLDERS,
    AemCloudSecretsTarget,
    AemCloudTarget,
    AemOsgiTarget,
)
from provision.manifest.sections import SECTION
from provision.manifest.spelling import nearest

FILES: Final = ("dotenv", "json")
KINDS: Final = (
    *FILES,
    "aem-forms",
    *AEM_FOLDERS,
    "aem-cloud-secrets",
    *MAIL_PROGRAMS,
    "command",
    "keyring",
    "keyvault",
    "kubernetes",
    "github-actions",
    "azure-devops",
)
ENTRY_POINTS: Final = "provision.sinks"
"""Group of the entry points by which other packages bring sinks."""
_INSTALLED: Final = "installed"


@dataclass(frozen=True, slots=True, config=SECTION)
class FileTarget:
    """A file in one of provision's own formats."""

    to: Literal["dotenv", "json"]
    """The format."""
    path: FilePath
    """The file to write, relative to the manifest; `-` is standard output."""
    mailbox: Address | None = None
    """Whose refresh token goes there: a file holds one mailbox. Needed when there are several."""


@dataclass(frozen=True, slots=True, config=SECTION)
class CommandTarget:
    """A program that reads the values from its standard input."""

    to: Literal["command"]
    """A program that reads the values from its standard input."""
    command: tuple[Argument, ...] = Field(min_length=1)
    """Program and arguments, one list item each; no shell reads them, no value stands in them."""
    check: tuple[Argument, ...] = ()
    """Program and arguments that prove, before there is a secret, that the command would work."""
    read: tuple[Argument, ...] = ()
    """Program and arguments that print the key id that is stored; with it, the sink holds secrets.
    """
    format: Literal["json", "dotenv"] = "json"
    """What stands on standard input."""
    timeout_seconds: TimeoutSeconds = 60
    """How long each of the programs may take."""
    mailbox: Address | None = None
    """Whose refresh token goes there. Needed when there are several."""


@dataclass(frozen=True, slots=True, config=SECTION)
class KeyringTarget:
    """The operating system's keyring."""

    to: Literal["keyring"]
    """The operating system's keyring."""
    service: ServiceName
    """The service that the entries belong to; each is named like a dotenv variable."""
    mailbox: Address | None = None
    """Whose refresh token goes there. Needed when there are several."""


@dataclass(frozen=True, slots=True, config=SECTION)
class KeyVaultTarget:
    """An Azure Key Vault."""

    to: Literal["keyvault"]
    """An Azure Key Vault."""
    vault: VaultOrigin
    """The vault's address, `https://NAME.vault.azure.net` or that of a national cloud."""
    prefix: SecretPrefix
    """What the names begin with: `PREFIX-client-secret` and `PREFIX-refresh-token`."""
    mailbox: Address | None = None
    """Whose refresh token goes there. Needed when there are several."""


@dataclass(frozen=True, slots=True, config=SECTION)
class KubernetesTarget:
    """A file with a Secret of Kubernetes."""

    to: Literal["kubernetes"]
    """A file with a Secret of Kubernetes."""
    path: FilePath
    """The file to write, relative to the manifest; `-` is standard output."""
    name: KubernetesName
    """The name of the Secret."""
    namespace: KubernetesLabel | None = None
    """The namespace of the Secret; whoever applies the file decides when it is left out."""
    mailbox: Address | None = None
    """Whose refresh token goes there. Needed when there are several."""


@dataclass(frozen=True, slots=True, config=SECTION)
class GitHubActionsTarget:
    """Outputs or environment variables of a step in GitHub Actions."""

    to: Literal["github-actions"]
    """Outputs or environment variables of a step in GitHub Actions."""
    write: Literal["outputs", "environment"] = "outputs"
    """Outputs of the step, or environment variables of every later step of the job."""
    mailbox: Address | None = None
    """Whose refresh token goes there. Needed when there are several."""


@dataclass(frozen=True, slots=True, config=SECTION)
class AzureDevOpsTarget:
    """Output variables of a job in Azure Pipelines."""

    to: Literal["azure-devops"]
    """Output variables of a job in Azure Pipelines."""
    mailbox: Address | None = None
    """Whose refresh token goes there. Needed when there are several."""


def installed_kinds() -> frozenset[str]:
    """Return the names of the sinks that other packages bring."""
    return frozenset(point.name for point in entry_points(group=ENTRY_POINTS)) - set(KINDS)


def _installed(value: str) -> str:
    others = installed_kinds()
    if value in others:
        return value
    known = (*KINDS, *sorted(others))
    message = f"{value[:60]!r} is none of {', '.join(known)}"
    raise refused(message, nearest(value, known) or "")


class _OpenShape:
    """Tells editors that a sink of another package has keys that only it knows."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        shape = handler.resolve_ref_schema(handler(schema))
        shape["properties"].pop("options")
        shape["additionalProperties"] = True
        return shape


@dataclass(frozen=True, slots=True, config=SECTION)
class InstalledTarget(_OpenShape):
    """A sink that another package brings, with the keys that it defines."""

    to: Annotated[
        str,
        AfterValidator(_installed),
        Field(json_schema_extra={"not": {"enum": list(KINDS)}}),
    ]
    """The name of the sink's entry point."""
    mailbox: Address | None = None
    """Whose refresh token goes there. Needed when there are several."""
    options: Mapping[str, JsonValue] = Field(default_factory=dict)
    """Every other key, as the file has it; the sink itself says what it takes."""


def _gathered(value: object) -> object:
    """Put the keys of another package's sink aside, which no schema here knows."""
    if not isinstance(value, dict):
        return value
    ours = {key: value[key] for key in ("to", "mailbox") if key in value}
    return {**ours, "options": {k: v for k, v in value.items() if k not in ours}}


def _family(value: object) -> str | None:
    to = value.get("to") if isinstance(value, dict) else getattr(value, "to", None)
    if not isinstance(to, str):
        return None
    if to in FILES:
        return FILES[0]
    if to in MAIL_PROGRAMS:
        return MAIL_PROGRAMS[0]
    return to if to in KINDS else _INSTALLED


HandoffTarget = (
    FileTarget
    | AemFormsTarget
    | AemOsgiTarget
    | AemCloudTarget
    | AemCloudSecretsTarget
    | MailProgramTarget
    | CommandTarget
    | KeyringTarget
    | KeyVaultTarget
    | KubernetesTarget
    | GitHubActionsTarget
    | AzureDevOpsTarget
    | InstalledTarget
)

TaggedTarget = Annotated[
    Annotated[FileTarget, Tag(FILES[0])]
    | Annotated[AemFormsTarget, Tag("aem-forms")]
    | Annotated[AemOsgiTarget, Tag("aem-osgi")]
    | Annotated[AemCloudTarget, Tag("aem-cloud")]
    | Annotated[AemCloudSecretsTarget, Tag("aem-cloud-secrets")]
    | Annotated[MailProgramTarget, Tag(MAIL_PROGRAMS[0])]
    | Annotated[CommandTarget, Tag("command")]
    | Annotated[KeyringTarget, Tag("keyring")]
    | Annotated[KeyVaultTarget, Tag("keyvault")]
    | Annotated[KubernetesTarget, Tag("kubernetes")]
    | Annotated[GitHubActionsTarget, Tag("github-actions")]
    | Annotated[AzureDevOpsTarget, Tag("azure-devops")]
    | Annotated[InstalledTarget, BeforeValidator(_gathered), Tag(_INSTALLED)],
    Discriminator(_family),
]
"""A target as a manifest writes it: `to` says which shape it has."""
