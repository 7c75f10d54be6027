"""The hand-offs to AEM's OSGi: configurations in a folder, and secrets for Cloud Manager."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StrictInt
from pydantic.dataclasses import dataclass

from provision.manifest.fields import Address, FilePath, refused
from provision.manifest.sections import SECTION

_STANDARD_OUTPUT: Final = "-"
_LAST_PORT: Final = 65535


def _folder(value: str) -> str:
    if value == _STANDARD_OUTPUT:
        raise refused("the path of a folder: two files do not fit on standard output")
    return value


def _port(value: int) -> int:
    if not 0 < value <= _LAST_PORT:
        raise refused(f"a port is a number from 1 to {_LAST_PORT}")
    return value


def _environment(value: str) -> str:
    if value.isascii() and value.isalnum():
        return value
    raise refused("an environment's id has letters and digits alone, as Cloud Manager shows it")


FolderPath = Annotated[
    FilePath, AfterValidator(_folder), Field(json_schema_extra={"not": {"const": "-"}})
]


@dataclass(frozen=True, slots=True, config=SECTION)
class AemOsgiTarget:
    """Configurations for AEM 6.5, without secrets."""

    to: Literal["aem-osgi"]
    """Configurations for AEM 6.5, without secrets."""
    path: FolderPath
    """The folder that gets the two files, relative to the manifest; it may hold others."""
    mailbox: Address | None = None
    """Who sends. Needed when there are several."""


@dataclass(frozen=True, slots=True, config=SECTION)
class AemCloudTarget:
    """Configurations for AEM as a Cloud Service, without secrets."""

    to: Literal["aem-cloud"]
    """Configurations for AEM as a Cloud Service, without secrets."""
    path: FolderPath
    """The folder that gets the two files, relative to the manifest; it may hold others."""
    forwarded_port: Annotated[
        StrictInt,
        AfterValidator(_port),
        Field(json_schema_extra={"minimum": 1, "maximum": _LAST_PORT}),
    ] = 30587
    """The port of AEM's proxy that Cloud Manager forwards to the SMTP server: its `portOrig`."""
    mailbox: Address | None = None
    """Who sends. Needed when there are several."""


@dataclass(frozen=True, slots=True, config=SECTION)
class AemCloudSecretsTarget:
    """Both secrets on standard output, for a pipe to Adobe's program."""

    to: Literal["aem-cloud-secrets"]
    """Both secrets on standard output, for a pipe to Adobe's program."""
    environment: (
        Annotated[
            str,
            AfterValidator(_environment),
            Field(json_schema_extra={"pattern": "^[0-9A-Za-z]+$"}),
        ]
        | None
    ) = None
    """The id of the environment that gets them, for the ledger: a text, so quote it."""
    mailbox: Address | None = None
    """Whose refresh token it is. Needed when there are several."""


AEM_FOLDERS: Final = ("aem-osgi", "aem-cloud")
