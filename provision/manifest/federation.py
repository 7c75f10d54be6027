"""`application.federatedCredentials`: whose tokens stand for the application, with shorthands."""

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StrictBool, StrictInt
from pydantic.dataclasses import dataclass

from provision.manifest.fields import GUID, refused
from provision.manifest.sections import SECTION
from provision.tenant.federated_credential import FederatedTrust

# https://learn.microsoft.com/graph/api/application-post-federatedidentitycredentials
MAX_CREDENTIALS: Final = 20
MAX_LENGTH: Final = 600
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")

# https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
_AUDIENCES: Final = {
    "usgov": "api://AzureADTokenExchangeUSGov",
    "usgov-dod": "api://AzureADTokenExchangeUSGov",
    "china": "api://AzureADTokenExchangeChina",
}
_AUDIENCE: Final = "api://AzureADTokenExchange"

# https://docs.github.com/actions/reference/openid-connect-reference
_GITHUB_ISSUER: Final = "https://token.actions.githubusercontent.com"
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
# https://learn.microsoft.com/azure/devops/pipelines/release/configure-workload-identity
_AZURE_DEVOPS_ISSUER: Final = "https://vstoken.dev.azure.com/"
_KUBERNETES_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


def _name(value: str) -> str:
    if _NAME.fullmatch(value):
        return value
    meant = re.sub(r"[^A-Za-z0-9_-]+", "-", value).strip("-_")[:120]
    raise refused("1 to 120 characters out of A-Z a-z 0-9 _ -, and is never changed", meant)


