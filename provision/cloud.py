"""Endpoints and CA of one cloud: Microsoft's four, or a file that describes another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from itertools import combinations
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from provision.errors import UsageError

Tls = Literal["implicit", "starttls"]


@dataclass(frozen=True, slots=True)
class MailHost:
    """Where one mail protocol is served."""

    host: str
    port: int
    tls: Tls


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Microsoft cloud, or one that answers like it.

    Login, Graph, Outlook resource and mail hosts always come from the same value: a token of one
    cloud is worthless in another.
    """

    name: str
    """`global`, `usgov`, `usgov-dod`, `china`, or the absolute path of the cloud file."""
    authority: str
    """Origin of the login host: no tenant, no trailing slash."""
    graph: str
    """Origin of Microsoft Graph: no `/v1.0`, no trailing slash."""
    graph_resource: str
    """What a Graph scope is prefixed with; a Graph token's audience."""
    outlook_resource: str
    """What a mail scope is prefixed with; a mail token's audience."""
    ca_bundle: Path | None
    """PEM file that alone is trusted; None means the system's authorities."""
    imap: MailHost | None
    pop: MailHost | None
    smtp: MailHost | None
    has_personal_accounts: bool
    """Whether personal Microsoft accounts exist in this cloud."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that would receive a credential of ours."""
        origins = (self.authority, self.graph)
        mail = (self.imap, self.pop, self.smtp)
        named = [urlsplit(origin).hostname or "" for origin in origins]
        return tuple(dict.fromkeys([*named, *(m.host for m in mail if m is not None)]))

    @property
    def is_on_this_machine(self) -> bool:
        """Whether its login host is a loopback address, as a sandbox's is."""
        return is_loopback(urlsplit(self.authority).hostname or "")

    @property
    def audiences(self) -> frozenset[str]:
        """Every host, and those that tokens are for: all of one cloud."""
        resources = (self.graph_resource, self.outlook_resource)
        return frozenset({*self.hosts, *(urlsplit(name).hostname or "" for name in resources)})


def _microsoft(name: str, login: str, graph: str, outlook: str, mail: str, smtp: str) -> Cloud:
    return Cloud(
        name=name,
        authority=f"https://{login}",
        graph=f"https://{graph}",
        graph_resource=f"https://{graph}",
        outlook_resource=f"https://{outlook}",
        ca_bundle=None,
        imap=MailHost(mail, 993, "implicit") if mail else None,
        pop=MailHost(mail, 995, "implicit") if mail else None,
        smtp=MailHost(smtp, 587, "starttls") if smtp else None,
        has_personal_accounts=name == "global",
    )


# https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
# https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/pop3-and-imap4
# No document confirms the mail hosts of the DoD cloud: registration only.
BUILT_IN: Mapping[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        _microsoft(
            "global",
            "login.microsoftonline.com",
            "graph.microsoft.com",
            "outlook.office.com",
            "outlook.office365.com",
            "smtp.office365.com",
        ),
        _microsoft(
            "usgov",
            "login.microsoftonline.us",
            "graph.microsoft.us",
            "outlook.office365.us",
            "outlook.office365.us",
            "smtp.office365.us",
        ),
        _microsoft(
            "usgov-dod",
            "login.microsoftonline.us",
            "dod-graph.microsoft.us",
            "outlook.office365.us",
            "",
            "",
        ),
        _microsoft(
            "china",
            "login.partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
            "partner.outlook.cn",
            "partner.outlook.cn",
            "smtp.partner.outlook.cn",
        ),
    )
}

# https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
VAULT_SUFFIXES: Mapping[str, str] = {
    "global": "vault.azure.net",
    "usgov": "vault.usgovcloudapi.net",
    "usgov-dod": "vault.usgovcloudapi.net",
    "china": "vault.azure.cn",
}
"""What the hosts of a cloud's Key Vaults end in; `https://` before it, their tokens' audience."""


def host_of(origin: str) -> str:
    """Return the host of an https origin, without its port."""
    return urlsplit(origin).hostname or ""


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def named_cloud(name: str, base: Path, trusted_hosts: frozenset[str] = frozenset()) -> Cloud:
    """Return a Microsoft cloud by its name, or the one that a file describes.

    Args:
        name: One of `BUILT_IN`, or a path.
        base: What a relative path starts from.
        trusted_hosts: As for `load_cloud_file`.

    Raises:
        UsageError: As for `load_cloud_file`.
    """
    return BUILT_IN.get(name) or load_cloud_file(base / name, trusted_hosts)


