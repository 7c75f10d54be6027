"""What an access token is for: its resource and its exact scopes."""

from collections.abc import Iterable
from dataclasses import dataclass

from provision.cloud import Cloud
from provision.errors import UsageError
from provision.oauth.scopes import Purpose, graph_scopes, mail_scopes
from provision.tenant.mailbox import AuthorityKind
from provision.vault.port import SignedInMailbox


@dataclass(frozen=True, slots=True)
class Wanted:
    """One resource and the scopes to ask of it."""

    resource: str
    scopes: tuple[str, ...]


def mail_wanted(signed_in: SignedInMailbox, cloud: Cloud) -> Wanted:
    """Return what a mail login needs: one token for all protocols of the mailbox."""
    return Wanted(cloud.outlook_resource, mail_scopes(cloud, signed_in.protocols))


def wanted_for(signed_in: SignedInMailbox, purpose: Purpose, cloud: Cloud) -> Wanted:
    """Return what a token for one purpose needs.

    Raises:
        UsageError: The mailbox does not use that protocol, or cannot have a Graph token.
    """
    address = signed_in.key.address
    if purpose != "graph":
        if purpose not in signed_in.protocols:
            raise UsageError(
                f"mailbox {address}: it was signed in for {', '.join(signed_in.protocols)}, "
                f"not for {purpose}",
                hint=f"add {purpose} to its protocols, then provision authorize",
            )
        return mail_wanted(signed_in, cloud)
    return graph_wanted(address, signed_in.authority, signed_in.permissions, cloud)


def graph_wanted(
    address: str, authority: AuthorityKind, permissions: Iterable[str], cloud: Cloud
) -> Wanted:
    """Return what a Graph token needs.

    Raises:
        UsageError: The mailbox cannot have one.
    """
    if authority == "consumers":
        raise UsageError(
            f"mailbox {address}: a personal account's refresh token cannot be redeemed for Graph, "
            "since its owner consented to Outlook alone",
            hint="use --for imap, pop or smtp",
        )
    return Wanted(cloud.graph_resource, graph_scopes(cloud, permissions))
