"""Who administers, as the environment says, and which way of signing in follows from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from provision.errors import UsageError
from provision.secret import Secret

Way = Literal[
    "secret",
    "certificate",
    "workload-identity",
    "github",
    "azure-devops",
    "az",
    "browser",
    "managed-identity",
    "device",
]
WAYS: tuple[Way, ...] = get_args(Way)
"""In the order in which they are considered; the last two only when they are asked for."""


@dataclass(frozen=True, slots=True)
class TokenService:
    """Where a pipeline gives out tokens that say which job is running."""

    url: str
    bearer: Secret
    service_connection_id: str = ""
    """Of Azure DevOps alone."""


@dataclass(frozen=True, slots=True)
class AdministratorSettings:
    """Who administers, as the environment and the command line say."""

    tenant: str
    """GUID or domain."""
    client_id: str = ""
    client_secret: Secret | None = None
    certificate_path: Path | None = None
    """PEM or PKCS#12, with its private key."""
    certificate_password: Secret | None = None
    token_file: Path | None = None
    """Holds a token of a workload identity; whoever runs the workload renews it."""
    github: TokenService | None = None
    azure_devops: TokenService | None = None
    way: Way | None = None
    """The only way to try; None tries what the settings allow."""
    may_use_cli: bool = True
    """Whether an `az login` counts."""
    may_open_browser: bool = False
    """Whether a person is there to sign in."""
    tell: Callable[[str], None] = lambda _text: None
    """Shows a person where to type which code."""


NEEDS: Mapping[Way, tuple[str, ...]] = {
    "secret": ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    "certificate": ("AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"),
    "workload-identity": ("AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"),
    "github": (
        "AZURE_CLIENT_ID",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    ),
    "azure-devops": (
        "AZURE_CLIENT_ID",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "SYSTEM_OIDCREQUESTURI",
        "SYSTEM_ACCESSTOKEN",
    ),
}
"""The settings without which an application cannot sign in that way."""
_BY_A_PERSON: frozenset[Way] = frozenset({"browser", "device"})
_FOR_MICROSOFT_ONLY: frozenset[Way] = frozenset({"az", "managed-identity"})


def read_settings(
    tenant: str, read: Callable[..., str | None], *, may_open_browser: bool
) -> AdministratorSettings:
    """Return what the environment says about the administrator.

    Args:
        tenant: The manifest's; a setting wins over it.
        read: Returns the setting that goes by one of several names; None where it is not set.
        may_open_browser: Whether a person is there.

    Raises:
        UsageError: PROVISION_ADMIN names no way, or `read` met two that differ.
    """
    certificate, token_file = (
        # Both families are in use: azure-identity's and Terraform's.
        read("AZURE_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_CERTIFICATE_PATH"),
        read("AZURE_FEDERATED_TOKEN_FILE", "ARM_OIDC_TOKEN_FILE_PATH"),
    )
    # The tasks of Azure DevOps that know a service connection say whose it is.
    own = read("AZURE_CLIENT_ID", "ARM_CLIENT_ID") or read("AZURESUBSCRIPTION_CLIENT_ID")
    return AdministratorSettings(
        tenant=read("AZURE_TENANT_ID", "ARM_TENANT_ID") or tenant,
        client_id=own or "",
        client_secret=_secret(read("AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET")),
        certificate_path=None if certificate is None else Path(certificate),
        certificate_password=_secret(
            read("AZURE_CLIENT_CERTIFICATE_PASSWORD", "ARM_CLIENT_CERTIFICATE_PASSWORD")
        ),
        token_file=None if token_file is None else Path(token_file),
        github=_service(
            read("ACTIONS_ID_TOKEN_REQUEST_URL"), read("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
        ),
        azure_devops=_service(
            read("SYSTEM_OIDCREQUESTURI"),
            read("SYSTEM_ACCESSTOKEN"),
            read(
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
                "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
            ),
        ),
        way=_way(read("PROVISION_ADMIN")),
        may_open_browser=may_open_browser,
    )


def ways_to_try(settings: AdministratorSettings, *, is_microsofts: bool) -> tuple[Way, ...]:
    """Return what to try, in order: one way of an application, or those of a person.

    An application's credential that is there and refused is not followed by another: what signs
    in must not depend on what happens to work.

    Raises:
        UsageError: The one way that is asked for lacks a setting, or is for another cloud.
    """
    asked = settings.way
    if asked is not None:
        _require(settings, asked, is_microsofts=is_microsofts)
        return (asked,)
    complete = next((way for way in NEEDS if not missing(settings, way)), None)
    if complete is not None:
        return (complete,)
    # `az` is signed in to Microsoft: its token must not reach a host of another cloud.
    az: tuple[Way, ...] = ("az",) if settings.may_use_cli and is_microsofts else ()
    return (*az, "browser") if settings.may_open_browser else az


def needs_nobody(settings: AdministratorSettings, *, is_microsofts: bool) -> bool:
    """Tell whether signing in asks no person for anything, whatever happens.

    Raises:
        UsageError: As for `ways_to_try`.
    """
    return _BY_A_PERSON.isdisjoint(ways_to_try(settings, is_microsofts=is_microsofts))


def missing(settings: AdministratorSettings, way: Way) -> tuple[str, ...]:
    """Return the settings that an application lacks for a way of signing in."""
    github, devops = settings.github, settings.azure_devops
    present = {
        "AZURE_CLIENT_ID": settings.client_id,
        "AZURE_CLIENT_SECRET": settings.client_secret,
        "AZURE_CLIENT_CERTIFICATE_PATH": settings.certificate_path,
        "AZURE_FEDERATED_TOKEN_FILE": settings.token_file,
        "ACTIONS_ID_TOKEN_REQUEST_URL": github and github.url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": github and github.bearer,
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": devops and devops.service_connection_id,
        "SYSTEM_OIDCREQUESTURI": devops and devops.url,
        "SYSTEM_ACCESSTOKEN": devops and devops.bearer,
    }
    return tuple(name for name in NEEDS.get(way, ()) if not present[name])


def _require(settings: AdministratorSettings, way: Way, *, is_microsofts: bool) -> None:
    lacking = missing(settings, way)
    if lacking:
        raise UsageError(
            f"PROVISION_ADMIN={way}: {_listed(lacking)} not set",
            hint="docs/reference/administrator.md says where each comes from",
        )
    if way in _FOR_MICROSOFT_ONLY and not is_microsofts:
        raise UsageError(
            f"PROVISION_ADMIN={way}: its token is for Microsoft, and this cloud is not Microsoft's",
            hint="unset PROVISION_ADMIN, or use one of Microsoft's clouds",
        )


def _listed(names: Sequence[str]) -> str:
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _way(text: str | None) -> Way | None:
    found = next((way for way in WAYS if way == text), None)
    if text and found is None:
        raise UsageError(
            f"PROVISION_ADMIN={text}: no way to sign in", hint=f"one of {', '.join(WAYS)}"
        )
    return found


def _service(url: str | None, bearer: str | None, connection: str | None = "") -> TokenService:
    return TokenService(url or "", Secret(bearer or ""), connection or "")


def _secret(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)
