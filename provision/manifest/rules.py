"""What the sections of a manifest demand of each other, and Entra's limits per audience."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from provision.cloud import BUILT_IN, host_of
from provision.manifest.federation_rules import federation_findings
from provision.manifest.handoff_rules import handoff_findings
from provision.manifest.model import Manifest
from provision.manifest.permission_ids import NEEDED_BY
from provision.manifest.redirect_uri import has_query, has_wildcard, without_port
from provision.manifest.unknown_keys import Finding

# https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
MAX_DISPLAY_NAME_PERSONAL: Final = 90
MAX_PERMISSIONS: Final = 400
MAX_PERMISSIONS_PERSONAL: Final = 30
"""Per resource; every permission of a manifest is on Microsoft Graph."""
# https://learn.microsoft.com/entra/identity-platform/reply-url
MAX_REDIRECT_URIS: Final = 256
MAX_REDIRECT_URIS_PERSONAL: Final = 100

_AUDIENCE: Final = ("application", "signInAudience")
_PERMISSIONS: Final = ("application", "permissions")
_URIS: Final = ("application", "web", "redirectUris")


def findings(manifest: Manifest) -> Iterator[Finding]:
    """Return everything that is wrong although each value by itself is right."""
    yield from _audience(manifest)
    yield from _redirect_uris(manifest)
    yield from _login_hosts(manifest)
    yield from _permissions(manifest)
    yield from _secret(manifest)
    yield from federation_findings(manifest)
    yield from _mailboxes(manifest)
    yield from _authorities(manifest)
    yield from handoff_findings(manifest)


def _audience(manifest: Manifest) -> Iterator[Finding]:
    application = manifest.application
    cloud = BUILT_IN.get(manifest.cloud)
    if not application.admits_personal_accounts:
        return
    if cloud is not None and not cloud.has_personal_accounts:
        message = f"the cloud {manifest.cloud!r} has no personal accounts"
        yield Finding(_AUDIENCE, message, "AzureADMultipleOrgs", (("cloud",),))
    length = len(application.display_name)
    if length > MAX_DISPLAY_NAME_PERSONAL:
        message = (
            f"with a personal audience at most {MAX_DISPLAY_NAME_PERSONAL} characters, "
            f"this one has {length}"
        )
        yield Finding(("application", "displayName"), message, "", (_AUDIENCE,))


def _redirect_uris(manifest: Manifest) -> Iterator[Finding]:
    uris = manifest.application.redirect_uris
    personal = manifest.application.admits_personal_accounts
    limit = MAX_REDIRECT_URIS_PERSONAL if personal else MAX_REDIRECT_URIS
    if len(uris) > limit:
        audience = manifest.application.sign_in_audience
        message = f"at most {limit} redirect URIs with the audience {audience}, not {len(uris)}"
        yield Finding(_URIS, message, "", (_AUDIENCE,))
    yield from _repeated(_URIS, uris)
    seen: dict[str, str] = {}
    for index, uri in enumerate(uris):
        twin = seen.setdefault(without_port(uri), uri)
        if twin != uri:
            message = f"{uri!r} and {twin!r} differ only in the port, which Entra ignores"
            yield Finding((*_URIS, index), message, without_port(uri))
        if personal and (has_query(uri) or has_wildcard(uri)):
            what = "a query" if has_query(uri) else "a wildcard"
            message = f"{uri!r}: a personal audience does not allow {what} in a redirect URI"
            yield Finding((*_URIS, index), message, "", (_AUDIENCE,))


def _login_hosts(manifest: Manifest) -> Iterator[Finding]:
    """Hold redirects to Microsoft's own page to the cloud: another's never gets an answer."""
    cloud = BUILT_IN.get(manifest.cloud)
    logins = {host_of(known.authority) for known in BUILT_IN.values()}
    for index, uri in enumerate(manifest.application.redirect_uris):
        host = host_of(uri)
        if cloud is not None and host in logins and host != host_of(cloud.authority):
            message = f"{uri!r} is of another cloud than {manifest.cloud!r}"
            meant = uri.replace(host, host_of(cloud.authority))
            yield Finding((*_URIS, index), message, meant, (("cloud",),))


def _permissions(manifest: Manifest) -> Iterator[Finding]:
    names = manifest.application.permissions
    personal = manifest.application.admits_personal_accounts
    limit = MAX_PERMISSIONS_PERSONAL if personal else MAX_PERMISSIONS
    if len(names) > limit:
        audience = manifest.application.sign_in_audience
        message = f"at most {limit} permissions with the audience {audience}, not {len(names)}"
        yield Finding(_PERMISSIONS, message, "", (_AUDIENCE,))
    yield from _repeated(_PERMISSIONS, names)


def _secret(manifest: Manifest) -> Iterator[Finding]:
    secret = manifest.application.secret
    if secret is not None and secret.rotate_before >= secret.lifetime:
        path = ("application", "secret")
        message = "rotateBefore is not shorter than lifetime: a new secret would be due at once"
        rests_on = ((*path, "lifetime"), (*path, "rotateBefore"))
        yield Finding((*path, "rotateBefore"), message, "", rests_on)


def _mailboxes(manifest: Manifest) -> Iterator[Finding]:
    yield from _repeated(
        ("mailboxes",), [m.address.casefold() for m in manifest.mailboxes], ("address",)
    )
    declared = manifest.application.permissions
    for index, mailbox in enumerate(manifest.mailboxes):
        for protocol in mailbox.protocols:
            needed = NEEDED_BY[protocol]
            if needed not in declared:
                message = (
                    f"{protocol} needs the permission {needed}, which "
                    "application.permissions does not declare"
                )
                path = ("mailboxes", index, "protocols")
                yield Finding(path, message, needed, (_PERMISSIONS,))
    if manifest.consent == "mailboxes" and not manifest.mailboxes:
        message = "consent for the owners of the mailboxes, but there are no mailboxes"
        yield Finding(("consent",), message, "none", (("mailboxes",),))


def _authorities(manifest: Manifest) -> Iterator[Finding]:
    application = manifest.application
    for index, mailbox in enumerate(manifest.mailboxes):
        path = ("mailboxes", index, "authority")
        if mailbox.authority == "consumers" and not application.admits_personal_accounts:
            message = (
                f"'consumers' signs personal accounts in, which the audience "
                f"{application.sign_in_audience} does not admit"
            )
            yield Finding(path, message, "tenant", (_AUDIENCE,))
        if mailbox.authority == "common" and application.sign_in_audience == "AzureADMyOrg":
            message = "an application of the audience AzureADMyOrg cannot use 'common'"
            yield Finding(path, message, "tenant", (_AUDIENCE,))


def _repeated(
    path: tuple[str | int, ...], values: Sequence[str], below: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Return one finding for every value that stands there a second time."""
    often = {v for v, count in Counter(values).items() if count > 1}
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in often and value in seen:
            yield Finding((*path, index, *below), f"{value!r} stands there twice")
        seen.add(value)
