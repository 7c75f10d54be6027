"""Secrets of an Azure Key Vault over azure-keyvault-secrets, without its retries."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from azure.core.pipeline.policies import RetryPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.keyvault.secrets import SecretClient

from provision.clock import Clock
from provision.cloud import Cloud, host_of, is_loopback
from provision.errors import NotPermitted, ProvisionError, SinkFailed, TemporaryError, Throttled
from provision.handoff.key_vault import VaultEntry
from provision.secret import Secret

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")

_NO_VERSION: Final = "0" * 32
_LENDING_SECONDS: Final = 300
"""How long the SDK may use a token without asking again; whoever lends it knows its real end."""
_TIMEOUTS: Final = {"connection_timeout": 10.0, "read_timeout": 60.0}
_PATIENCE: Final = 30.0
_PAUSE: Final = 2.0
_WORD: Final = re.compile(r"[A-Za-z]{1,60}")
_UNAUTHORIZED, _FORBIDDEN, _CONFLICT, _TOO_MANY = 401, 403, 409, 429
_SERVER_FAULT, _UNAVAILABLE = 500, 503


class KeyVaultClient:
    """One Key Vault, as whoever lends the token."""

    def __init__(self, vault: str, cloud: Cloud, token: Callable[[], Secret], clock: Clock) -> None:
        """Connect nowhere yet.

        Args:
            vault: Origin.
            cloud: Whose CA counts; a loopback vault belongs to a cloud file.
            token: Returns an access token for Key Vault that is good for some minutes.
            clock: What waits are counted on.
        """
        host = host_of(vault)
        self._label = f"key vault {host}"
        self._clock = clock
        self._client = SecretClient(
            vault,
            _Lent(token, clock),
            transport=_transport(cloud),
            retry_policy=RetryPolicy.no_retries(),
            logging_enable=False,
            # What the vault says of its resource decides nothing: the lent token is for one alone.
            verify_challenge_resource=not is_loopback(host),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self._client.close()

    def tags(self, name: str) -> dict[str, str] | None:
        """Return the tags of a secret's latest version, or None when there is no such secret."""
        try:
            found = self._sent(f"reading {name}", lambda: self._client.get_secret(name).properties)
        except _Absent:
            return None
        return dict(found.tags or {})

    def is_in_the_bin(self, name: str) -> bool:
        """Tell whether a deleted secret occupies the name; False where nobody may know."""
        try:
            self._sent(f"reading {name}", lambda: self._client.get_deleted_secret(name).name)
        except (_Absent, NotPermitted):
            return False
        return True

    def prove_writable(self, name: str) -> None:
        """Update a version that cannot be, which takes the right to set and changes nothing.

        Source:
            https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret/update-secret
        """
        try:
            self._sent(
                f"writing {name}",
                lambda: self._client.update_secret_properties(name, _NO_VERSION, enabled=True),
            )
        except _Absent:
            return

    def delete(self, name: str) -> None:
        """Put a secret into the vault's bin; nobody waits until it is there."""
        self._sent(f"deleting {name}", lambda: self._client.begin_delete_secret(name))

    def write(self, entry: VaultEntry) -> None:
        """Write a new version."""
        self._sent(
            f"writing {entry.name}",
            lambda: self._client.set_secret(
                entry.name,
                entry.value.reveal(),
                content_type=entry.content_type,
                tags=entry.tags,
                expires_on=entry.expires_at,
            ),
        )

    def _sent(self, action: str, call: Callable[[], T]) -> T:
        """Return the answer; a vault that asks for patience gets half a minute of it."""
        waited = 0.0
        while True:
            try:
                return call()
            except ResourceNotFoundError as error:
                raise _Absent(f"{self._label}: {action}: not found") from error
            except HttpResponseError as error:
                pause = _pause(error)
                if pause is None or waited + pause > _PATIENCE:
                    raise _refusal(f"{self._label}: {action}", error) from error
            except AzureError as error:
                raise _unreachable(self._label, error) from error
            except ValueError as error:
                # The SDK's word for a challenge that names another resource than the vault's.
                raise SinkFailed(
                    f"{self._label}: does not answer as a Key Vault of Microsoft's",
                    hint="correct `vault` in the manifest's `handoff`",
                ) from error
            self._clock.sleep(pause)
            waited += pause


