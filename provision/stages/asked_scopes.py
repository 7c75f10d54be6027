"""Which scopes each stage asks for, to the letter; asks nobody."""

from collections.abc import Iterable
from dataclasses import dataclass

from provision.cloud import Cloud
from provision.errors import UsageError
from provision.manifest.model import Manifest
from provision.oauth.scopes import mail_scopes
from provision.plan.consent import wanted_scopes
from provision.stages.token_purpose import graph_wanted
from provision.tenant.mailbox import PERMISSIONS, Mailbox


@dataclass(frozen=True, slots=True)
class MailboxScopes:
    """The `scope` parameters that one mailbox's stages send."""

    address: str
    sign_in: str
    """At `authorize` and at `devicecode`, for the owner to consent to."""
    redeem: str
    """When the code is traded for tokens; a device code has no place for it."""
    refresh: str
    """At each refresh, for all protocols of the mailbox together."""
    graph: str | None
    """At a refresh for `token --for graph`; None where no such token can be had."""
    graph_refusal: str
    """Why not; empty where it can."""


@dataclass(frozen=True, slots=True)
class AskedScopes:
    """What every stage of a manifest asks for."""

    mailboxes: tuple[MailboxScopes, ...]
    consent: str
    """Who consents, as the manifest says: `allPrincipals`, `mailboxes` or `none`."""
    on_graph: tuple[str, ...]
    """What a grant on Microsoft Graph holds: declared, and what signing in needs."""
    on_exchange: tuple[str, ...]
    """What `apply --exchange-consent` grants on Exchange Online besides."""


def asked_scopes(manifest: Manifest, mailboxes: Iterable[Mailbox], cloud: Cloud) -> AskedScopes:
    """Return every scope that the stages would ask for."""
    declared = frozenset(manifest.application.permissions)
    return AskedScopes(
        mailboxes=tuple(_of_mailbox(manifest, mailbox, cloud) for mailbox in mailboxes),
        consent=manifest.consent,
        on_graph=tuple(sorted(wanted_scopes(manifest))),
        on_exchange=tuple(sorted(declared & frozenset(PERMISSIONS.values()))),
    )


def _of_mailbox(manifest: Manifest, mailbox: Mailbox, cloud: Cloud) -> MailboxScopes:
    mail = " ".join(mail_scopes(cloud, mailbox.protocols))
    graph, refusal = None, ""
    try:
        permissions = manifest.application.permissions
        wanted = graph_wanted(mailbox.address, mailbox.authority, permissions, cloud)
        graph = " ".join(wanted.scopes)
    except UsageError as error:
        refusal = error.message
    return MailboxScopes(mailbox.address, mail, mail, mail, graph, refusal)
