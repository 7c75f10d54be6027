"""Which scopes to ask for, at which tenant segment, and whether all of them were given."""

from collections.abc import Iterable
from typing import Final, Literal
from urllib.parse import urlsplit

from provision.cloud import Cloud
from provision.errors import UsageError
from provision.tenant.mailbox import PERMISSIONS, PROTOCOLS, AuthorityKind, Protocol

Purpose = Literal["imap", "pop", "smtp", "graph"]
"""What `provision token --for` names."""

PERSONAL_TENANT_ID: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""Issuer of every personal account.

https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

OFFLINE_ACCESS: Final = "offline_access"
_OPENID: Final = ("openid", "profile", OFFLINE_ACCESS)
_UNRESOURCED: Final = frozenset({*_OPENID, "email"})
# One resource under two names; Entra may answer with either.
_OUTLOOK_HOSTS: Final = frozenset({"outlook.office.com", "outlook.office365.com"})


def mail_scopes(cloud: Cloud, protocols: Iterable[Protocol]) -> tuple[str, ...]:
    """Return the scopes of a mailbox's token: the same at authorize, redeem and refresh."""
    wanted = frozenset(protocols)
    permissions = (PERMISSIONS[p] for p in PROTOCOLS if p in wanted)
    return (*(f"{cloud.outlook_resource}/{name}" for name in permissions), *_OPENID)


def graph_scopes(cloud: Cloud, names: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes of a Microsoft Graph token for the given permission names.

    Mail permissions are left out: in a Graph token they open no mailbox.

    Raises:
        UsageError: Nothing that Graph serves is among the names.
    """
    useless = _UNRESOURCED | frozenset(PERMISSIONS.values())
    served = sorted({name for name in names if name not in useless})
    if not served:
        raise UsageError(
            "a Graph token was asked for, but no declared permission is one that Graph serves",
            hint="add a permission such as User.Read to application.permissions, "
            "then: provision apply",
        )
    return (*(f"{cloud.graph_resource}/{name}" for name in served), *_OPENID)


def authority_url(cloud: Cloud, kind: AuthorityKind, tenant_id: str) -> str:
    """Return the login host with its tenant segment, without a trailing slash.

    Raises:
        UsageError: Personal accounts are asked for in a cloud that has none.
    """
    if kind == "consumers" and not cloud.has_personal_accounts:
        raise UsageError(
            f"cloud {cloud.name} has no personal accounts, so no authority 'consumers'",
            hint="set the mailbox's authority to tenant",
        )
    return f"{cloud.authority}/{tenant_id if kind == 'tenant' else kind}"


def missing_scopes(asked: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """Return the asked scopes that a token lacks, in the order asked.

    Entra answers with short or with resource-qualified names, in any order and case, and does not
    always repeat the OpenID scopes: those are never reported.
    """
    given = [_split(scope) for scope in granted]
    return tuple(
        scope
        for scope in asked
        if scope not in _UNRESOURCED and not any(_serves(have, _split(scope)) for have in given)
    )


def _split(scope: str) -> tuple[str, str]:
    resource, _, name = scope.rpartition("/")
    host = (urlsplit(resource).hostname or "").lower()
    return ("outlook" if host in _OUTLOOK_HOSTS else host), name.lower()


def _serves(have: tuple[str, str], want: tuple[str, str]) -> bool:
    return have[1] == want[1] and have[0] in ("", want[0])
