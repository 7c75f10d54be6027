"""What a single value of a hand-off may be, each with its own refusal."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StrictInt

from provision.cloud import VAULT_SUFFIXES, is_loopback
from provision.manifest.fields import refused

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_DNS_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME: Final = rf"{_DNS_LABEL}(\.{_DNS_LABEL})*"
_LONGEST_DNS_NAME: Final = 253
# https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates: a name has
# 127 characters, of which the longer of our two endings takes 14.
_PREFIX: Final = r"[0-9A-Za-z]([0-9A-Za-z-]{0,111}[0-9A-Za-z])?"
# Key Vault's names: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
_VAULT_NAME: Final = r"[A-Za-z][0-9A-Za-z-]{1,22}[0-9A-Za-z]"
_ORIGIN: Final = re.compile(
    r"(?P<origin>https://(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,39}\])(?P<port>:[0-9]{1,5})?)/?"
)
_LONGEST_WAIT: Final = 3600


def vault_suffix(host: str) -> str | None:
    """Return the suffix of Microsoft's that a vault's host ends in, or None."""
    name, _, suffix = host.partition(".")
    known = suffix in VAULT_SUFFIXES.values() and re.fullmatch(_VAULT_NAME, name)
    return suffix if known else None


def _vault(value: str) -> str:
    meant = f"https://NAME.{VAULT_SUFFIXES['global']}"
    found = _ORIGIN.fullmatch(value)
    if found is None:
        raise refused(f"{value[:100]!r} is not the address of a vault, such as {meant}")
    origin, host = found["origin"].lower(), found["host"].lower()
    if is_loopback(host):
        return origin
    if vault_suffix(host) is None or found["port"] not in (None, ":443"):
        hosts = ", or NAME.".join(dict.fromkeys(VAULT_SUFFIXES.values()))
        raise refused(
            f"{value[:100]!r} is no vault of Microsoft's: a manifest must not send secrets "
            f"elsewhere. The host is NAME.{hosts}"
        )
    return f"https://{host}"


def _prefix(value: str) -> str:
    if re.fullmatch(_PREFIX, value):
        return value
    meant = re.sub(r"[^0-9A-Za-z-]+", "-", value.strip()).strip("-")[:113]
    raise refused(
        "the names of a Key Vault's secrets have 1 to 113 characters out of A-Z a-z 0-9 - here",
        meant if re.fullmatch(_PREFIX, meant) else "",
    )


def _kubernetes_name(value: str) -> str:
    if re.fullmatch(_DNS_NAME, value) and len(value) <= _LONGEST_DNS_NAME:
        return value
    raise refused(
        "a name in Kubernetes has at most 253 characters out of a-z 0-9 - . and begins and ends "
        "with a letter or a digit",
        _meant(value, _DNS_NAME),
    )


def _kubernetes_label(value: str) -> str:
    if re.fullmatch(_DNS_LABEL, value):
        return value
    raise refused(
        "a namespace has at most 63 characters out of a-z 0-9 - and begins and ends with a "
        "letter or a digit",
        _meant(value, _DNS_LABEL),
    )


def _meant(value: str, pattern: str) -> str:
    meant = re.sub(r"[^a-z0-9.-]+", "-", value.strip().lower()).strip("-.")
    return meant if re.fullmatch(pattern, meant) and len(meant) <= _LONGEST_DNS_NAME else ""


def _service(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise refused("a service of the keyring is one line of visible text")
    return value


def _argument(value: str) -> str:
    if "\0" in value:
        raise refused("an argument cannot hold a NUL character")
    return value


def _timeout(value: int) -> int:
    if not 0 < value <= _LONGEST_WAIT:
        raise refused(f"a number of seconds from 1 to {_LONGEST_WAIT}")
    return value


def _pattern(pattern: str) -> dict[str, str]:
    return {"pattern": f"^{pattern}$"}


VaultOrigin = Annotated[
    str,
    AfterValidator(_vault),
    Field(json_schema_extra={"pattern": "^https://[^/?#@]+/?$", "format": "uri"}),
]
SecretPrefix = Annotated[str, AfterValidator(_prefix), Field(json_schema_extra=_pattern(_PREFIX))]
KubernetesName = Annotated[
    str,
    AfterValidator(_kubernetes_name),
    Field(json_schema_extra={**_pattern(_DNS_NAME), "maxLength": _LONGEST_DNS_NAME}),
]
KubernetesLabel = Annotated[
    str, AfterValidator(_kubernetes_label), Field(json_schema_extra=_pattern(_DNS_LABEL))
]
ServiceName = Annotated[str, AfterValidator(_service), Field(json_schema_extra={"minLength": 1})]
Argument = Annotated[str, AfterValidator(_argument)]
TimeoutSeconds = Annotated[
    StrictInt,
    AfterValidator(_timeout),
    Field(json_schema_extra={"minimum": 1, "maximum": _LONGEST_WAIT}),
]
