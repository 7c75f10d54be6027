"""What is allowed in a manifest and may still surprise its author."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from provision.cloud import BUILT_IN
from provision.manifest.model import Manifest
from provision.manifest.permission_ids import NEEDED_BY, needs_lookup
from provision.manifest.redirect_uri import is_loopback

_LONG: Final = timedelta(days=730)
_NATIVECLIENT: Final = "/common/oauth2/nativeclient"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know; never an obstacle."""

    path: str
    """Dotted path of the key it is about."""
    text: str


def warnings(manifest: Manifest) -> tuple[Remark, ...]:
    """Return what `provision check` remarks about a valid manifest."""
    return (
        *_redirects(manifest),
        *_issuance(manifest),
        *_permissions(manifest),
        *_secret(manifest),
        *_federated(manifest),
        *_mailboxes(manifest),
    )


def _redirects(manifest: Manifest) -> Iterator[Remark]:
    path = "application.web.redirectUris"
    uris = manifest.application.redirect_uris
    if any(uri.endswith(_NATIVECLIENT) for uri in uris):
        text = (
            "the nativeclient page moves on within seconds, so that nobody can copy the code from "
            "it; `provision authorize` uses http://localhost"
        )
        yield Remark(path, text)
    if not uris:
        yield Remark(path, "without a redirect URI nobody can sign in")
    elif not any(is_loopback(uri) for uri in uris):
        text = "without http://localhost `provision authorize` cannot listen, only --paste works"
        yield Remark(path, text)


def _issuance(manifest: Manifest) -> Iterator[Remark]:
    application = manifest.application
    if application.issues_access_tokens or application.issues_id_tokens:
        text = "the authorization-code flow needs neither access- nor ID-token issuance"
        yield Remark("application.web.implicitGrantSettings", text)


def _permissions(manifest: Manifest) -> Iterator[Remark]:
    path = "application.permissions"
    declared = manifest.application.permissions
    if "offline_access" not in declared:
        yield Remark(path, "without offline_access consent gives no refresh token")
    if "Mail.Read" in declared:
        yield Remark(path, "no mail protocol needs Mail.Read, which reads all mail")
    used = {p for mailbox in manifest.mailboxes for p in mailbox.protocols}
    for protocol, needed in NEEDED_BY.items():
        if manifest.mailboxes and needed in declared and protocol not in used:
            yield Remark(path, f"{needed} is declared, and no mailbox uses {protocol}")
    for name in declared:
        if needs_lookup(name):
            text = f"{name} is not in the built-in catalogue; the tenant is asked for it"
            yield Remark(path, text)


def _secret(manifest: Manifest) -> Iterator[Remark]:
    secret = manifest.application.secret
    if secret is not None and secret.lifetime > _LONG:
        text = "a secret that lives longer than two years is refused by many tenants' policies"
        yield Remark("application.secret.lifetime", text)


def _federated(manifest: Manifest) -> Iterator[Remark]:
    for index, section in enumerate(manifest.application.federated_credentials or ()):
        if section.github is not None and section.owner_id is None:
            text = (
                "a repository made or renamed since 2026-07-15 has its owner's and its own number "
                "in the subject: give ownerId and repositoryId"
            )
            yield Remark(f"application.federatedCredentials[{index}].github", text)


def _mailboxes(manifest: Manifest) -> Iterator[Remark]:
    cloud = BUILT_IN.get(manifest.cloud)
    if manifest.mailboxes and cloud is not None and cloud.imap is None:
        text = f"the mail hosts of the cloud {cloud.name!r} are not known: registration only"
        yield Remark("mailboxes", text)
