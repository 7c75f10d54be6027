"""The tenant segment of a login URL, and which accounts may sign in under it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from provision.sandbox.directory import Account, Directory
from provision.sandbox.entra.refusals import Refused
from provision.sandbox.tokens import CONSUMERS_TENANT

Kind = Literal["common", "organizations", "consumers", "tenant"]


@dataclass(frozen=True, slots=True)
class Authority:
    """A tenant segment, understood."""

    segment: str
    """As it stood in the URL, for links back to the same authority."""
    kind: Kind
    tenant_id: str
    """The tenant itself, or the one that `consumers` stands for; `{tenantid}` while open."""

    @property
    def canonical(self) -> str:
        """Return the spelling under which codes and refresh tokens are kept."""
        return self.tenant_id if self.kind == "tenant" else self.kind

    @property
    def is_open(self) -> bool:
        """Tell whether the signed-in account decides the tenant."""
        return self.kind in ("common", "organizations")


def resolve_authority(segment: str, directory: Directory) -> Authority:
    """Return what a tenant segment means in this directory.

    Raises:
        Refused: AADSTS90002, no such tenant.
    """
    name = segment.lower()
    if name == "common":
        return Authority(segment, "common", "{tenantid}")
    if name == "organizations":
        return Authority(segment, "organizations", "{tenantid}")
    if name in ("consumers", CONSUMERS_TENANT):
        return Authority(segment, "consumers", CONSUMERS_TENANT)
    if name == directory.tenant_id.lower() or name in _domains(directory):
        return Authority(segment, "tenant", directory.tenant_id)
    raise Refused(90002, tenant=segment)


def require_admitted(
    account: Account, authority: Authority, audience: str, client: Mapping[str, str]
) -> None:
    """Refuse an account that this authority or this application's audience keeps out.

    Args:
        account: Who signed in.
        authority: Where.
        audience: The application's `signInAudience`.
        client: Its id and name, as a refusal names them.

    Raises:
        Refused: AADSTS50020, 500200 or 500208.
    """
    who = account.user_principal_name
    if not account.is_personal:
        if authority.kind == "consumers":
            raise Refused(500208)
        return
    if authority.kind == "tenant" or audience == "AzureADMyOrg":
        raise Refused(50020, user=who, tenant=authority.tenant_id, **client)
    if authority.kind == "organizations" or audience != "AzureADandPersonalMicrosoftAccount":
        raise Refused(500200, user=who)


def _domains(directory: Directory) -> set[str]:
    """Every domain of the tenant: the initial one and those its people carry."""
    people = (a.user_principal_name for a in directory.accounts.values() if not a.is_personal)
    return {directory.domain.lower(), *(name.partition("@")[2].lower() for name in people)}
