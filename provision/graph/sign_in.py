"""azure-identity: one credential for the way of signing in that the settings lead to."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypedDict

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
    ManagedIdentityCredential,
)

from provision.cloud import BUILT_IN, Cloud
from provision.errors import ClientRefused, ProvisionError, UsageError
from provision.graph.administrator_settings import (
    NEEDS,
    AdministratorSettings,
    Way,
    missing,
    ways_to_try,
)
from provision.graph.credential import AdministratorToken
from provision.graph.federation import assertion_source
from provision.graph.sign_in_refusals import sign_in_refusal
from provision.graph.transport import entra_transport
from provision.secret import Secret

_CLI_TIMEOUT_SECONDS = 30

Credential = (
    ClientSecretCredential
    | CertificateCredential
    | ClientAssertionCredential
    | AzureCliCredential
    | InteractiveBrowserCredential
    | ManagedIdentityCredential
    | DeviceCodeCredential
)


class _Connection(TypedDict):
    authority: str
    transport: RequestsTransport
    disable_instance_discovery: bool
    retry_total: int


class _OwnClient(TypedDict, total=False):
    client_id: str


class AzureSignIn:
    """A token source; the first credential that is available stays the one that is asked."""

    def __init__(self, cloud: Cloud, settings: AdministratorSettings, scope: str = "") -> None:
        """Ask for nothing yet; without a scope of its own, the tokens are for Graph."""
        self._cloud = cloud
        self._scope = scope or f"{cloud.graph_resource}/.default"
        self._settings = settings
        self._chosen: tuple[str, Credential] | None = None

    def request(self, claims: str) -> AdministratorToken:
        """Return a token, in one attempt of each credential that applies.

        Raises:
            ClientRefused: Entra refused, or nobody is signed in.
            Unreachable: There was no answer.
            Throttled: Entra asked for patience.
            UsageError: The settings make no credential.
        """
        if self._chosen is not None:
            return self._ask(*self._chosen, claims)
        tried: list[str] = []
        ways = ways_to_try(self._settings, is_microsofts=self._cloud.name in BUILT_IN)
        for way in ways:
            who = _who(way, self._settings)
            try:
                credential = _MAKERS[way](self._cloud, self._settings, way)
            except (OSError, ValueError) as error:
                raise UsageError(f"{who}: cannot be used to sign in ({error})") from error
            try:
                token = self._ask(who, credential, claims)
            except CredentialUnavailableError:
                credential.close()
                tried.append(who)
                continue
            self._chosen = (who, credential)
            return token
        raise _nobody(self._settings, tried)

    def close(self) -> None:
        """Close the credential's connections."""
        if self._chosen is not None:
            self._chosen[1].close()
            self._chosen = None

    def _ask(self, who: str, credential: Credential, claims: str) -> AdministratorToken:
        try:
            token: AccessToken = credential.get_token(self._scope, claims=claims or None)
        except CredentialUnavailableError:
            raise
        except ProvisionError:  # a pipeline's token service gave no assertion
            credential.close()
            raise
        except OSError as error:
            credential.close()
            raise UsageError(f"{who}: cannot be used to sign in ({error})") from error
        except AzureError as error:
            credential.close()
            raise sign_in_refusal(who, self._settings.tenant, error) from error
        return AdministratorToken(
            Secret(token.token), datetime.fromtimestamp(token.expires_on, tz=UTC), who
        )


def _who(way: Way, settings: AdministratorSettings) -> str:
    application = f"application {settings.client_id}"
    return {
        "secret": application,
        "certificate": f"{application} with certificate {settings.certificate_path}",
        "workload-identity": f"{application} with the token in {settings.token_file}",
        "github": f"{application} with GitHub's token",
        "azure-devops": f"{application} with Azure DevOps' token",
        "az": "the Azure CLI's account",
        "browser": "the administrator in the browser",
        "managed-identity": f"the managed identity {settings.client_id}".rstrip(),
        "device": "the administrator by device code",
    }[way]