def _text(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise refused("one line of visible text")
    if len(value) > MAX_LENGTH:
        raise refused(f"at most {MAX_LENGTH} characters, this one has {len(value)}")
    return value


def _issuer(value: str) -> str:
    if not re.fullmatch(r"https://[^\s/?#]+[^\s?#]*", value):
        raise refused(f"{value[:60]!r}: an issuer is an https address without a query")
    return _text(value)


def _guid(value: str) -> str:
    if not re.fullmatch(GUID, value):
        raise refused("the organisation's GUID, as the issuer of a service connection shows it")
    return value.lower()


def _repository(value: str) -> str:
    if not _REPOSITORY.fullmatch(value):
        raise refused(f"{value[:60]!r}: a repository is named owner/repository")
    return value


def _segment(value: str) -> str:
    if "/" in value:
        raise refused("has no / in it")
    return _text(value)


def _kubernetes_name(value: str) -> str:
    if not _KUBERNETES_NAME.fullmatch(value):
        raise refused(f"{value[:60]!r}: Kubernetes names are of a-z 0-9 - .", value.lower())
    return value


def _one_audience(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) != 1:
        raise refused(f"Entra takes exactly one audience, not {len(values)}")
    return values


Name = Annotated[str, AfterValidator(_name)]
Text = Annotated[str, AfterValidator(_text), Field(json_schema_extra={"maxLength": MAX_LENGTH})]
Issuer = Annotated[str, AfterValidator(_issuer), Field(json_schema_extra={"format": "uri"})]
Guid = Annotated[str, AfterValidator(_guid), Field(json_schema_extra={"format": "uuid"})]
Repository = Annotated[str, AfterValidator(_repository)]
Segment = Annotated[str, AfterValidator(_segment)]
KubernetesName = Annotated[str, AfterValidator(_kubernetes_name)]


@dataclass(frozen=True, slots=True, config=SECTION)
class AzureDevOpsConnection:
    """A service connection of Azure DevOps."""

    organization_id: Guid
    """GUID of the organisation; its service connections show it in their issuer."""
    organization: Segment
    """Name of the organisation."""
    project: Segment
    """Name of the project."""
    service_connection: Segment
    """Name of the service connection."""

    @property
    def trusted(self) -> tuple[str, str]:
        """Issuer and subject of its tokens."""
        subject = f"sc://{self.organization}/{self.project}/{self.service_connection}"
        return f"{_AZURE_DEVOPS_ISSUER}{self.organization_id}", subject


@dataclass(frozen=True, slots=True, config=SECTION)
class KubernetesAccount:
    """A service account of a Kubernetes cluster."""

    issuer: Issuer
    """The cluster's service account issuer, to the letter."""
    namespace: KubernetesName
    """Where the service account is."""
    service_account: KubernetesName
    """Its name."""

    @property
    def trusted(self) -> tuple[str, str]:
        """Issuer and subject of its tokens."""
        return self.issuer, f"system:serviceaccount:{self.namespace}:{self.service_account}"


@dataclass(frozen=True, slots=True, config=SECTION)
class FederatedCredentialSection:
    """One trust: `issuer` and `subject`, or one of `github`, `azureDevOps` and `kubernetes`."""

    name: Name
    """What the credential is found by; immutable once set."""
    issuer: Issuer | None = None
    """Who signs the tokens, to the letter."""
    subject: Text | None = None
    """Whom they speak of; compared letter by letter."""
    audiences: Annotated[tuple[Text, ...], AfterValidator(_one_audience)] = ()
    """Whom they are for; by default Entra's own, which depends on the cloud. Entra takes one."""
    github: Repository | None = None
    """A repository of GitHub, `owner/repository`, with one of the four keys that follow."""
    branch: Text | None = None
    """Workflows that run on this branch."""
    environment: Text | None = None
    """Jobs of this environment."""
    tag: Text | None = None
    """Workflows that run on this tag."""
    pull_request: StrictBool = False
    """Workflows that a pull request starts."""
    owner_id: StrictInt | None = None
    """Number of the owner, for repositories with immutable subjects."""
    repository_id: StrictInt | None = None
    """Number of the repository, likewise."""
    azure_dev_ops: AzureDevOpsConnection | None = None
    """A service connection of Azure DevOps."""
    kubernetes: KubernetesAccount | None = None
    """A service account of a Kubernetes cluster."""

    @property
    def trusted(self) -> tuple[str, str]:
        """Issuer and subject; only of a section that `objections` has nothing against."""
        if self.azure_dev_ops is not None:
            return self.azure_dev_ops.trusted
        if self.kubernetes is not None:
            return self.kubernetes.trusted
        if self.github is not None:
            return _GITHUB_ISSUER, f"repo:{self._repository}:{self._of_repository}"
        return self.issuer or "", self.subject or ""

    @property
    def _repository(self) -> str:
        owner, _, repository = (self.github or "").partition("/")
        if self.owner_id is None or self.repository_id is None:
            return f"{owner}/{repository}"
        return f"{owner}@{self.owner_id}/{repository}@{self.repository_id}"

    @property
    def _of_repository(self) -> str:
        if self.environment is not None:
            return f"environment:{self.environment.replace(':', '%3A')}"
        if self.branch is not None:
            return f"ref:refs/heads/{self.branch}"
        if self.tag is not None:
            return f"ref:refs/tags/{self.tag}"
        return "pull_request"

    def objections(self) -> Iterator[tuple[str, str]]:
        """Yield what its keys demand of each other: the key, and what is wrong."""
        raw = self.issuer is not None or self.subject is not None
        ways = (raw, bool(self.github), bool(self.azure_dev_ops), bool(self.kubernetes))
        if sum(ways) != 1:
            yield "name", "needs one of issuer with subject, github, azureDevOps, kubernetes"
        elif raw and (self.issuer is None or self.subject is None):
            yield ("issuer" if self.issuer is None else "subject"), "is required"
        selectors = (self.branch, self.environment, self.tag, self.pull_request or None)
        chosen = sum(selector is not None for selector in selectors)
        if self.github and chosen != 1:
            yield "github", "needs one of branch, environment, tag, pullRequest"
        if not self.github and (chosen or self.owner_id or self.repository_id):
            yield "name", "branch, environment, tag, pullRequest and the ids belong to github"
        if (self.owner_id is None) != (self.repository_id is None):
            yield "github", "ownerId and repositoryId go together"
        if len(self.trusted[1]) > MAX_LENGTH:
            yield "name", f"the subject has more than {MAX_LENGTH} characters"

    def trust(self, cloud: str) -> FederatedTrust:
        """Return the trust that this describes in a cloud."""
        issuer, subject = self.trusted
        audience = next(iter(self.audiences), _AUDIENCES.get(cloud, _AUDIENCE))
        return FederatedTrust(self.name, issuer, subject, audience)