def cloud_key(name: str) -> str:
    """Return what the vault calls a cloud that is given by its name, or by its file's path."""
    return name if name in BUILT_IN else str(Path(name).resolve())


def load_cloud_file(path: Path, trusted_hosts: frozenset[str] = frozenset()) -> Cloud:
    """Read a cloud from the file that `provision sandbox --ready-file` writes.

    Args:
        path: JSON; members this function does not need (`admin`, `users`, `control`) are not read.
        trusted_hosts: Hosts besides this machine's own that may receive credentials.

    Raises:
        UsageError: The file is missing, unreadable, not of that shape, or names a host that is
            neither this machine nor trusted.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"cloud file {path}: cannot be read ({error.strerror})",
            hint="start the sandbox with `provision sandbox --ready-file FILE` and name that file",
        ) from error
    except ValueError as error:
        raise UsageError(f"cloud file {path}: not JSON") from error
    cloud = _parsed(raw, path)
    _require_one_cloud(cloud, path)
    foreign = [h for h in cloud.hosts if not is_loopback(h) and h not in trusted_hosts]
    if foreign:
        raise UsageError(
            f"cloud file {path}: host {foreign[0]} is not this machine",
            hint="if you trust it with your credentials: "
            f"--cloud {path} --trust-cloud {foreign[0]}",
        )
    return cloud


def owners_of(*hosts: str) -> frozenset[str] | None:
    """Return the Microsoft clouds that all of these hosts belong to; None where none is theirs."""
    found = [frozenset(n for n, c in BUILT_IN.items() if h in c.audiences) for h in hosts]
    known = [names for names in found if names]
    return frozenset.intersection(*known) if known else None


def _require_one_cloud(cloud: Cloud, path: Path) -> None:
    """Refuse a file that would send one cloud's credentials to another's servers.

    Raises:
        UsageError: Two of its hosts or resources belong to different Microsoft clouds.
    """
    named = sorted(host for host in cloud.audiences if owners_of(host))
    for first, second in combinations(named, 2):
        if not owners_of(first, second):
            raise UsageError(
                f"cloud file {path}: {first} and {second} belong to different clouds",
                hint=f"take every host from one of {', '.join(BUILT_IN)}",
            )


def _parsed(raw: object, path: Path) -> Cloud:
    if not isinstance(raw, dict) or raw.get("version") != 1:
        raise UsageError(f"cloud file {path}: not a version 1 cloud file")
    try:
        ca_bundle = raw.get("caBundle")
        found = Cloud(
            name=str(path.resolve()),
            authority=_origin(raw["authority"]),
            graph=_origin(raw["graph"]),
            graph_resource=str(raw["graphResource"]),
            outlook_resource=str(raw["outlookResource"]),
            ca_bundle=None if ca_bundle is None else Path(str(ca_bundle)),
            imap=_mail_host(raw.get("imap")),
            pop=_mail_host(raw.get("pop")),
            smtp=_mail_host(raw.get("smtp")),
            has_personal_accounts=True,
        )
        owners = owners_of(*found.audiences)
        return replace(found, has_personal_accounts=owners is None or "global" in owners)
    except KeyError as error:
        raise UsageError(f"cloud file {path}: {error.args[0]!r} is missing") from error
    except (TypeError, ValueError) as error:
        raise UsageError(f"cloud file {path}: {error}") from error


def _origin(value: object) -> str:
    parts = urlsplit(str(value))
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        msg = f"{value!r} is not an https origin"
        raise ValueError(msg)
    return f"https://{parts.netloc}"


def _mail_host(raw: object) -> MailHost | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        msg = f"{raw!r} is not a mail host"
        raise TypeError(msg)
    tls = raw["tls"]
    if tls not in ("implicit", "starttls"):
        msg = f"tls {tls!r} is neither 'implicit' nor 'starttls'"
        raise ValueError(msg)
    return MailHost(str(raw["host"]), int(raw["port"]), tls)