def _common(cloud: Cloud) -> _Connection:
    return {
        "authority": cloud.authority,
        "transport": entra_transport(cloud),
        # Microsoft's list of authorities knows none but its own.
        "disable_instance_discovery": cloud.name not in BUILT_IN,
        "retry_total": 0,
    }


def _secret(cloud: Cloud, settings: AdministratorSettings, _way: Way) -> Credential:
    secret = settings.client_secret or Secret("")
    return ClientSecretCredential(
        settings.tenant, settings.client_id, secret.reveal(), **_common(cloud)
    )


def _certificate(cloud: Cloud, settings: AdministratorSettings, _way: Way) -> Credential:
    password = settings.certificate_password
    return CertificateCredential(
        settings.tenant,
        settings.client_id,
        str(settings.certificate_path),
        password=password.reveal() if password else None,
        **_common(cloud),
    )


def _federated(cloud: Cloud, settings: AdministratorSettings, way: Way) -> Credential:
    # azure-identity's own credentials for these would keep a file's token for ten minutes, follow
    # redirects with the pipeline's bearer, and trust a cloud file's CA for the pipeline's host.
    source = assertion_source(cloud, settings, way)
    if source is None:
        msg = f"no source of tokens for {way}"
        raise ValueError(msg)
    return ClientAssertionCredential(settings.tenant, settings.client_id, source, **_common(cloud))


def _az(_cloud: Cloud, settings: AdministratorSettings, _way: Way) -> Credential:
    return AzureCliCredential(tenant_id=settings.tenant, process_timeout=_CLI_TIMEOUT_SECONDS)


def _browser(cloud: Cloud, settings: AdministratorSettings, _way: Way) -> Credential:
    return InteractiveBrowserCredential(
        tenant_id=settings.tenant, **_own_client(settings), **_common(cloud)
    )


def _device(cloud: Cloud, settings: AdministratorSettings, _way: Way) -> Credential:
    def prompt(address: str, code: str, _expires_at: datetime) -> None:
        settings.tell(f"sign in as an administrator: open {address} and type {code}")

    return DeviceCodeCredential(
        tenant_id=settings.tenant, prompt_callback=prompt, **_own_client(settings), **_common(cloud)
    )


def _managed_identity(_cloud: Cloud, settings: AdministratorSettings, _way: Way) -> Credential:
    return ManagedIdentityCredential(**_own_client(settings))


def _own_client(settings: AdministratorSettings) -> _OwnClient:
    """Return the client id where a way was asked for; else it may belong to another credential."""
    return {"client_id": settings.client_id} if settings.way and settings.client_id else {}


_MAKERS: Mapping[Way, Callable[[Cloud, AdministratorSettings, Way], Credential]] = {
    "secret": _secret,
    "certificate": _certificate,
    "workload-identity": _federated,
    "github": _federated,
    "azure-devops": _federated,
    "az": _az,
    "browser": _browser,
    "managed-identity": _managed_identity,
    "device": _device,
}


def _nobody(settings: AdministratorSettings, tried: list[str]) -> ClientRefused:
    told = f"tried: {', '.join(tried) or 'nothing'}"
    if settings.way is None:
        lacking = {way: missing(settings, way) for way in NEEDS}
        almost = [f"{way} lacks {' and '.join(names)}" for way, names in lacking.items()]
        is_configured = bool(settings.client_id)
        told += f"; {', '.join(almost)}" if is_configured else "; AZURE_CLIENT_ID is not set"
    return ClientRefused(
        f"signing in to tenant {settings.tenant}: nobody is signed in here ({told})",
        hint=f"run az login --tenant {settings.tenant} --allow-no-subscriptions, or set "
        "AZURE_CLIENT_ID with AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH; "
        "docs/reference/administrator.md has every way",
    )