class _Absent(SinkFailed):
    """There is no secret of that name."""


class _Lent:
    """A credential for the SDK: whatever the vault asks for, it gets a token for Key Vault."""

    def __init__(self, token: Callable[[], Secret], clock: Clock) -> None:
        self._token = token
        self._clock = clock

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:  # noqa: ANN401  (the SDK's own protocol)
        """Return the token; the scope and the tenant that the vault names are not followed."""
        until = int(self._clock.now().timestamp()) + _LENDING_SECONDS
        return AccessToken(self._token().reveal(), until)


def _transport(cloud: Cloud) -> RequestsTransport:
    if cloud.ca_bundle is None:
        return RequestsTransport(**_TIMEOUTS)
    # requests lets REQUESTS_CA_BUNDLE win over what it is told, unless it reads no environment.
    return RequestsTransport(
        connection_verify=str(cloud.ca_bundle), use_env_settings=False, **_TIMEOUTS
    )


def _pause(error: HttpResponseError) -> float | None:
    """Return how long to wait before the same request may work, or None when it will not."""
    if error.status_code not in (_TOO_MANY, _UNAVAILABLE):
        return None
    return _retry_after(error) or _PAUSE


def _header(error: HttpResponseError, name: str) -> str:
    headers: Mapping[str, str] = getattr(error.response, "headers", None) or {}
    return headers.get(name, "")


def _retry_after(error: HttpResponseError) -> float | None:
    try:
        return float(_header(error, "Retry-After"))
    except ValueError:
        return None


def _refusal(action: str, error: HttpResponseError) -> ProvisionError:
    status, codes = error.status_code or 0, _codes(error)
    said = f"{action}: Key Vault answered {' '.join([str(status), *codes])}"
    found = _header(error, "x-ms-request-id")
    evidence = (("request-id", found),) if found else ()
    if status == _TOO_MANY:
        return Throttled(said, retry_after=_retry_after(error), evidence=evidence)
    if status >= _SERVER_FAULT:
        return TemporaryError(said, hint="try again in a minute", evidence=evidence)
    if status == _FORBIDDEN:
        return NotPermitted(said, hint=_forbidden_hint(codes), evidence=evidence)
    hints = {
        _UNAUTHORIZED: "sign in to the tenant that the vault belongs to",
        _CONFLICT: "a deleted secret of that name is in the vault's bin, or is being recovered: "
        "az keyvault secret recover, or purge it, or choose another prefix",
    }
    return SinkFailed(said, hint=hints.get(status, ""), evidence=evidence)


def _forbidden_hint(codes: list[str]) -> str:
    if "ForbiddenByFirewall" in codes or "ForbiddenByConnection" in codes:
        return "the vault's firewall does not admit this machine's address: allow it there"
    return (
        "give this identity the role `Key Vault Secrets Officer` on the vault, or the access "
        "policy Get, Set and Delete for secrets; a new role takes some minutes"
    )


def _codes(error: HttpResponseError) -> list[str]:
    """Return the service's own words for its refusal, outermost first; nothing else of its body."""
    outer = error.error
    inner = (getattr(outer, "innererror", None) or {}) if outer is not None else {}
    found = [getattr(outer, "code", None), inner.get("code") if isinstance(inner, dict) else None]
    return [code for code in found if isinstance(code, str) and _WORD.fullmatch(code)]


def _unreachable(label: str, error: AzureError) -> TemporaryError:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return TemporaryError(
            f"{label}: its certificate is not one that is trusted here",
            hint="behind a proxy that opens TLS, set REQUESTS_CA_BUNDLE to its CA",
        )
    what = "cannot be reached" if isinstance(error, ServiceRequestError) else "gave no answer"
    return TemporaryError(f"{label}: {what}", hint="check the vault's name, the network and proxy")
