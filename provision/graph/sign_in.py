"""azure-identity: a secret or a certificate, else `az login`, else the browser."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
    InteractiveBrowserCredential,
)

from provision.cloud import BUILT_IN, Cloud
from provision.errors import ClientRefused, UsageError
from provision.graph.credential import AdministratorSettings, AdministratorToken
from provision.graph.sign_in_refusals import sign_in_refusal
from provision.graph.transport import entra_transport
from provision.secret import Secret

_CLI_TIMEOUT_SECONDS = 30

Credential = (
    ClientSecretCredential
    | CertificateCredential
    | AzureCliCredential
    | InteractiveBrowserCredential
)


class AzureSignIn:
    """A token source; the first credential that is available stays the one that is asked."""

    def __init__(self, cloud: Cloud, settings: AdministratorSettings, scope: str = "") -> None:
        """Ask for nothing yet; without a scope of its own, the tokens are for Graph."""
        self._cloud = cloud
        self._scope = scope or f"{cloud.graph_resource}/.default"
        self._settings = settings
        self._candidates = list(_candidates(cloud, settings))
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
        for who, make in self._candidates:
            try:
                credential = make()
            except (OSError, ValueError) as error:
                raise UsageError(f"{who}: cannot be used to sign in ({error})") from error
            try:
                token = self._ask(who, credential, claims)
            except CredentialUnavailableError:
                credential.close()
                continue
            self._chosen = (who, credential)
            return token
        raise _nobody(self._settings.tenant)

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
        except AzureError as error:
            credential.close()
            raise sign_in_refusal(who, self._settings.tenant, error) from error
        return AdministratorToken(
            Secret(token.token), datetime.fromtimestamp(token.expires_on, tz=UTC)
        )


def _candidates(
    cloud: Cloud, settings: AdministratorSettings
) -> Iterator[tuple[str, Callable[[], Credential]]]:
    is_microsofts = cloud.name in BUILT_IN
    common = {
        "authority": cloud.authority,
        "transport": entra_transport(cloud),
        # Microsoft's list of authorities knows none but its own.
        "disable_instance_discovery": not is_microsofts,
        "retry_total": 0,
    }
    tenant, client_id = settings.tenant, settings.client_id
    secret, password = settings.client_secret, settings.certificate_password
    if client_id and secret:
        yield (
            f"application {client_id}",
            lambda: ClientSecretCredential(tenant, client_id, secret.reveal(), **common),
        )
        return
    if client_id and settings.certificate_path:
        yield (
            f"application {client_id} with certificate {settings.certificate_path}",
            lambda: CertificateCredential(
                tenant,
                client_id,
                str(settings.certificate_path),
                password=password.reveal() if password else None,
                **common,
            ),
        )
        return
    # `az` is signed in to Microsoft: its token must not reach a host of another cloud.
    if settings.may_use_cli and is_microsofts:
        yield (
            "the Azure CLI's account",
            lambda: AzureCliCredential(tenant_id=tenant, process_timeout=_CLI_TIMEOUT_SECONDS),
        )
    if settings.may_open_browser:
        yield (
            "the administrator in the browser",
            lambda: InteractiveBrowserCredential(tenant_id=tenant, **common),
        )


def _nobody(tenant: str) -> ClientRefused:
    return ClientRefused(
        f"signing in to tenant {tenant}: nobody is signed in here",
        hint=f"run az login --tenant {tenant} --allow-no-subscriptions, or set AZURE_CLIENT_ID "
        "with AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH",
    )
