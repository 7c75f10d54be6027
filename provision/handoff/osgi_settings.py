"""The two OSGi configurations by which AEM sends mail with OAuth, in the types that Adobe gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provision.cloud import MailHost
from provision.errors import SinkFailed
from provision.handoff.port import Handover
from provision.tenant.mailbox import PERMISSIONS, Mailbox

MAIL_SERVICE: Final = "com.day.cq.mailer.DefaultMailService"
OAUTH_PROVIDER: Final = "com.day.cq.mailer.oauth.impl.OAuthConfigurationProviderImpl"
CLIENT_SECRET: Final = "SECRET_SMTP_OAUTH_CLIENT_SECRET"  # noqa: S105  (a name)
REFRESH_TOKEN: Final = "SECRET_SMTP_OAUTH_REFRESH_TOKEN"  # noqa: S105  (a name)
AEM_PROXY: Final = "$[env:AEM_PROXY_HOST;default=proxy.tunnel]"
"""How AEM as a Cloud Service spells the host that forwards ports."""
_UNUSED: Final = "unused: OAuth"
"""In place of the SMTP password; by it a file of ours is known."""
_LOCALHOST: Final = "http://localhost"

Settings = Mapping[str, str | int | bool | list[str]]
"""One configuration: property to value."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """What AEM connects to where it does not reach the SMTP server itself."""

    host: str
    port: int


def mail_service(handover: Handover, tunnel: Tunnel | None, label: str) -> Settings:
    """Return the settings of `com.day.cq.mailer.DefaultMailService`.

    Args:
        handover: Whose mailbox, and in which cloud.
        tunnel: In place of the cloud's SMTP server; None for the server itself.
        label: How messages name the hand-off.

    Raises:
        SinkFailed: There is no mailbox, or it does not send.

    Source:
        https://experienceleague.adobe.com/docs/experience-manager-65/administering/operations/notification.html
        https://experienceleague.adobe.com/docs/experience-manager-cloud-service/content/security/oauth2-support-for-mail-service.html
    """
    mailbox, smtp = _sender(handover, label)
    is_implicit = smtp.tls == "implicit"
    return {
        "smtp.host": smtp.host if tunnel is None else tunnel.host,
        "smtp.port": smtp.port if tunnel is None else tunnel.port,
        "smtp.user": mailbox.sign_in_as,
        "smtp.password": _UNUSED,
        "from.address": mailbox.address,
        "smtp.ssl": is_implicit,
        "smtp.starttls": not is_implicit,
        "smtp.requiretls": not is_implicit,
        "debug.email": False,
        "oauth.flow": True,
    }


def oauth_provider(handover: Handover) -> Settings:
    """Return the settings of the OAuth provider; both secrets are names, not values.

    Source:
        The pages that `mail_service` names, without what cannot work there: scopes of another
        resource, and permissions that AEM has no use for.
    """
    login = f"{handover.authority}/oauth2/v2.0"
    scope = f"{handover.cloud.outlook_resource}/{PERMISSIONS['smtp']}"
    registered = handover.registration.redirect_uris
    redirect_uri = next(iter(registered), _LOCALHOST)
    return {
        "authUrl": f"{login}/authorize",
        "tokenUrl": f"{login}/token",
        "refreshUrl": f"{login}/token",
        "clientId": handover.registration.client_id,
        "clientSecret": f"$[secret:{CLIENT_SECRET}]",
        "refreshToken": f"$[secret:{REFRESH_TOKEN}]",
        "scopes": [scope, "openid", "offline_access"],
        # AEM itself asks nobody to sign in here; the property has to be there all the same.
        "authCodeRedirectUrl": _LOCALHOST if _LOCALHOST in registered else redirect_uri,
    }


def is_our_mail_service(found: Mapping[str, object]) -> bool:
    """Tell whether settings were written here."""
    return found.get("smtp.password") == _UNUSED and found.get("oauth.flow") is True


def client_id_of(found: Mapping[str, object]) -> str | None:
    """Return whose OAuth provider settings are; None when they were not written here."""
    client_id = found.get("clientId")
    is_ours = found.get("refreshToken") == f"$[secret:{REFRESH_TOKEN}]"
    return client_id if is_ours and isinstance(client_id, str) else None


def _sender(handover: Handover, label: str) -> tuple[Mailbox, MailHost]:
    mailbox, smtp = handover.mailbox, handover.cloud.smtp
    if mailbox is None:
        raise SinkFailed(
            f"{label}: there is no mailbox to send as",
            hint="name one in the manifest's `mailboxes`",
        )
    if smtp is None:
        raise SinkFailed(f"{label}: the cloud {handover.cloud.name} has no SMTP server")
    if "smtp" not in mailbox.protocols:
        raise SinkFailed(
            f"{label}: mailbox {mailbox.address} does not use smtp, and AEM only sends",
            hint="add smtp to its `protocols`, run `provision authorize`, then hand over again",
        )
    return mailbox, smtp
